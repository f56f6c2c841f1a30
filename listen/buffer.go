package listen

import "sync"

// The sizes of buffers. The largest takes any object that a client may send, and
// the header of a WebSocket frame behind it.
const (
	smallBuffer = 4 << 10
	middling    = 16 << 10
	largeBuffer = 68 << 10
)

// Pools keep pointers to arrays, since putting a slice into one allocates.
var (
	smallBuffers = sync.Pool{New: func() any { return new([smallBuffer]byte) }}
	middlings    = sync.Pool{New: func() any { return new([middling]byte) }}
	largeBuffers = sync.Pool{New: func() any { return new([largeBuffer]byte) }}
)

// takeBuffer returns a buffer of at least n bytes, or the largest there is.
func takeBuffer(n int) []byte {
	switch {
	case n <= smallBuffer:
		return smallBuffers.Get().(*[smallBuffer]byte)[:]
	case n <= middling:
		return middlings.Get().(*[middling]byte)[:]
	}
	return largeBuffers.Get().(*[largeBuffer]byte)[:]
}

// giveBuffer takes back what takeBuffer gave; nobody may use it any more.
func giveBuffer(b []byte) {
	switch cap(b) {
	case smallBuffer:
		smallBuffers.Put((*[smallBuffer]byte)(b[:smallBuffer]))
	case middling:
		middlings.Put((*[middling]byte)(b[:middling]))
	case largeBuffer:
		largeBuffers.Put((*[largeBuffer]byte)(b[:largeBuffer]))
	}
}
