package torture

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net"
	"time"

	"jim/history"
	"jim/wire"
)

// whole reads every conversation of the chapter from its beginning to its end, and writes
// it down. It returns a digest of each: read again later it must be the same.
func (c *crowd) whole(ctx context.Context, session string, t *tape) (map[string][32]byte, error) {
	digests := map[string][32]byte{}
	var reader *voice
	var l *line
	defer func() {
		if l != nil {
			l.Close()
		}
	}()
	for _, p := range c.places {
		if p.reader != reader {
			if l != nil {
				l.Close()
			}
			reader = p.reader
			var err error
			if l, err = reader.enter(ctx); err != nil {
				return nil, fmt.Errorf("reading as %s: %w", reader.name, err)
			}
		}
		digest, err := p.read(l, session, t)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", p.name, err)
		}
		digests[p.name] = digest
	}
	return digests, nil
}

// enter comes in to read, and tries again for a while: its last connection may not be gone yet.
func (v *voice) enter(ctx context.Context) (*line, error) {
	for deadline := time.Now().Add(patience); ; pause(ctx, 5*time.Millisecond) {
		conn, err := v.dial(ctx)
		if err == nil {
			var l *line
			if l, err = v.present(conn); err == nil {
				return l, nil
			}
			conn.Close()
		}
		if ctx.Err() != nil || time.Now().After(deadline) {
			return nil, err
		}
	}
}

func (v *voice) present(conn net.Conn) (*line, error) {
	l := newLine(conn)
	if err := l.SetReadDeadline(time.Now().Add(settling)); err != nil {
		return nil, err
	}
	if err := l.say(hello(v.name, nil)); err != nil {
		return nil, err
	}
	r, err := l.answer("in")
	if err == nil && r.Code.IsError() {
		err = fmt.Errorf("presence: %s %s", r.Code, r.Error)
	}
	return l, err
}

// answer is the answer to the request of an id; all else is passed over.
func (l *line) answer(id string) (*wire.Response, error) {
	for {
		m, err := l.next()
		if err != nil {
			return nil, err
		}
		if m.Response != nil && m.Response.ID == id {
			return m.Response, nil
		}
	}
}

// ask asks something and waits for its answer.
func (l *line) ask(o object, id string) (*wire.Response, error) {
	if err := l.say(o.end()); err != nil {
		return nil, err
	}
	return l.answer(id)
}

func (p place) read(l *line, session string, t *tape) (digest [32]byte, err error) {
	who, sum := p.reader.name, sha256.New()
	t.write(history.Entry{Kind: history.Since, Client: who, Session: session, To: p.name})
	for after := int64(0); ; {
		r, err := l.ask(request("history", "page").text("to", p.to).number("after", after).number("limit", int64(wire.JIM2.Page)), "page")
		if err == nil && r.Code.IsError() && r.Code != wire.NotFound {
			err = fmt.Errorf("history: %s %s", r.Code, r.Error)
		}
		if err != nil {
			return digest, err
		}
		for i := range r.Events {
			e := &r.Events[i]
			body := e.Message
			if e.Topic != nil {
				body = *e.Topic
			}
			after = int64(e.Seq)
			t.write(history.Entry{
				Kind: history.Read, Client: who, Session: session, To: p.name,
				From: e.From, ID: e.ID, Seq: after, Action: e.Action, Body: body,
			})
			fmt.Fprintf(sum, "%d %q %q %q %q %d\n", e.Seq, e.From, e.ID, e.Action, body, e.Time)
		}
		if !r.More || len(r.Events) == 0 {
			t.write(history.Entry{Kind: history.Complete, Client: who, Session: session, To: p.name, Seq: after})
			return [32]byte(sum.Sum(nil)), nil
		}
	}
}
