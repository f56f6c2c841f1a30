package listen

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"jim/chat"
	"jim/lastword"
	"jim/wire"
)

// events streams what the hub tells: GET /jim/events, as Server-Sent Events
// (HTML Standard, section 9.2). It returns the code of the answer.
func (h *web) events(w http.ResponseWriter, r *http.Request) wire.Code {
	if !allow(w, r, http.MethodGet) {
		return wire.BadRequest
	}
	user, err := identity(r)
	if err == nil && user == nil {
		err = errAuthorization
	}
	if err != nil {
		return replyError(w, err, "")
	}
	query, bad := url.ParseQuery(r.URL.RawQuery)
	if bad != nil { // what could not be read may be what he has
		return replyError(w, wire.Errorf(wire.BadRequest, "what follows ? is not URL-encoded: %v", bad), "")
	}
	since, log, err := parseSince(query["since"], r.Header.Get("Last-Event-ID"), query.Get("log"))
	if err != nil {
		return replyError(w, err, "")
	}
	control := http.NewResponseController(w)
	if control.SetReadDeadline(time.Time{}) != nil || control.SetWriteDeadline(time.Time{}) != nil {
		return wire.OK // the connection is gone
	}
	s := &eventStream{peer: webConnOf(r).a.peer, hello: hello(user, since, log), gone: make(chan struct{}), w: w, control: control}
	stop := context.AfterFunc(r.Context(), func() { s.Close() })
	var beat sync.WaitGroup
	beat.Go(s.keepAlive)
	h.ls.o.Serve(h.ls.ctx, s)
	stop()
	s.Close()
	beat.Wait()
	return s.end()
}

// beatInterval is how often a silent stream says that it is alive: proxies give
// up on connections after 30 s to 60 s of silence.
const beatInterval = 25 * time.Second

// closeGrace is how long the end of an answer may take to be written.
const closeGrace = time.Second

// eventStream is a [chat.Conn] for a client that only listens: Read gives the
// presence made from the Authorization header and then waits for Close. The
// answer to that decides the status of HTTP.
type eventStream struct {
	peer   chat.Peer
	hello  []byte
	given  bool // Read's own
	gone   chan struct{}
	once   sync.Once
	closed atomic.Bool
	busy   atomic.Bool // the client is being written to

	mu      sync.Mutex // held while w is used
	w       http.ResponseWriter
	control *http.ResponseController
	begun   bool      // the header of HTTP has been written
	over    bool      // nothing more is written
	me      string    // the name that presence was answered with
	log     string    // what the log is called, likewise
	refusal []byte    // instead of a stream
	code    wire.Code // of the refusal
}

// Read is [chat.Conn]'s.
func (s *eventStream) Read() ([]byte, error) {
	if !s.given {
		s.given = true
		return s.hello, nil
	}
	<-s.gone
	return nil, net.ErrClosed
}

// Write is [chat.Conn]'s.
func (s *eventStream) Write(batches []*wire.Batch) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy.Store(true)
	defer s.busy.Store(false)
	if s.closed.Load() || s.over {
		return net.ErrClosed
	}
	var out []byte
	for _, b := range batches {
		for i := range b.Len() {
			object := bytes.TrimSuffix(b.Object(i), []byte("\n"))
			code := responseCode(object)
			if !s.begun && code.IsError() {
				s.refusal, s.code, s.over = append(bytes.Clone(object), '\n'), code, true
				s.wake(func() {}) // Read returns, and the handler answers
				return nil
			}
			s.begin()
			if out = s.append(out, object, code); len(out) < middling {
				continue
			}
			if _, err := s.w.Write(out); err != nil {
				return err
			}
			out = out[:0]
		}
	}
	if _, err := s.w.Write(out); err != nil {
		return err
	}
	return s.control.Flush()
}

// begin writes the header of HTTP, once.
func (s *eventStream) begin() {
	if s.begun {
		return
	}
	s.begun = true
	s.w.Header().Set("Content-Type", "text/event-stream")
	s.w.Header().Set("X-Accel-Buffering", "no") // nginx would hold events back
	s.w.WriteHeader(http.StatusOK)
}

// append appends an object as an event of the stream. Responses are events named
// "response"; what was kept has its conversation and number for an id.
func (s *eventStream) append(dst, object []byte, code wire.Code) []byte {
	if code != 0 {
		dst = append(dst, "event: response\n"...)
	}
	if s.me == "" || code == 0 && bytes.Contains(object, []byte(`"seq":`)) {
		dst = s.appendID(dst, object)
	}
	for line := range bytes.Lines(object) {
		dst = append(dst, "data: "...)
		dst = append(append(dst, bytes.TrimRight(line, "\r\n")...), '\n')
	}
	return append(dst, '\n')
}

// appendID appends the id of what was kept, as parseSince reads it, and learns the reader's own name,
// without which conversations between two cannot be named.
func (s *eventStream) appendID(dst, object []byte) []byte {
	o, err := wire.DecodeFromServer(object)
	switch {
	case err != nil:
		return dst // it travels without
	case o.Response != nil && o.Response.User != nil:
		s.me, s.log = o.Response.User.Name, o.Response.Log
	case o.Event != nil && o.Event.Seq > 0 && o.Event.Action != wire.ActBehind && o.Event.Action != wire.ActRead:
		dst = append(dst, "id: "+o.Event.Conversation(s.me)+" "...)
		dst = strconv.AppendUint(dst, o.Event.Seq, 10)
		if s.log != "" {
			dst = append(append(dst, ' '), s.log...)
		}
		dst = append(dst, '\n')
	}
	return dst
}

// keepAlive writes a comment now and then, until Close.
func (s *eventStream) keepAlive() {
	defer lastword.Guard()
	ticker := time.NewTicker(beatInterval)
	defer ticker.Stop()
	for {
		select {
		case <-s.gone:
			return
		case <-ticker.C:
			s.beat()
		}
	}
}

// beat writes a comment, unless events are being written anyway.
func (s *eventStream) beat() {
	if !s.mu.TryLock() {
		return
	}
	defer s.mu.Unlock()
	s.busy.Store(true)
	defer s.busy.Store(false)
	if s.begun && !s.over && !s.closed.Load() {
		// A client that is gone is noticed by net/http, which ends the request.
		_, _ = s.w.Write([]byte(": \n\n"))
		_ = s.control.Flush()
	}
}

// Close is [chat.Conn]'s. A Write that the client keeps waiting is woken by a
// deadline in the past; otherwise there is some time to end the answer properly.
func (s *eventStream) Close() error {
	s.wake(func() {
		deadline := time.Now().Add(closeGrace)
		if s.busy.Load() {
			deadline = time.Unix(1, 0)
		}
		_ = s.control.SetWriteDeadline(deadline) // fails when the connection is gone
	})
	return nil
}

// wake ends Read, once, and then does more.
func (s *eventStream) wake(more func()) {
	s.once.Do(func() {
		s.closed.Store(true)
		close(s.gone)
		more()
	})
}

// Ready is [chat.Conn]'s.
func (s *eventStream) Ready() bool { return false }

func (s *eventStream) Peer() *chat.Peer { return &s.peer }

// end finishes the answer, after the session, and returns its code.
func (s *eventStream) end() wire.Code {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = true
	switch {
	case s.refusal != nil:
		if o, err := wire.DecodeFromServer(s.refusal); err == nil && o.Response != nil {
			setRetryAfter(s.w, o.Response.RetryAfter)
		}
		reply(s.w, s.code, s.refusal)
		return s.code
	case !s.begun:
		return replyError(s.w, wire.Errorf(wire.Unavailable, "the session ended before it began").After(time.Second), "")
	}
	return wire.OK
}
