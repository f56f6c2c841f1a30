// Package startlog waits for a `jim serve` that was started as a process of its own:
// it reads the log that the server writes to stderr with `--log json`.
package startlog

import (
	"bytes"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"
)

// Reader takes the log of a server as an [io.Writer]. It waits for the line "ready"
// and keeps the last lines, for when it does not come.
type Reader struct {
	ready chan string

	mu      sync.Mutex
	partial []byte
	address string
	lines   []string
}

// kept is how many lines Last tells.
const kept = 10

// New is a reader of the log of a server that is about to start.
func New() *Reader { return &Reader{ready: make(chan string, 1)} }

// Ready gets the first address that the server listens on, as a URI, when it is
// ready; once.
func (r *Reader) Ready() <-chan string { return r.ready }

// Write takes some more of the log. It never fails.
func (r *Reader) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.partial = append(r.partial, p...)
	for {
		line, rest, found := bytes.Cut(r.partial, []byte("\n"))
		if !found {
			return len(p), nil
		}
		r.take(line)
		r.lines = append(r.lines, string(line))
		r.lines = r.lines[max(0, len(r.lines)-kept):]
		r.partial = append(r.partial[:0:0], rest...)
	}
}

func (r *Reader) take(line []byte) {
	var entry struct {
		Msg     string `json:"msg"`
		Address string `json:"address"`
	}
	if json.Unmarshal(line, &entry) != nil {
		return // a panic, or what was said before there was a log
	}
	switch {
	case entry.Msg == "listening" && r.address == "":
		r.address = entry.Address
	case entry.Msg == "ready":
		select {
		case r.ready <- r.address:
		default:
		}
	}
}

// Last is the last lines of the log, the one that has not ended included.
func (r *Reader) Last() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(append(r.lines[:len(r.lines):len(r.lines)], string(r.partial)), "\n")
}
