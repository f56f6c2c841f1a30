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
// [sync.Pool], no mutex that would have to queue, and no allocation.
type shelf struct {
	mu      sync.Mutex // held for a few instructions
	free    [shelfBuffers]*[smallBuffer]byte
	n       int
	filling bool // fill was started and has not ended
}

const (
	shelfBuffers = 128
	fillBuffers  = 16 // made at once
)

func (s *shelf) lock() {
	for !s.mu.TryLock() {
		runtime.Gosched()
	}
}

func (s *shelf) take() *[smallBuffer]byte {
	s.lock()
	for s.n == 0 {
		if !s.filling {
			s.filling = true
			go fillSmallBuffers()
		}
		s.mu.Unlock()
		runtime.Gosched() // for as long as it takes to make a few buffers
		s.lock()
	}
	s.n--
	b := s.free[s.n]
	s.free[s.n] = nil
	s.mu.Unlock()
	return b
}

// fillSmallBuffers has a stack of its own, and is its own owner: it makes a few
// buffers, waits for nothing, and ends. It makes each by itself: while one of
// several that lie together is used, none of them is collected.
func fillSmallBuffers() {
	for range fillBuffers {
		smallBuffers.give(new([smallBuffer]byte))
	}
	smallBuffers.lock()
	smallBuffers.filling = false
	smallBuffers.mu.Unlock()
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
