// The race detector makes frames larger, hence:
//go:build !race

package talk

import (
	"bufio"
	"fmt"
	"net"
	"runtime/metrics"
	"testing"

	"jim/chat"
)

// What an idle connection holds is mostly its goroutine's stack: 2 KiB, if it has
// never grown. It takes one frame too many on the way to where it waits, or one
// allocation there, to double that for everybody; a few grow by bad luck.
func TestIdleConnectionsKeepTheirFirstStack(t *testing.T) {
	h, err := Open("tcp", t.TempDir(), chat.Options{NoLimits: true, Guests: chat.Everywhere})
	if err != nil {
		t.Fatal(err)
	}
	var conns []net.Conn
	login := func(i int) {
		c, err := net.Dial("tcp", h.place())
		if err != nil {
			t.Fatal(err)
		}
		conns = append(conns, c)
		fmt.Fprintf(c, `{"action":"presence","jim":2,"user":{"account_name":"idle%d"}}`+"\n", i)
		if _, err := bufio.NewReader(c).ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	const few, many = 50, 350 // the first bring workers and writers to life
	for i := range few {
		login(i)
	}
	before := stacks()
	for i := range many {
		login(few + i)
	}
	if each := (int64(stacks()) - int64(before)) / many; each > 3<<10 {
		t.Errorf("an idle connection holds %d bytes of stack; 2 KiB, or little more, is what it takes", each)
	}
	for _, c := range conns {
		c.Close()
	}
	if err := h.Close(); err != nil {
		t.Error(err)
	}
}

// stacks is how much memory all stacks have.
func stacks() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/stacks:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
