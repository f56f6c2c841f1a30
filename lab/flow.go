//go:build unix

package lab

import (
	"bytes"
	"net/netip"
	"slices"
)

// passer is told what passes by: in order, for each direction. what is a row of passedWords; body is
// what is to be shown with it.
type passer func(from, to netip.AddrPort, what phrase, body []byte)

// flows puts packets together again to what the programs have sent. It knows bounded many directions
// with bounded much each.
type flows struct {
	tell passer
	all  map[direction]*flow
	old  []direction // in the order in which they were first seen
}

type direction struct{ from, to netip.AddrPort }

// flow is one direction of a connection of TCP.
type flow struct {
	next    uint32 // the number of the byte that must come
	known   bool   // next is known
	early   []segment
	waiting int // bytes in early
	reader  reader
}

type segment struct {
	seq  uint32
	data []byte
	fin  bool
}

const (
	mostFlows = 256
	mostEarly = 64      // segments of a direction that came before their turn
	mostAhead = 1 << 18 // bytes of them
)

// take looks at one packet.
func (f *flows) take(p packet) {
	if p.udp {
		tellDatagram(f.tell, p)
		return
	}
	d := direction{p.from, p.to}
	if p.flags&flagSYN != 0 {
		f.tell(p.from, p.to, synWords(p.flags), nil)
		f.forget(d)
		fl := f.flow(d)
		fl.next, fl.known = p.seq+1, true
		return
	}
	if p.flags&flagRST != 0 {
		f.tell(p.from, p.to, sayPassedRST, nil)
		f.forget(d)
		f.forget(direction{p.to, p.from})
		return
	}
	if len(p.payload) == 0 && p.flags&flagFIN == 0 {
		return // an acknowledgement
	}
	fl := f.flow(d)
	if !fl.known { // it began before us
		fl.next, fl.known, fl.reader.midway = p.seq, true, true
	}
	if f.add(d, fl, segment{p.seq, p.payload, p.flags&flagFIN != 0}); p.cut {
		fl.lose(fl.next)
	}
}

// add puts a segment where it belongs and hands on what has its turn.
func (f *flows) add(d direction, fl *flow, s segment) {
	if ahead := int32(s.seq - fl.next); ahead > 0 {
		if len(fl.early) < mostEarly && fl.waiting+len(s.data) <= mostAhead {
			s.data = slices.Clone(s.data) // the buffer is used again
			fl.early, fl.waiting = append(fl.early, s), fl.waiting+len(s.data)
			return
		}
		f.tell(d.from, d.to, sayPassedGap, nil)
		fl.lose(s.seq)
	}
	f.hand(d, fl, s)
	for {
		i := slices.IndexFunc(fl.early, func(s segment) bool { return int32(s.seq-fl.next) <= 0 })
		if i < 0 {
			return
		}
		s := fl.early[i]
		fl.early, fl.waiting = slices.Delete(fl.early, i, i+1), fl.waiting-len(s.data)
		f.hand(d, fl, s)
	}
}

// hand hands on what of a segment is new.
func (f *flows) hand(d direction, fl *flow, s segment) {
	behind := int(fl.next - s.seq)
	if behind > len(s.data) || behind == len(s.data) && !s.fin {
		return // it came before
	}
	data := s.data[behind:]
	fl.next += uint32(len(data))
	fl.reader.read(data, func(what phrase, body []byte) { f.tell(d.from, d.to, what, body) })
	if s.fin {
		fl.next++
		f.tell(d.from, d.to, sayPassedFIN, nil)
		f.forget(d)
	}
}

// lose goes on behind bytes that were never seen.
func (fl *flow) lose(next uint32) {
	*fl = flow{next: next, known: true, reader: reader{midway: true}}
}

func (f *flows) flow(d direction) *flow {
	if fl, ok := f.all[d]; ok {
		return fl
	}
	if len(f.old) >= mostFlows {
		f.forget(f.old[0])
	}
	fl := &flow{}
	f.all[d] = fl
	f.old = append(f.old, d)
	return fl
}

func (f *flows) forget(d direction) {
	if _, ok := f.all[d]; ok {
		delete(f.all, d)
		f.old = slices.DeleteFunc(f.old, func(o direction) bool { return o == d })
	}
}

func synWords(flags uint8) phrase {
	if flags&flagACK != 0 {
		return sayPassedSYNACK
	}
	return sayPassedSYN
}

// tellDatagram shows a datagram: an object, or something else.
func tellDatagram(tell passer, p packet) {
	switch {
	case len(p.payload) > 0 && p.payload[0] == '{':
		tell(p.from, p.to, sayPassedUDP, bytes.TrimRight(p.payload, "\r\n"))
	case len(p.payload) > 4 && p.payload[0]&0xc0 == 0xc0: // a long header (RFC 9000, section 17.2)
		tell(p.from, p.to, saidOf(sayPassedQUIC, len(p.payload)), nil)
	case len(p.payload) > 0 && p.payload[0]&0xc0 == 0x40 && !plain(p.payload): // a short header of QUIC, or something like it
		tell(p.from, p.to, saidOf(sayPassedDatagram, len(p.payload)), nil)
	default:
		tell(p.from, p.to, bytesSeen(sayPassedDatagram, len(p.payload), p.payload), nil)
	}
}
