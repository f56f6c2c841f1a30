//go:build linux

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jim/client"
	"jim/wire"
)

// TestHostileMemory has the server that README promises a machine of 128 MiB for: GOMEMLIMIT is three quarters of
// that. Clients of several kinds make it hold what they can, all at once, while people talk.
func TestHostileMemory(t *testing.T) {
	const most = 128 << 20
	s := raise(t, "true", "GOMEMLIMIT=96MiB")
	ann, err := s.comes(t, "ann")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patient)
	defer cancel()
	bob, err := client.Dial(ctx, s.address, client.Options{Name: "bob"})
	if err != nil {
		t.Fatal(err)
	}
	defer bob.Close()
	if r, err := bob.Do(ctx, wire.Request{Action: wire.ActJoin, To: "#lobby"}); err != nil || r.Code.IsError() {
		t.Fatal(r, err)
	}
	heard := listenFor(bob, "from ann")
	text := strings.Repeat("x", 15<<10)
	for range 60 { // what the readers ask for
		says(t, ann, text)
	}
	crowd := &harmful{server: s}
	crowd.join(t, 0, 30, crowd.flood)
	crowd.join(t, 200, 30, crowd.broken)
	for i := range 10 {
		says(t, ann, fmt.Sprint("from ann, before ", i))
	}
	crowd.join(t, 400, 150, crowd.mute)
	crowd.join(t, 600, 600, crowd.part)
	for i := range 30 {
		says(t, ann, fmt.Sprint("from ann ", i))
	}
	crowd.leave()
	peak := s.most(t)
	t.Logf("resident memory was at most %d MiB; %d objects were refused, %d bytes were not taken by readers, %d connections were made and %d not let in",
		peak>>20, crowd.refused.Load(), crowd.asked.Load(), crowd.made.Load(), crowd.shut.Load())
	if peak > raceMemory*most {
		t.Errorf("resident memory was %d MiB, want at most %d", peak>>20, raceMemory*most>>20)
	}
	if crowd.refused.Load() == 0 || crowd.asked.Load() == 0 {
		t.Error("nothing was refused, or nobody asked for anything, so there was no harm")
	}
	says(t, ann, "from ann, after they have gone")
	select {
	case <-heard:
	case <-bob.Done():
		t.Errorf("bob was cut off: %v", bob.Err())
	case <-time.After(patient):
		t.Error("bob has not heard everything")
	}
	s.comesAgain(t, "eve")
}

// listenFor hears what is said to a person, all that is told live and all that is read from the log, and tells when
// each of 40 texts with a number and the last one have come.
func listenFor(who *client.Client, prefix string) <-chan struct{} {
	all := make(chan struct{}, 1)
	go func() { // it ends with the client
		heard := map[string]bool{}
		for e := range who.Events() {
			if strings.HasPrefix(e.Message, prefix) {
				heard[e.Message] = true
				if len(heard) == 41 {
					all <- struct{}{}
				}
			}
		}
	}()
	return all
}

// harmful are connections that mean harm. Each kind goes on until leave.
type harmful struct {
	server  *child
	all     sync.WaitGroup
	mu      sync.Mutex
	conns   []net.Conn
	made    atomic.Int64
	shut    atomic.Int64 // were refused at once
	refused atomic.Int64 // objects that were answered with an error
	asked   atomic.Int64 // bytes sent by those who read nothing
}

// join makes n connections, from as many addresses as TestLittleMemory does, and has each do harm.
func (h *harmful) join(t *testing.T, first, n int, harm func(net.Conn)) {
	t.Helper()
	for i := range n {
		c := h.server.dialFrom(t, first+i)
		h.made.Add(1)
		h.mu.Lock()
		h.conns = append(h.conns, c)
		h.mu.Unlock()
		h.all.Go(func() { harm(c) })
	}
}

// leave lets them go on for a while, and ends them.
func (h *harmful) leave() {
	for _, c := range h.conns {
		c.SetDeadline(time.Now().Add(2 * time.Second))
	}
	h.all.Wait()
	for _, c := range h.conns {
		c.Close()
	}
}

// part sends most of an object, and waits.
func (h *harmful) part(c net.Conn) {
	c.Write([]byte(`{"action":"msg","message":"` + strings.Repeat("x", 60<<10)))
	h.hear(c)
}

// mute asks for as much as there is, again and again, and reads nothing.
func (h *harmful) mute(c net.Conn) {
	io.WriteString(c, hello("m"+c.LocalAddr().String()))
	requests := strings.Repeat(`{"action":"history","to":"#lobby","limit":200}`+"\n", 200) // one by one they keep the machine busy, and not the server
	for {
		n, err := io.WriteString(c, requests)
		h.asked.Add(int64(n))
		if err != nil {
			return
		}
	}
}

// flood says as much as it can.
func (h *harmful) flood(c net.Conn) {
	h.all.Go(func() { h.hear(c) })
	io.WriteString(c, hello("f"+c.LocalAddr().String()))
	say := []byte(`{"action":"msg","to":"#lobby","message":"` + strings.Repeat("y", 1000) + `"}` + "\n")
	for {
		if _, err := c.Write(say); err != nil {
			return
		}
	}
}

// broken sends what is no request, and more of an object than one may have.
func (h *harmful) broken(c net.Conn) {
	h.all.Go(func() { h.hear(c) })
	for {
		if _, err := io.WriteString(c, `{"action":1}`+"\n"+`{"action":"msg","message":"`+strings.Repeat("z", 70<<10)+`"}`+"\n"); err != nil {
			return
		}
	}
}

func hello(name string) string {
	name = strings.NewReplacer("127.0.1.", "", ":", "x", ".", "x").Replace(name)
	return fmt.Sprintf(`{"action":"presence","jim":%d,"user":{"account_name":%q}}`+"\n", wire.Version, name)
}

// hear reads to the end and counts what was refused.
func (h *harmful) hear(c net.Conn) {
	buf := make([]byte, 4<<10)
	for {
		n, err := c.Read(buf)
		h.refused.Add(int64(bytes.Count(buf[:n], []byte(`{"response":4`))))
		h.shut.Add(int64(bytes.Count(buf[:n], []byte(`{"response":503`))))
		if err != nil {
			return
		}
	}
}

// most is the most memory of the child that was in RAM at once, in bytes.
func (c *child) most(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	kib, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		t.Fatal(err)
	}
	return kib << 10
}
