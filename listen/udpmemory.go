package listen

import (
	"bytes"
	"hash/maphash"
	"slices"

	"jim/wire"
)

// memory is the newest requests of a session, and the answers of those that must not be
// handled twice, or were refused for good: the way may bring a request a second time when
// its reason is gone. What comes again is dropped while it is being handled, and after that
// answered as before. It knows a request by all of its bytes.
type memory struct {
	all [memorySize]remembered // the oldest first
}

type remembered struct {
	print      uint64 // 0 = nothing
	answer     []byte // nil = there is none yet
	repeatable bool   // to handle it twice does no harm
	done       bool   // it was answered
}

// memorySize is how many requests are remembered. A client waits for few answers at a
// time that are not the store's to repeat.
const memorySize = 16

// printSeed makes fingerprints that nobody else can foresee.
var printSeed = maphash.MakeSeed()

// fingerprintOf is a number that two requests share only when they are equal; never 0.
func fingerprintOf(p []byte) uint64 { return maphash.Bytes(printSeed, bytes.TrimSpace(p)) | 1 }

// seen tells whether a request came before, and its answer, if there is one yet.
func (m *memory) seen(print uint64) (answer []byte, again bool) {
	if e := m.find(print); e != nil {
		return e.answer, true
	}
	return nil, false
}

func (m *memory) find(print uint64) *remembered {
	if print == 0 {
		return nil
	}
	for i := range m.all {
		if m.all[i].print == print {
			return &m.all[i]
		}
	}
	return nil
}

// begin remembers a request; 0 is none. It takes the place of one that needs none any more, or else of the oldest that may be
// handled twice, or else of the oldest that was answered. When there is none of these it tells false: the request is
// not to be handled now.
func (m *memory) begin(print uint64, repeatable bool) bool {
	if print == 0 {
		return true
	}
	place := slices.IndexFunc(m.all[:], func(e remembered) bool { return e.print == 0 })
	if place < 0 {
		place = slices.IndexFunc(m.all[:], func(e remembered) bool { return e.repeatable })
	}
	if place < 0 {
		place = slices.IndexFunc(m.all[:], func(e remembered) bool { return e.done })
	}
	if place < 0 {
		return false
	}
	copy(m.all[place:], m.all[place+1:])
	m.all[memorySize-1] = remembered{print: print, repeatable: repeatable}
	return true
}

// end remembers its answer.
func (m *memory) end(print uint64, answer []byte) {
	e := m.find(print)
	if e == nil {
		return
	}
	if e.done = true; len(answer) <= wire.UDP.Answer {
		e.answer = bytes.Clone(answer)
	}
}

// forgetUnanswered forgets what was not answered and does no harm when it is handled twice.
func (m *memory) forgetUnanswered() {
	for i, e := range m.all {
		if e.repeatable && !e.done {
			m.all[i] = remembered{}
		}
	}
}

// forget lets a request be handled again: it has failed, and may not the next time.
func (m *memory) forget(print uint64) {
	if e := m.find(print); e != nil {
		*e = remembered{}
	}
}
