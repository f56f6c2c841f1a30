//go:build unix

package main

import (
	"encoding/json"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// courseServers is where a script keeps its servers of the course.
type courseServers struct{}

// courseServer is a server as the mentors' students wrote it: it refuses what it does not
// know, and takes one recv for one object.
type courseServer struct {
	net.Listener
	all sync.WaitGroup

	mu    sync.Mutex
	heard []string
	news  chan struct{}
}

func startCourse(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: course NAME")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	s := &courseServer{Listener: l, news: make(chan struct{}, 1)}
	s.all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.all.Go(func() { s.serve(c) })
		}
	})
	ts.Defer(func() {
		l.Close()
		s.all.Wait()
	})
	ts.Value(courseServers{}).(map[string]*courseServer)[args[0]] = s
	ts.Setenv(args[0], "tcp://"+l.Addr().String())
}

func (s *courseServer) serve(c net.Conn) {
	defer c.Close()
	for b := make([]byte, 1024); ; {
		n, err := c.Read(b)
		if err != nil {
			return
		}
		var q struct {
			Action, Sender, Destination string
			Text                        string `json:"mess_text"`
			Type                        any
			JIM                         any
		}
		err = json.Unmarshal(b[:n], &q)
		if q.Action == "presence" {
			s.hears("presence")
		}
		if err != nil || q.JIM != nil || q.Type != nil {
			fmt.Fprint(c, `{"response":400,"error":"Bad Request"}`)
			return
		}
		switch q.Action {
		case "presence":
			fmt.Fprint(c, `{"response":200}`)
			<-time.Tick(100 * time.Millisecond)
			fmt.Fprint(c, `{"action":"message","from":"bob","to":"ann","time":1,"mess_text":"good morning"}`)
		case "message":
			s.hears(q.Sender + ": " + q.Text)
		}
	}
}

func (s *courseServer) hears(text string) {
	s.mu.Lock()
	s.heard = append(s.heard, text)
	s.mu.Unlock()
	select {
	case s.news <- struct{}{}:
	default:
	}
}

// heardAt waits until a server of the course has heard something.
func heardAt(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: heard NAME TEXT")
	}
	s := ts.Value(courseServers{}).(map[string]*courseServer)[args[0]]
	for {
		s.mu.Lock()
		heard := slices.Clone(s.heard)
		s.mu.Unlock()
		if slices.Contains(heard, args[1]) {
			return
		}
		select {
		case <-s.news:
		case <-time.After(patient):
			ts.Fatalf("it heard %q", heard)
		}
	}
}
