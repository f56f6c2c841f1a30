package check

import (
	"bytes"
	"time"

	"jim/wire"
)

// PieceKind says what a [Piece] is.
type PieceKind uint8

// The kinds of pieces.
const (
	Whole   PieceKind = iota // one object
	Stray                    // what is no object, or a broken one
	Endless                  // part of an object of more than [Largest] bytes
)

// Piece is what a stream brought: an object, or something that is none.
type Piece struct {
	Kind  PieceKind
	Bytes []byte // of a Stray or Endless at most the first [Shown] bytes
	Size  int    // of all its bytes
	// Begins tells that a Stray or Endless is not the continuation of the one before.
	Begins bool
	// Unended tells that the object before was not followed by LF; Joined that it came in the same segment.
	Unended, Joined bool
}

// Sizes of pieces, in bytes.
const (
	Largest = 1 << 20 // of an object that is kept until it is whole
	Shown   = 4 << 10 // of what is not kept
)

// Splitter cuts one direction of a stream into pieces as a strict reader would, and keeps at most
// [Largest] bytes and one segment. The zero value is ready. It is not safe for concurrent use.
type Splitter struct {
	cut      wire.Cutter
	buf      []byte
	after    bool // an object has come
	lf       bool // and LF after it
	skipping bool // in something that is no object
	endless  bool // it is an object that is too large
}

// Feed takes one segment and returns the pieces that end in it, and what it has of one that will not be kept.
func (s *Splitter) Feed(segment []byte) (pieces []Piece) {
	s.cut.MaxBytes, s.cut.MaxDepth = Largest, 64
	s.buf = append(s.buf, segment...)
	whole := false
	for len(s.buf) > 0 {
		object, done, err := s.cut.Cut(s.buf)
		rest := s.buf[:done-len(object)]
		switch {
		case object != nil:
			s.gap(rest)
			pieces = append(pieces, Piece{Kind: Whole, Bytes: bytes.Clone(object), Size: len(object), Unended: s.after && !s.lf, Joined: whole})
			whole, s.after, s.lf = true, true, false
		case err != nil:
			pieces = s.stray(pieces, rest)
			s.skipping, s.after = false, false
		case done > 0 && s.cut.Partial() && !s.inside(rest):
			pieces = s.stray(pieces, rest)
		default:
			s.gap(rest)
		}
		s.buf = s.buf[done:]
		if object == nil && err == nil {
			break
		}
	}
	s.buf = append([]byte(nil), s.buf...)
	return pieces
}

// inside tells whether what was done with is only the white space before an object.
func (s *Splitter) inside(done []byte) bool {
	return !s.skipping && len(bytes.TrimSpace(done)) == 0
}

// gap looks at what stands between objects.
func (s *Splitter) gap(space []byte) { s.lf = s.lf || bytes.IndexByte(space, '\n') >= 0 }

// stray adds what is no object.
func (s *Splitter) stray(pieces []Piece, text []byte) []Piece {
	p := Piece{Kind: Stray, Bytes: bytes.Clone(text[:min(len(text), Shown)]), Size: len(text), Begins: !s.skipping, Unended: false}
	if !s.skipping {
		s.endless = len(text) > Largest
		s.skipping = true
	}
	if s.endless {
		p.Kind = Endless
	}
	return append(pieces, p)
}

// Partial tells whether the stream stands inside an object or something that is none.
func (s *Splitter) Partial() bool { return s.cut.Partial() }

// Rest is what has come of an object that is not whole, at most [Shown] bytes of it.
func (s *Splitter) Rest() []byte { return s.buf[:min(len(s.buf), Shown)] }

// Piece judges a piece of what side sent.
func (j *Judge) Piece(side Side, p Piece, at time.Time) (all []Violation) {
	if p.Unended {
		all = append(all, j.Unended(side, at)...)
	}
	if p.Joined {
		all = append(all, j.Joined(side, at)...)
	}
	switch {
	case p.Kind == Whole:
		all = append(all, j.From(side, p.Bytes, at)...)
	case p.Begins && p.Kind == Endless:
		all = append(all, j.Endless(side, at)...)
	case p.Begins:
		all = append(all, j.Broken(side, p.Bytes, at)...)
	}
	return all
}

// NoLF tells whether the last object was not followed by LF, so far.
func (s *Splitter) NoLF() bool { return s.after && !s.lf }
