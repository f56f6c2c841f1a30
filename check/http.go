package check

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"jim/client"
)

// web asks over HTTP, each request for itself.
type web struct {
	t     *T
	who   string // in the conversation of the report
	about *http.Client
	head  http.Header
	name  string
}

// webAs is somebody who asks under a name of the suite, as a guest or with a password.
func (t *T) webAs(who string) *web {
	w := t.web(who)
	l := t.lease(!t.run.names.given)
	w.as(l.name, l.password)
	w.name = l.name
	return w
}

// web is somebody who does not say who he is.
func (t *T) web(who string) *web {
	return &web{t: t, who: who, head: http.Header{}, about: &http.Client{Timeout: t.run.patience(), Transport: &http.Transport{
		DisableKeepAlives: true, TLSClientConfig: t.run.pinned(),
	}}}
}

// pinned trusts the one certificate that was given, where there is one.
func (r *runner) pinned() *tls.Config {
	want, err := hex.DecodeString(strings.ReplaceAll(r.o.Fingerprint, ":", ""))
	if err != nil || len(want) == 0 {
		return nil
	}
	return &tls.Config{
		InsecureSkipVerify: true, // the one pinned certificate needs no authority and no name
		VerifyConnection: func(s tls.ConnectionState) error {
			if sum := sha256.Sum256(s.PeerCertificates[0].Raw); !bytes.Equal(sum[:], want) {
				return errors.New("the server's certificate does not have the fingerprint given")
			}
			return nil
		},
	}
}

func (w *web) as(name, password string) {
	q := &http.Request{Header: http.Header{}}
	q.SetBasicAuth(name, password)
	w.head = q.Header
}

func (w *web) bearer(token string) { w.head = http.Header{"Authorization": {"Bearer " + token}} }

func (w *web) note(way Way, text string) { w.t.line(&conn{who: w.who}, way, []byte(text)) }

// open makes a request; without an answer the check is over.
func (w *web) open(ctx context.Context, method, path string, body []byte) *http.Response {
	w.note(Sent, method+" "+path+" "+string(body))
	q, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(w.t.run.o.Address, "/")+path, bytes.NewReader(body))
	if err != nil {
		w.t.skip("%v", err)
	}
	for name, values := range w.head {
		q.Header[name] = values
	}
	r, err := w.about.Do(q)
	if err != nil {
		w.t.run.quiet()
		w.t.fail("an answer to "+method+" "+path, err.Error())
	}
	w.t.ends = append(w.t.ends, func() { r.Body.Close() })
	return r
}

// body posts bytes to /jim and returns the status of HTTP and the answer.
func (w *web) body(text string) (status int, a *object) {
	r := w.open(w.t.ctx, http.MethodPost, "/jim", []byte(text))
	raw, err := io.ReadAll(io.LimitReader(r.Body, mostBytes))
	w.note(Received, fmt.Sprintf("%d %s", r.StatusCode, raw))
	m, bad := parse(bytes.TrimSpace(raw))
	if err = errors.Join(err, bad); err != nil {
		w.t.fail("one object as the answer to POST /jim", fmt.Sprintf("status %d and %s (%v)", r.StatusCode, shown(raw), err))
	}
	return r.StatusCode, &object{members: m, raw: raw, at: time.Now()}
}

// ask posts a request. One that is told to come later, it sends again then.
func (w *web) ask(action string, pairs ...any) (status int, a *object) {
	text := string(build(append([]any{"action", action}, pairs...)...))
	for w.t.ctx.Err() == nil {
		if status, a = w.body(text); !w.t.again(a) {
			return status, a
		}
	}
	w.t.unanswered()
	return 0, nil
}

// want wants a status of HTTP, and the same code in the answer, or another one.
func (w *web) want(status, code int, action string, pairs ...any) *object {
	got, a := w.ask(action, pairs...)
	if got != status || a.code() != code {
		w.t.fail(fmt.Sprintf(`status %d and "response":%d`, status, code), fmt.Sprintf("status %d and %s", got, a))
	}
	return a
}

// stream is the events of somebody.
type stream struct {
	w       *web
	scanner *bufio.Scanner
}

// events asks for events, and returns when they can come.
func (w *web) events(query string) *stream {
	ctx, cancel := context.WithCancel(w.t.ctx)
	w.t.ends = append(w.t.ends, cancel)
	w.about.Timeout = 0 // it goes on for ever
	var r *http.Response
	w.t.eventually(func() bool {
		r = w.open(ctx, http.MethodGet, "/jim/events"+query, nil)
		return r.StatusCode != http.StatusConflict // a guest who has just asked may still be connected
	})
	if kind := r.Header.Get("Content-Type"); r.StatusCode != http.StatusOK || !strings.HasPrefix(kind, "text/event-stream") {
		w.t.fail("status 200 and text/event-stream", fmt.Sprintf("status %d and %s", r.StatusCode, kind))
	}
	s := &stream{w, bufio.NewScanner(r.Body)}
	s.scanner.Buffer(nil, mostBytes)
	return s
}

// next waits for an event with these members; others are passed over.
func (s *stream) next(pairs ...any) *object {
	late := time.AfterFunc(s.w.t.run.patience(), func() {
		for _, end := range s.w.t.ends {
			end()
		}
	})
	defer late.Stop()
	for s.scanner.Scan() {
		data, ok := strings.CutPrefix(s.scanner.Text(), "data:")
		if !ok {
			continue
		}
		s.w.note(Received, data)
		m, err := parse([]byte(strings.TrimSpace(data)))
		if err != nil {
			s.w.t.fail("one object in each data:", data)
		}
		if o := (&object{members: m, raw: []byte(data)}); o.has(pairs) {
			return o
		}
	}
	s.w.t.run.quiet()
	s.w.t.fail("an event "+wanted(pairs)+" to "+s.w.who, "nothing in "+s.w.t.run.patience().String())
	return nil
}

// reach tells whether anybody answers at an address.
func (o *Options) reach(ctx context.Context) error {
	u, err := url.Parse(o.Address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		raw, err := client.Open(ctx, o.Address, client.Options{Fingerprint: o.Fingerprint})
		if err == nil {
			raw.Close()
		}
		return err
	}
	host := u.Host
	if u.Port() == "" {
		host = net.JoinHostPort(u.Hostname(), u.Scheme)
	}
	c, err := new(net.Dialer).DialContext(ctx, "tcp", host)
	if err != nil {
		return &client.UnreachableError{Address: o.Address, Err: err}
	}
	return c.Close()
}
