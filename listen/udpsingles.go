package listen

import (
	"bytes"
	"net/netip"
	"sync"
	"time"

	"jim/wire"
)

// singles is the newest requests that were answered without a session, and their answers: the way
// may bring a request a second time, and a client that has not got the answer sends it again.
// What comes again is dropped while it is being done, and after that answered as before. What only
// reads is read again, and what may succeed the next time is tried again. The zero value is ready.
type singles struct {
	mu      sync.Mutex
	running map[singleKey]struct{} // at most maxSingles
	answers map[singleKey][]byte
	order   []answeredAt // of answers, the oldest first
	bytes   int          // of answers
}

// singleKey is whose request it is, and all of its bytes. The zero value is that of a request
// that has no id, and cannot be told from the same said once more.
type singleKey struct {
	from  netip.AddrPort
	print uint64
}

func keyOf(p []byte, r *wire.Request, from netip.AddrPort) (key singleKey) {
	if r.ID != "" {
		key = singleKey{from, fingerprintOf(p)}
	}
	return key
}

type answeredAt struct {
	key singleKey
	at  time.Time
}

const (
	// singlesLast is for how long an answer is remembered: as long as a client tries.
	singlesLast = 15 * time.Second
	// singlesMost and singlesBytes bound what is remembered; the oldest goes first.
	singlesMost  = 4096
	singlesBytes = 1 << 20
)

// seen tells whether a request came before, and its answer, if there is one yet.
func (m *singles) seen(key singleKey, now time.Time) (answer []byte, again bool) {
	if key == (singleKey{}) {
		return nil, false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for len(m.order) > 0 && now.Sub(m.order[0].at) >= singlesLast {
		m.forget()
	}
	if _, again = m.running[key]; again {
		return nil, true
	}
	answer, again = m.answers[key]
	return answer, again
}

// begin remembers a request.
func (m *singles) begin(key singleKey) {
	if key == (singleKey{}) {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.running == nil {
		m.running, m.answers = make(map[singleKey]struct{}), make(map[singleKey][]byte)
	}
	m.running[key] = struct{}{}
}

// end remembers its answer, if it is worth keeping, and tells how many others had to go for it
// before their time.
func (m *singles) end(key singleKey, answer []byte, keep bool, now time.Time) (early int) {
	if key == (singleKey{}) {
		return 0
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.running, key)
	if !keep {
		return 0
	}
	m.answers[key] = bytes.Clone(answer)
	m.order = append(m.order, answeredAt{key, now})
	for m.bytes += len(answer); len(m.order) > singlesMost || m.bytes > singlesBytes; early++ {
		m.forget()
	}
	return early
}

// forget forgets the oldest answer. m.mu is held.
func (m *singles) forget() {
	key := m.order[0].key
	m.order = m.order[1:]
	m.bytes -= len(m.answers[key])
	delete(m.answers, key)
}

// onlyReads tells whether an action changes nothing.
func onlyReads(action string) bool {
	switch action {
	case wire.ActHistory, wire.ActRooms, wire.ActMembers, wire.ActWhois, wire.ActGetContacts, wire.ActPing:
		return true
	}
	return false
}
