package listen

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"jim/chat"
	"jim/lastword"
	"jim/wire"
)

// post runs one request: POST /jim with the object as the body, whatever its
// content type says. What protects against forms of other sites is
// [Options.crossSite]; and nobody is logged in by a cookie. It returns the code of the answer.
func (h *web) post(w http.ResponseWriter, r *http.Request) wire.Code {
	if !allow(w, r, http.MethodPost) {
		return wire.BadRequest
	}
	body, err := readBody(w, r)
	if err != nil {
		return replyError(w, err, "")
	}
	var d wire.Decoder
	var q wire.Request
	if err := d.Request(body, wire.JIM2, &q); err != nil {
		return replyError(w, err, "")
	}
	e := newExchange(webConnOf(r).a.peer, [][]byte{body}, q.ID)
	e.peer.Brief = true
	user, err := identity(r)
	if err != nil {
		return replyError(w, err, q.ID)
	}
	if user != nil && !speaksForItself(&q, user) {
		e.script = [][]byte{hello(user, nil, ""), body}
	}
	if q.Action == wire.ActSync {
		e.lines = w
	}
	end := context.AfterFunc(h.ls.ctx, func() { e.Close() })
	gone := context.AfterFunc(r.Context(), e.waitForAnswer)
	h.ls.o.Serve(h.ls.ctx, e)
	gone()
	end()
	e.Close()
	return e.reply(w)
}

// speaksForItself tells whether a request says who asks, so that the header is
// not needed. A guest who registers is logged in first: the name is his already.
func speaksForItself(q *wire.Request, user *credentials) bool {
	switch q.Action {
	case wire.ActPresence, wire.ActAuthenticate:
		return true
	case wire.ActRegister:
		return user.Token == "" && user.Password != ""
	}
	return false
}

// readBody reads one object from the body of a request.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, *wire.Error) {
	const bodyTimeout = 10 * time.Second
	control := http.NewResponseController(w)
	if control.SetReadDeadline(time.Now().Add(bodyTimeout)) != nil {
		return nil, wire.Errorf(wire.BadRequest, "the connection is gone")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, int64(wire.JIM2.Object)))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, wire.Errorf(wire.TooLarge, "an object may have %d bytes", wire.JIM2.Object)
	case err != nil:
		return nil, wire.Errorf(wire.Timeout, "the body of the request did not come in whole")
	}
	if control.SetReadDeadline(time.Time{}) != nil {
		return nil, wire.Errorf(wire.BadRequest, "the connection is gone")
	}
	return single(body)
}

// exchange is a [chat.Conn] for one request over HTTP: Read gives the presence
// made from the Authorization header, once that is answered the request, and at
// last io.EOF. Write keeps the answers, which are recognised by their order: the
// hub answers every request once.
type exchange struct {
	peer     chat.Peer
	script   [][]byte // what Read gives
	id       string   // of the request
	given    int      // of the script, Read's own
	answered chan struct{}
	gone     chan struct{}
	once     sync.Once

	closed atomic.Bool
	busy   atomic.Bool // the client may be keeping Write waiting

	mu     sync.Mutex          // held while lines are written
	lines  http.ResponseWriter // of sync: where events go before the answer; nil = nowhere
	begun  bool                // something was written there
	over   bool                // the hub is heard no more
	count  int                 // answers that came
	code   wire.Code           // of the last one
	answer []byte              // the last one

	retryAfter float64 // seconds; what the answer says, if it is an error
}

// newExchange runs a script: a request whose id is given, and before it perhaps a presence.
func newExchange(peer chat.Peer, script [][]byte, id string) *exchange {
	return &exchange{peer: peer, script: script, id: id, answered: make(chan struct{}, 2), gone: make(chan struct{})}
}

// Read is [chat.Conn]'s.
func (e *exchange) Read() ([]byte, error) {
	if e.given > 0 {
		select {
		case <-e.answered:
		case <-e.gone:
			return nil, net.ErrClosed
		}
	}
	if e.given == len(e.script) || e.refused() {
		return nil, io.EOF
	}
	e.given++
	return e.script[e.given-1], nil
}

// refused tells whether there is an answer already and it is an error.
func (e *exchange) refused() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.count > 0 && e.code.IsError()
}

// Write is [chat.Conn]'s.
func (e *exchange) Write(batches []*wire.Batch) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.busy.Store(e.lines != nil)
	defer e.busy.Store(false)
	if e.closed.Load() || e.over {
		return net.ErrClosed
	}
	for _, b := range batches {
		for i := range b.Len() {
			if err := e.take(b.Object(i)); err != nil {
				return err
			}
		}
	}
	if e.begun {
		return http.NewResponseController(e.lines).Flush()
	}
	return nil
}

// take sorts out one object from the hub.
func (e *exchange) take(object []byte) error {
	code := responseCode(object)
	switch {
	case e.count == len(e.script) || e.code.IsError():
		return nil // it comes after the answer
	case code >= wire.OK:
		e.count++
		e.code, e.answer = code, append(e.answer[:0], object...)
		e.answered <- struct{}{} // there is room for all of the script
		return nil
	case code != 0 || e.lines == nil || e.count < len(e.script)-1:
		return nil
	}
	if !e.begun {
		e.begun = true
		e.lines.Header().Set("Content-Type", "application/x-ndjson")
	}
	_, err := e.lines.Write(object)
	return err
}

// Close is [chat.Conn]'s. A Write that the client keeps waiting is woken by a
// deadline in the past.
func (e *exchange) Close() error {
	e.once.Do(func() {
		e.closed.Store(true)
		close(e.gone)
		if e.busy.Load() {
			_ = http.NewResponseController(e.lines).SetWriteDeadline(time.Unix(1, 0)) // fails when the connection is gone
		}
	})
	return nil
}

// goneTimeout is how long a request may go on whose client says no more: he may be gone, or have ended his side of the
// connection only and still listen.
const goneTimeout = 10 * time.Second

// waitForAnswer closes the exchange when that is over. It ends with the exchange.
func (e *exchange) waitForAnswer() {
	defer lastword.Guard()
	timer := time.NewTimer(goneTimeout)
	defer timer.Stop()
	select {
	case <-timer.C:
		e.Close()
	case <-e.gone:
	}
}

// Ready is [chat.Conn]'s.
func (e *exchange) Ready() bool { return false }

func (e *exchange) Peer() *chat.Peer { return &e.peer }

// reply gives the client its answer, after the session, and returns the code.
func (e *exchange) reply(w http.ResponseWriter) wire.Code {
	answer := e.result()
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.begun {
		if http.NewResponseController(w).SetWriteDeadline(time.Now().Add(replyTimeout)) == nil {
			_, _ = w.Write(answer) // the client may be gone
		}
		return e.code
	}
	setRetryAfter(w, e.retryAfter)
	reply(w, e.code, answer)
	return e.code
}

// result is the answer, after the session.
func (e *exchange) result() []byte {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.over = true
	if e.count < len(e.script) && !e.code.IsError() {
		e.code, e.answer = wire.Unavailable, errorObject(
			wire.Errorf(wire.Unavailable, "the session ended before the answer; send the same id again").After(time.Second), e.id)
	}
	if e.code.IsError() {
		e.amend()
	}
	return e.answer
}

// amend learns when to come again from an error, and gives it the id of the request
// where it is the answer to the presence before it.
func (e *exchange) amend() {
	o, err := wire.DecodeFromServer(e.answer)
	if err != nil || o.Response == nil {
		return // it is no less an answer
	}
	r := o.Response
	e.retryAfter = r.RetryAfter
	if r.ID != helloID {
		return
	}
	r.ID = e.id
	if data, err := r.AppendJSON(nil); err == nil {
		e.answer = append(data, '\n')
	}
}

// responseCode is the code of a response, and 0 of any other object. A response
// begins with its code; see [wire.Response.AppendJSON].
func responseCode(object []byte) wire.Code {
	rest, ok := bytes.CutPrefix(object, []byte(`{"response":`))
	if !ok {
		return 0
	}
	end := bytes.IndexAny(rest, ",}")
	n, err := strconv.Atoi(string(rest[:max(end, 0)]))
	if err != nil {
		return 0
	}
	return wire.Code(n)
}
