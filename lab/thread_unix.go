//go:build unix && !linux

package lab

// threadID is 0: only Linux numbers threads in a way that package unix knows.
func threadID() int { return 0 }

// queue is known on Linux only.
func (s *Sock) queue() (n int, ok bool) { return 0, false }
