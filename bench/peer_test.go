package bench

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
)

// smallNATS speaks as much of NATS as the load does. After so many messages it swallows the rest; 0 = it never does.
type smallNATS struct {
	swallowAfter int

	mu    sync.Mutex
	conns map[net.Conn]string // and the subject that each hears
	told  int
}

// serve starts one that ends with the test.
func (n *smallNATS) serve(t *testing.T) *Server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n.conns = map[net.Conn]string{}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			n.mu.Lock()
			n.conns[c] = ""
			n.mu.Unlock()
			all.Go(func() { n.talk(c) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		n.mu.Lock()
		for c := range n.conns {
			c.Close()
		}
		n.mu.Unlock()
		all.Wait()
	})
	s, err := At("nats://"+l.Addr().String(), 0)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (n *smallNATS) talk(c net.Conn) {
	defer c.Close()
	io.WriteString(c, "INFO {\"version\":\"9.9\"}\r\n")
	for in := bufio.NewReader(c); ; {
		line, err := in.ReadString('\n')
		if err != nil {
			n.mu.Lock()
			delete(n.conns, c)
			n.mu.Unlock()
			return
		}
		switch words := strings.Fields(line); words[0] {
		case "PING":
			io.WriteString(c, "PONG\r\n")
		case "SUB":
			n.mu.Lock()
			n.conns[c] = words[1]
			n.mu.Unlock()
		case "PUB":
			payload, _ := in.ReadString('\n')
			n.tell(words[1], words[len(words)-1], payload)
		}
	}
}

func (n *smallNATS) tell(subject, size, payload string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.told++; n.swallowAfter > 0 && n.told > n.swallowAfter {
		return
	}
	for c, hears := range n.conns {
		if hears == subject {
			fmt.Fprintf(c, "MSG %s 1 %s\r\n%s", subject, size, payload)
		}
	}
}
