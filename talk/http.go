package talk

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
)

// requests is a line over HTTP: what is sent is the body of a POST, what comes is
// its answer and the events of GET /jim/events, which are asked for as soon as it
// is known who asks. Quitting ends them.
type requests struct {
	url    string
	actor  string
	inbox  *inbox
	client *http.Client
	who    http.Header // Authorization, once a request has proved who it is

	cancel context.CancelFunc // of the events; nil = none were asked for
	events sync.WaitGroup
}

func newHTTP(url, actor string, in *inbox) *requests {
	return &requests{url: url, actor: actor, inbox: in, client: &http.Client{Transport: &http.Transport{}}, who: http.Header{}}
}

func (r *requests) send(ctx context.Context, text []byte, _ bool) error {
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url, bytes.NewReader(text))
	if err != nil {
		return err
	}
	q.Header = r.who.Clone()
	answer, err := r.client.Do(q)
	if err != nil {
		return err
	}
	last, err := r.take(answer)
	if err != nil {
		return err
	}
	return r.learn(ctx, text, last)
}

// answered is what a request was answered.
type answered struct {
	Response int    `json:"response"`
	Token    string `json:"token"`
}

// take puts the answer into the inbox, object by object, and returns the last.
func (r *requests) take(answer *http.Response) (last answered, err error) {
	body, err := io.ReadAll(answer.Body)
	if err = errors.Join(err, answer.Body.Close()); err != nil {
		return last, err
	}
	for object := range bytes.Lines(body) {
		object, ok := bytes.CutSuffix(object, []byte("\n"))
		if !ok {
			return last, fmt.Errorf("the answer %q does not end with LF", object)
		}
		last = answered{}
		if err := json.Unmarshal(object, &last); err != nil {
			return last, fmt.Errorf("the answer %q: %w", object, err)
		}
		r.inbox.put(r.actor, object)
	}
	want := last.Response
	if want == 402 {
		want = 401
	}
	streamed := answer.Header.Get("Content-Type") == "application/x-ndjson" // its status was sent before the answer was known
	if answer.StatusCode != want && !streamed {
		return last, fmt.Errorf("the status of HTTP is %d, the answer %d", answer.StatusCode, last.Response)
	}
	return last, nil
}

// learn looks whether a request proved who asks, or said goodbye.
func (r *requests) learn(ctx context.Context, text []byte, answer answered) error {
	var request struct {
		Action string            `json:"action"`
		User   map[string]string `json:"user"`
		Since  map[string]uint64 `json:"since"`
	}
	if json.Unmarshal(text, &request) != nil || answer.Response >= 300 {
		return nil
	}
	token := answer.Token
	switch request.Action {
	case "quit":
		r.close()
		return nil
	case "presence", "authenticate", "register":
		if token == "" {
			token = request.User["token"]
		}
	default:
		return nil
	}
	q := &http.Request{Header: r.who}
	if token != "" {
		r.who.Set("Authorization", "Bearer "+token)
	} else {
		q.SetBasicAuth(request.User["account_name"], request.User["password"])
	}
	if r.cancel != nil {
		return nil
	}
	return r.listen(ctx, request.Since)
}

// listen asks for events, and returns when they can come. A guest may have to wait
// until the server has seen that the stream before is closed.
func (r *requests) listen(ctx context.Context, since map[string]uint64) error {
	address := r.url + "/events"
	if since != nil {
		address += "?since=" + url.QueryEscape(encode(since))
	}
	all, cancel := context.WithCancel(context.Background())
	for {
		q, err := http.NewRequestWithContext(all, http.MethodGet, address, nil)
		if err != nil {
			cancel()
			return err
		}
		q.Header = r.who.Clone()
		stop := context.AfterFunc(ctx, cancel)
		answer, err := r.client.Do(q)
		if !stop() || err != nil {
			cancel()
			return fmt.Errorf("no events: %w", errors.Join(err, ctx.Err()))
		}
		if answer.StatusCode == http.StatusOK {
			r.cancel = cancel
			ready := make(chan error, 1)
			r.events.Go(func() { r.read(answer.Body, ready) })
			return <-ready
		}
		refusal := drain(answer.Body)
		if answer.StatusCode != http.StatusConflict {
			cancel()
			return fmt.Errorf("no events: %s", refusal)
		}
		select {
		case <-ctx.Done():
			cancel()
			return fmt.Errorf("no events: %s", refusal)
		case <-time.After(busy):
		}
	}
}

// read reads Server-Sent Events until they end. The first is the answer to the
// presence that is in the header of HTTP; it is ready then.
func (r *requests) read(body io.ReadCloser, ready chan<- error) {
	defer body.Close()
	began := false
	lines := bufio.NewScanner(body)
	lines.Buffer(nil, 1<<18)
	for lines.Scan() {
		object, ok := strings.CutPrefix(lines.Text(), "data: ")
		switch {
		case !ok:
		case began:
			r.inbox.put(r.actor, []byte(object))
		default:
			began = true
			r.inbox.log.add(r.actor+"< ", []byte(object))
			if !strings.HasPrefix(object, `{"response":200,`) {
				ready <- fmt.Errorf("events begin with %s", object)
			}
			close(ready)
		}
	}
	why := fmt.Errorf("the events ended")
	if err := lines.Err(); err != nil {
		why = fmt.Errorf("the events ended: %w", err)
	}
	r.inbox.end(why)
	if !began {
		ready <- why
	}
}

func (r *requests) close() {
	if r.cancel != nil {
		r.cancel()
	}
	r.events.Wait()
	r.inbox.end(errors.New("the connection ended"))
	r.client.CloseIdleConnections()
}
