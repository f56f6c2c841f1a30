//go:build unix

package web_test

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"jim/web/browser"
)

// reader is a page with somebody in front of it, for whom every step must succeed.
type reader struct {
	t    *testing.T
	page *browser.Page
	// allowed tells whether a fault that the browser told of was to be expected.
	allowed func(fault string) bool
}

var desktop = browser.Look{Width: 1280, Height: 800}

// looks opens the page of a server.
func (s *server) looks(t *testing.T, look browser.Look, fragment string) *reader {
	t.Helper()
	p, err := shared.browser.Open("http://"+s.address+"/"+fragment, look)
	if err != nil {
		t.Fatal(err)
	}
	r := &reader{t: t, page: p, allowed: func(string) bool { return false }}
	t.Cleanup(func() {
		for _, fault := range p.Faults() {
			if !r.allowed(fault) {
				t.Errorf("the browser complains: %s", fault)
			}
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	r.until("!document.getElementById('entry').hidden || !document.getElementById('chat').hidden")
	return r
}

// comes opens the page and comes in with a name.
func (s *server) comes(t *testing.T, look browser.Look, name string) *reader {
	t.Helper()
	r := s.looks(t, look, "")
	r.fill("#name", name)
	r.click("#enter")
	r.until("!document.getElementById('chat').hidden && document.querySelector('#dot.connected')")
	return r
}

func (r *reader) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *reader) until(expression string) { r.t.Helper(); r.must(r.page.Until(expression)) }
func (r *reader) click(selector string)   { r.t.Helper(); r.must(r.page.Click(selector)) }
func (r *reader) types(text string)       { r.t.Helper(); r.must(r.page.Type(text)) }
func (r *reader) press(keys string)       { r.t.Helper(); r.must(r.page.Press(keys)) }
func (r *reader) run(script string)       { r.t.Helper(); r.must(r.page.Run(script)) }

// holds wants an expression to be true now.
func (r *reader) holds(expression string) {
	r.t.Helper()
	if !value[bool](r, expression) {
		r.t.Errorf("not so: %s", expression)
	}
}

func value[T any](r *reader, expression string) (v T) {
	r.t.Helper()
	r.must(r.page.Eval(expression, &v))
	return v
}

// fill puts text into a field in place of what is there.
func (r *reader) fill(selector, text string) {
	r.t.Helper()
	r.click(selector)
	r.run("document.querySelector(" + strconv.Quote(selector) + ").select()")
	r.types(text)
}

// enters opens a conversation by its name.
func (r *reader) enters(name string) {
	r.t.Helper()
	r.fill("#goTo", name)
	r.press("Enter")
	r.until("document.getElementById('title').textContent === " + quote(name) + " && document.querySelector('#log[aria-busy=false]')")
}

// says types a message and sends it.
func (r *reader) says(text string) {
	r.t.Helper()
	r.click("#text")
	r.types(text)
	r.press("Enter")
}

// sees waits until a message is drawn as told by the server, once.
func (r *reader) sees(text string) {
	r.t.Helper()
	r.until("[...document.querySelectorAll('#log .said .text')].filter(p => p.textContent === " + quote(text) + ").length === 1")
}

// said is all messages that are drawn, the oldest first.
func (r *reader) said() []string {
	r.t.Helper()
	return value[[]string](r, "[...document.querySelectorAll('#log .said .text')].map(p => p.textContent)")
}

// quote is a text as JavaScript writes it.
func quote(text string) string {
	b := []byte{'"'}
	for _, c := range text {
		switch {
		case c == '"' || c == '\\' || c < ' ' || c == '\u2028' || c == '\u2029':
			b = append(b, `\u`+strconv.FormatInt(int64(c)+0x10000, 16)[1:]...)
		default:
			b = append(b, string(c)...)
		}
	}
	return string(append(b, '"'))
}

// picture writes what the page looks like into the folder that JIM_PICTURES names, if it does.
func (r *reader) picture(name string) {
	r.t.Helper()
	folder := os.Getenv("JIM_PICTURES")
	if folder == "" {
		return
	}
	png, err := r.page.Picture()
	r.must(err)
	r.must(os.WriteFile(filepath.Join(folder, name+".png"), png, 0o644))
}
