package listen

import (
	"runtime"
	"sync"
)

// The sizes of buffers. The largest takes any object that a client may send, and
// the header of a WebSocket frame behind it.
const (
	smallBuffer = 4 << 10
	middling    = 16 << 10
	largeBuffer = 68 << 10
)

// Pools keep pointers to arrays, since putting a slice into one allocates.
var (
	smallBuffers shelf
	middlings    = sync.Pool{New: func() any { return new([middling]byte) }}
	largeBuffers = sync.Pool{New: func() any { return new([largeBuffer]byte) }}
)

// takeBuffer returns a buffer of at least n bytes, or the largest there is.
func takeBuffer(n int) []byte {
	switch {
	case n <= smallBuffer:
		return smallBuffers.take()[:]
	case n <= middling:
		return middlings.Get().(*[middling]byte)[:]
	}
	return largeBuffers.Get().(*[largeBuffer]byte)[:]
}

// giveBuffer takes back what takeBuffer gave; nobody may use it any more.
func giveBuffer(b []byte) {
	switch cap(b) {
	case smallBuffer:
		smallBuffers.give((*[smallBuffer]byte)(b[:smallBuffer]))
	case middling:
		middlings.Put((*[middling]byte)(b[:middling]))
	case largeBuffer:
		largeBuffers.Put((*[largeBuffer]byte)(b[:largeBuffer]))
	}
}

// shelf keeps small buffers that nobody uses. Those who take one are goroutines
// that wait for bytes with a stack of 2 KiB, which is most of what an idle
// connection costs; and a stack that has grown stays so for as long as the
// connection. Therefore taking and giving calls nothing that needs stack: no
// [sync.Pool], no mutex that would have to queue, and an allocation for one in
// slabBuffers only.
type shelf struct {
	mu   sync.Mutex // held for a few instructions
	free [shelfBuffers]*[smallBuffer]byte
	n    int
}

const (
	shelfBuffers = 128
	slabBuffers  = 16 // made at once
)

func (s *shelf) lock() {
	for !s.mu.TryLock() {
		runtime.Gosched()
	}
}

func (s *shelf) take() *[smallBuffer]byte {
	s.lock()
	defer s.mu.Unlock()
	if s.n == 0 {
		slab := new([slabBuffers][smallBuffer]byte)
		for i := range slab {
			s.free[i] = &slab[i]
		}
		s.n = slabBuffers
	}
	s.n--
	b := s.free[s.n]
	s.free[s.n] = nil
	return b
}

// give drops b when the shelf is full.
func (s *shelf) give(b *[smallBuffer]byte) {
	s.lock()
	defer s.mu.Unlock()
	if s.n < len(s.free) {
		s.free[s.n] = b
		s.n++
	}
}
