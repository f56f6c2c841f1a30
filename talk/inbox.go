package talk

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/go-json-experiment/json"
)

// inbox is what an actor got and the script has not expected yet. Transports put
// objects in from goroutines of their own.
type inbox struct {
	anyOrder bool // over HTTP, and where much is lost
	lines    bool // what comes are lines for a person
	lossy    bool // what need not arrive is thrown away: most of it does, by chance
	log      *log
	watcher  *watcher // judges the connection; nil = nobody does

	mu      sync.Mutex
	objects []any
	over    error         // why nothing more comes; nil = it may
	deaf    bool          // what still comes is thrown away
	changed chan struct{} // closed at the next change
}

func newInbox(l *log, anyOrder bool) *inbox {
	return &inbox{log: l, anyOrder: anyOrder, changed: make(chan struct{})}
}

// put takes an object as it came. What is not JSON ends the inbox.
func (b *inbox) put(actor string, object []byte) {
	b.log.add(actor+"< ", object)
	if b.lines {
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.deaf {
			return
		}
		b.objects = append(b.objects, timeless(string(withoutTelnet(bytes.TrimSuffix(object, []byte("\r"))))))
		b.wake()
		return
	}
	var v any
	err := json.Unmarshal(object, &v)
	if err == nil && len(object) > 0 && object[0] != '{' {
		err = fmt.Errorf("not an object")
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.deaf {
		return
	}
	if err != nil {
		b.over = fmt.Errorf("the server sent %q: %w", object, err)
	} else if !b.lossy || !isPassing(v) {
		b.objects = append(b.objects, v)
	}
	b.wake()
}

// withoutTelnet is a line without the wishes of telnet in it (RFC 854): IAC, a verb, an option.
func withoutTelnet(line []byte) []byte {
	for {
		at := bytes.IndexByte(line, 255)
		if at < 0 || at+3 > len(line) {
			return line
		}
		line = slices.Concat(line[:at], line[at+3:])
	}
}

// deafen has what still comes thrown away: the actor hangs up, and the server may say something before it knows.
func (b *inbox) deafen() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.deaf = true
}

// end says that nothing more comes.
func (b *inbox) end(why error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.over == nil {
		b.over = why
	}
	b.wake()
}

func (b *inbox) wake() {
	close(b.changed)
	b.changed = make(chan struct{})
}

// wait calls look, with the inbox locked, until it says that it is done, or ctx is.
func (b *inbox) wait(ctx context.Context, look func() (done bool, err error)) error {
	for {
		b.mu.Lock()
		done, err := look()
		changed := b.changed
		b.mu.Unlock()
		if done || err != nil {
			return err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("nothing more came")
		}
	}
}

// take waits for an object that fits want and takes it out.
func (b *inbox) take(ctx context.Context, want any, known words) error {
	return b.wait(ctx, func() (bool, error) {
		anywhere := b.anyOrder || isPresence(want)
		var why string
		for i, got := range b.objects {
			if !isPresence(want) && isPresence(got) {
				continue
			}
			bound := words{}
			if why = match(want, got, known, bound); why == "" {
				for word, value := range bound {
					known[word] = value
				}
				b.objects = slices.Delete(b.objects, i, i+1)
				return true, nil
			}
			if !anywhere {
				return false, fmt.Errorf("got %s: %s", encode(got), why)
			}
		}
		return false, b.over
	})
}

// first waits for the first object that is a response and takes it out; others
// stay.
func (b *inbox) first(ctx context.Context) (response map[string]any, err error) {
	err = b.wait(ctx, func() (bool, error) {
		for i, got := range b.objects {
			if object, ok := got.(map[string]any); ok && object["response"] != nil {
				response = object
				b.objects = slices.Delete(b.objects, i, i+1)
				return true, nil
			}
		}
		return false, b.over
	})
	return response, err
}

// ended waits until nothing more can come.
func (b *inbox) ended(ctx context.Context) error {
	return b.wait(ctx, func() (bool, error) { return b.over != nil, nil })
}

// left is the first object that nobody expected, as JSON; "" = none.
func (b *inbox) left() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, got := range b.objects {
		if !isPresence(got) {
			return encode(got)
		}
	}
	return ""
}

func (b *inbox) isOver() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.over != nil
}

// isPresence tells whether an object is presence of somebody.
func isPresence(v any) bool {
	object, _ := v.(map[string]any)
	return object["action"] == "presence"
}

// passing are the events that need not arrive; see the third section of the specification.
var passing = []string{"presence", "typing", "read", "sessions", "add_contact", "del_contact"}

// isPassing tells whether an object, as it came or is expected, is such an event.
func isPassing(v any) bool {
	object, _ := v.(map[string]any)
	action, _ := object["action"].(string)
	return object["response"] == nil && slices.Contains(passing, action)
}

// log is all that was said, in the order in which it went out and came in.
type log struct {
	mu    sync.Mutex
	lines []string
}

func (l *log) add(who string, text []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(text) > 400 {
		text = fmt.Appendf(nil, "%s… (%d bytes)", text[:400], len(text))
	}
	l.lines = append(l.lines, who+string(text))
}

func (l *log) all() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.lines)
}
