//go:build unix

package lesson

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"time"
	"unicode/utf16"
)

// pupil is a client of a few lines, and how it is wrong.
type pupil struct {
	Level string
	Wrong string // "" = it is right

	conn net.Conn
	mu   sync.Mutex // guards what follows, and writing
	last time.Time
	said int
	seen int
	in   chan struct{}
}

// is tells whether the pupil is wrong in this way.
func (p *pupil) is(wrong string) bool { return p.Wrong == wrong }

// run is the pupil's main: it talks with bob, or in #tea, until its stdin or the connection ends.
func (p *pupil) run() error {
	if p.is("never connects") {
		select {}
	}
	var err error
	if p.conn, err = net.Dial("tcp", os.Getenv("JIM_ADDRESS")); err != nil {
		return err
	}
	p.in = make(chan struct{})
	if p.is("talks first") {
		p.say("hello?")
	}
	p.present()
	if p.is("does not wait") {
		p.send(p.object("get_contacts"))
	}
	if p.is("impatient") {
		go func() {
			select {
			case <-p.in:
			case <-time.After(time.Second):
				p.conn.Close()
			}
		}()
	}
	go p.typed()
	err = p.listen()
	if p.is("hangs at the end") {
		select {}
	}
	if p.is("comes back at once") {
		return (&pupil{Level: p.Level, Wrong: p.Wrong}).run()
	}
	return fmt.Errorf("the connection has ended: %w", err)
}

// object is a request with what every request has.
func (p *pupil) object(action string) map[string]any {
	o := map[string]any{"action": action, "time": float64(time.Now().UnixMilli()) / 1000}
	switch {
	case p.is("time as a text"):
		o["time"] = time.Now().Format(time.ANSIC)
	case p.is("milliseconds"):
		o["time"] = time.Now().UnixMilli()
	case p.is("no time"), p.Level == "jim2":
		delete(o, "time")
	}
	return o
}

func (p *pupil) present() {
	o := p.object("presence")
	user := map[string]any{"account_name": os.Getenv("JIM_NAME")}
	o["user"] = user
	switch {
	case p.is("another name"):
		user["account_name"] = "somebody"
	case p.is("a text for a number"):
		o["jim"], o["alone"] = 2, "no"
	case p.Level == "jim2" && !p.is("no version"):
		o["jim"] = 2
	case p.Level == "jim1":
		o["type"], user["status"] = "status", "here"
	}
	p.send(o)
}

// message is something said, as an object.
func (p *pupil) message(text string) map[string]any {
	var o map[string]any
	name := os.Getenv("JIM_NAME")
	switch p.Level {
	case "jim2":
		o = p.object("msg")
		o["to"], o["message"], o["id"] = "#tea", text, fmt.Sprint("m", p.said)
		if p.is("no id") {
			delete(o, "id")
		}
		if p.is("one id for all") {
			o["id"] = "m"
		}
	case "jim1":
		o = p.object("msg")
		o["to"], o["from"], o["message"], o["encoding"] = "bob", name, text, "utf-8"
	default:
		o = p.object("message")
		o["to"], o["from"], o["mess_text"] = "bob", name, text
	}
	switch {
	case p.is("somebody else"):
		o["from"] = "carl"
	case p.is("nobody says it"):
		delete(o, "from")
	case p.is("to nobody"):
		delete(o, "to")
	case p.is("no action"):
		delete(o, "action")
	case p.is("an action of its own"):
		p.send(p.object("hello"))
	}
	return o
}

func (p *pupil) say(text string) {
	most := map[string]int{"jim2": 1000, "jim1": 400, "mentor": 5000}[p.Level]
	if p.is("too long") {
		most = 1 << 20
	}
	for runes := []rune(strings.TrimSpace(text)); len(runes) > 0; {
		n := min(most, len(runes))
		p.mu.Lock()
		p.said++
		p.mu.Unlock()
		p.send(p.message(string(runes[:n])))
		runes = runes[n:]
		if p.is("says it again") {
			time.AfterFunc(time.Second, func() {
				p.said++
				p.send(p.message(text))
			})
		}
	}
}

// alsoSends begins the wrong of a pupil that sends this before each message.
const alsoSends = "also sends "

// send writes an object, in a segment of its own.
func (p *pupil) send(o map[string]any) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(o); err != nil {
		panic(err)
	}
	text := b.String()
	isMessage := o["message"] != nil || o["mess_text"] != nil
	switch {
	case p.is("escapes"):
		text = escaped(text)
	case p.is("no quoting") && isMessage:
		text = strings.ReplaceAll(text, `\"`, `"`)
	case p.is("cp1251") && isMessage:
		text = strings.Map(func(r rune) rune {
			if r >= 'а' && r <= 'я' {
				return -1
			}
			return r
		}, strings.ReplaceAll(text, "привет", "\xef\xf0\xe8"))
		text = strings.ReplaceAll(text, "\ufffd", "\xef")
	case p.is("a key twice") && isMessage:
		text = strings.Replace(text, "{", `{"x":1,"x":2,`, 1)
	case p.is("a NUL") && isMessage:
		text = strings.Replace(text, "good", `\u0000good`, 1)
	case p.is("two in one") && isMessage:
		text += text
	}
	if also, ok := strings.CutPrefix(p.Wrong, alsoSends); ok && isMessage {
		text = also + "\n" + text
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	<-time.After(time.Until(p.last.Add(150 * time.Millisecond)))
	defer func() { p.last = time.Now() }()
	if p.is("in halves") && isMessage {
		fmt.Fprint(p.conn, text[:len(text)/2])
		<-time.After(200 * time.Millisecond)
		text = text[len(text)/2:]
	}
	fmt.Fprint(p.conn, text)
}

// escaped has \u escapes for all that is not ASCII.
func escaped(text string) string {
	var b strings.Builder
	for _, r := range text {
		if r < 0x80 {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.AppendRune(nil, r) {
			fmt.Fprintf(&b, "\\u%04x", unit)
		}
	}
	return b.String()
}

// typed says what is typed, once the pupil is let in.
func (p *pupil) typed() {
	if !p.is("goes on though refused") && !p.is("says before it is in") {
		<-p.in
	}
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		if p.is("says nothing") {
			continue
		}
		p.say(in.Text())
	}
}

// listen takes what comes.
func (p *pupil) listen() error {
	if p.is("one recv is one object") || p.is("the rest is lost") || p.is("a small buffer") {
		return p.listenBadly()
	}
	for d := json.NewDecoder(p.conn); ; {
		var o map[string]any
		if err := d.Decode(&o); err != nil {
			return err
		}
		if err := p.hear(o); err != nil {
			return err
		}
	}
}

// listenBadly takes one recv for one object.
func (p *pupil) listenBadly() error {
	size := 1 << 16
	if p.is("a small buffer") {
		size = 256
		if p.Level == "jim2" {
			size = 4096
		}
	}
	for b := make([]byte, size); ; {
		n, err := p.conn.Read(b)
		if err != nil {
			return err
		}
		var o map[string]any
		if p.is("the rest is lost") {
			err = json.NewDecoder(bytes.NewReader(b[:n])).Decode(&o)
		} else {
			err = json.Unmarshal(b[:n], &o)
		}
		if err != nil {
			panic(err)
		}
		if err := p.hear(o); err != nil {
			return err
		}
	}
}

// known are members that a strict pupil knows.
var known = "action response time alert error from to sender destination mess_text message id seq jim server user limits retry"

func (p *pupil) hear(o map[string]any) error {
	if at, ok := o["time"].(float64); ok && p.is("knows no whole time") && at == float64(int(at)) && o["response"] == nil {
		return nil
	}
	if p.is("stops at behind") && o["action"] == "behind" {
		select {}
	}
	if p.is("knows every member") {
		for name := range o {
			if !strings.Contains(known, name) {
				panic("what is " + name + "?")
			}
		}
	}
	if code, ok := o["response"].(float64); ok {
		return p.answered(int(code), o)
	}
	switch action, _ := o["action"].(string); action {
	case "msg", "message":
		p.told(o)
	case "probe":
		if p.is("dies of a probe") {
			panic("a probe")
		}
		p.mu.Lock()
		p.last = time.Time{}
		p.mu.Unlock()
	case "bye":
		fmt.Println("the server says goodbye")
	default:
		if p.is("knows every action") {
			panic("what is " + action + "?")
		}
	}
	return nil
}

// told prints a message, and asks for what is missing before it.
func (p *pupil) told(o map[string]any) {
	if seq, ok := o["seq"].(float64); ok && o["to"] == "#tea" {
		if int(seq) <= p.seen && !p.is("prints everything") {
			return
		}
		if int(seq) > p.seen+1 && p.seen > 0 && !p.is("misses things") {
			q := p.object("history")
			q["id"], q["to"], q["after"] = fmt.Sprint("h", p.seen), "#tea", p.seen
			p.send(q)
		}
		p.seen = max(p.seen, int(seq))
	}
	if o["from"] == os.Getenv("JIM_NAME") {
		return
	}
	for _, name := range []string{"message", "mess_text"} {
		if text, ok := o[name].(string); ok && !p.is("prints nothing") {
			fmt.Println(p.spoilt(text))
		}
	}
}

// spoilt is a text as a pupil prints it who is wrong about it.
func (p *pupil) spoilt(text string) string {
	switch {
	case p.is("prints only ASCII"):
		return strings.Map(func(r rune) rune { return min(r, '~') }, text)
	case p.is("prints no quotes"):
		return strings.NewReplacer(`"`, "", `\`, "").Replace(text)
	}
	return text
}

// answered looks at an answer.
func (p *pupil) answered(code int, o map[string]any) error {
	select {
	case <-p.in:
	default:
		if code == 200 {
			close(p.in)
			return nil
		}
	}
	switch {
	case code < 200 && p.is("an answer is 200"):
		return fmt.Errorf("%d", code)
	case code < 400:
		return nil
	case p.is("closes on an error"):
		p.conn.Close()
	case !p.is("says nothing of errors"):
		fmt.Println("error:", o["error"])
	}
	if p.is("hammers") {
		for range 10 {
			p.present()
		}
	}
	return nil
}
