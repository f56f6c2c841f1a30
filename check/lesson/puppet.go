package lesson

import (
	"encoding/json"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"jim/check"
)

// puppet is one connection of the client, from the server's side.
type puppet struct {
	net.Conn
	st *stage

	whole  sync.Mutex // held while an object is sent, however many segments it takes; before mu
	mu     sync.Mutex // guards what follows, and writing
	judge  check.Judge
	last   time.Time // of the last write
	names  names
	closed bool
	aside  *strings.Builder // takes what is told, instead of the client; nil = nothing does
}

// names are what a program of the course calls the members of a message.
type names struct{ action, from, to, text string }

// heard is one object of the client.
type heard struct {
	conn   *puppet
	o      map[string]any
	raw    string
	at     time.Time
	joined bool // it came in one segment with the one before
	split  bool // it came in more than one segment
}

// accept takes the client's connections in.
func (st *stage) accept() {
	for {
		c, err := st.server.Accept()
		if err != nil {
			return
		}
		p := &puppet{Conn: c, st: st, judge: check.Judge{Speaks: st.o.Level}}
		st.mu.Lock()
		over := st.over || len(st.conns) >= 200
		if !over {
			st.conns = append(st.conns, p)
		}
		st.mu.Unlock()
		if over {
			_ = c.Close()
			continue
		}
		st.line(check.Note, "connects")
		st.readers.Go(p.read)
		st.wake()
	}
}

// probePause is after how long a silent client is probed.
const probePause = 2 * time.Second

// read takes what the client sends, until its end.
func (p *puppet) read() {
	defer p.st.wake()
	var split check.Splitter
	probe := time.AfterFunc(probePause, func() { p.tell(`{"action":"probe","time":` + now() + `,"alert":"say who you are"}`) })
	defer probe.Stop()
	buf := make([]byte, 64<<10)
	for {
		partial := split.Partial()
		n, err := p.Read(buf)
		if n > 0 {
			probe.Stop()
		}
		for _, piece := range split.Feed(buf[:n]) {
			p.take(piece, partial)
			partial = false
		}
		if err != nil {
			p.mu.Lock()
			ours := p.closed
			p.closed = true
			found := p.judge.End(check.FromClient, split.Partial() && !ours, time.Now())
			p.mu.Unlock()
			p.judged(found)
			if !ours {
				p.st.line(check.Note, "closes the connection")
			}
			_ = p.Close()
			return
		}
	}
}

// take judges one piece, notes it and answers it.
func (p *puppet) take(piece check.Piece, split bool) {
	way := string(piece.Bytes)
	p.st.line(check.Received, way)
	p.mu.Lock()
	found := p.judge.Piece(check.FromClient, piece, time.Now())
	p.mu.Unlock()
	p.judged(found)
	h := &heard{conn: p, raw: string(piece.Bytes), at: time.Now(), joined: piece.Joined, split: split}
	if piece.Kind != check.Whole || json.Unmarshal(piece.Bytes, &h.o) != nil {
		h.o = nil
	}
	p.mu.Lock()
	p.learn(h)
	p.mu.Unlock()
	p.st.mu.Lock()
	room := len(p.st.heard) < mostHeard
	if room {
		p.st.heard = append(p.st.heard, h)
	}
	p.st.mu.Unlock()
	p.st.wake()
	if !room {
		_ = p.Close()
		return
	}
	if !p.st.takes(p, h) {
		p.answer(h)
	}
}

// takes lets the script answer, if it wants to.
func (st *stage) takes(p *puppet, h *heard) bool {
	st.turn.Lock()
	defer st.turn.Unlock()
	return st.on != nil && st.on(p, h)
}

// judged notes rules that the client has broken.
func (p *puppet) judged(found []check.Violation) {
	for _, v := range found {
		if v.By != check.FromClient {
			continue
		}
		lines := p.st.lines()
		p.st.mu.Lock()
		if id := idPrefix + rulePrefix + v.ID; p.st.verdicts[id] == nil && !p.st.over {
			p.st.verdicts[id] = &check.Result{State: check.Failed, Expected: v.Says, Came: or(v.Detail, "an object that breaks the rule"), Talk: lines}
		}
		p.st.mu.Unlock()
	}
}

// What programs of the course call things; see docs/dialects.md.
var (
	fromNames = []string{"from", "sender", "from_user", "user"}
	toNames   = []string{"to", "destination", "recipient", "to_user"}
	textNames = []string{"mess_text", "message_text", "message", "text", "message text"}
)

func firstOf(o map[string]any, names []string) string {
	for _, name := range names {
		if _, ok := o[name]; ok {
			return name
		}
	}
	return ""
}

// learn takes over what the client calls the members of a message.
func (p *puppet) learn(h *heard) {
	if h.isMessage() {
		p.names = names{h.text("action"), firstOf(h.o, fromNames), firstOf(h.o, toNames), firstOf(h.o, textNames)}
	}
}

// text is a member that is a text.
func (h *heard) text(name string) string {
	s, _ := h.o[name].(string)
	return s
}

// action is what the client wants.
func (h *heard) action() string { return h.text("action") }

// isHello tells whether the client says who it is.
func (h *heard) isHello() bool {
	return slices.Contains([]string{"presence", "authenticate", "register"}, h.action())
}

// isMessage tells whether something is said.
func (h *heard) isMessage() bool { return h.action() == "msg" || h.action() == "message" }

// says tells whether it is the message text.
func (h *heard) says(text string) bool {
	return h.isMessage() && strings.TrimSpace(h.words()) == strings.TrimSpace(text)
}

// words is the text of a message.
func (h *heard) words() string { return h.text(firstOf(h.o, textNames)) }

// account is who says who he is.
func (h *heard) account() string {
	if user, ok := h.o["user"].(map[string]any); ok {
		for _, name := range []string{"account_name", "account", "client_name", "username"} {
			if s, ok := user[name].(string); ok {
				return s
			}
		}
	}
	for _, name := range []string{"user", "account_name", "username"} {
		if s := h.text(name); s != "" {
			return s
		}
	}
	return ""
}

// length is how many characters the object has.
func (h *heard) length() int { return utf8.RuneCountInString(h.raw) }

// tell sends objects, each with LF, and to programs of the course one in a segment.
func (p *puppet) tell(objects ...string) {
	for _, o := range objects {
		p.whole.Lock()
		if p.st.o.Level != check.JIM2 {
			p.pause()
		}
		p.send(o + "\n")
		p.whole.Unlock()
	}
}

// segmentPause is between two objects to a program of the course; see docs/dialects.md.
const segmentPause = 75 * time.Millisecond

func (p *puppet) pause() {
	p.mu.Lock()
	wait := time.Until(p.last.Add(segmentPause))
	p.mu.Unlock()
	p.st.rest(max(wait, 0))
}

// put sends bytes as they are. Objects in them are shown to the judge.
func (p *puppet) put(text string) {
	p.whole.Lock()
	defer p.whole.Unlock()
	p.send(text)
}

// send is put; p.whole is held.
func (p *puppet) send(text string) {
	p.mu.Lock()
	aside := p.aside
	p.mu.Unlock()
	if aside != nil {
		aside.WriteString(text)
		return
	}
	p.st.line(check.Sent, strings.TrimRight(text, "\n"))
	p.mu.Lock()
	defer p.mu.Unlock()
	for line := range strings.Lines(text) {
		p.judge.From(check.FromServer, []byte(strings.TrimSpace(line)), time.Now())
	}
	p.write(text)
}

// putParts sends one object in several segments. What else is to be sent waits until it is whole.
func (p *puppet) putParts(object string, parts int) {
	p.whole.Lock()
	defer p.whole.Unlock()
	text := object + "\n"
	p.st.line(check.Note, fmt.Sprintf("in %d segments:", parts))
	p.st.line(check.Sent, object)
	p.mu.Lock()
	p.judge.From(check.FromServer, []byte(object), time.Now())
	p.mu.Unlock()
	for i := range parts {
		p.st.rest(2 * segmentPause)
		p.mu.Lock()
		p.write(text[i*len(text)/parts : (i+1)*len(text)/parts])
		p.mu.Unlock()
	}
}

// write writes; p.mu is held.
func (p *puppet) write(text string) {
	_ = p.SetWriteDeadline(time.Now().Add(p.st.o.Patience)) // a client that reads nothing
	_, _ = p.Write([]byte(text))                            // who has gone is found out by reading
	p.last = time.Now()
}

// drop closes the connection from this side.
func (p *puppet) drop() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.st.line(check.Note, "the server closes the connection")
	_ = p.Close()
}

// isOver tells whether the connection has ended.
func (p *puppet) isOver() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.closed
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
