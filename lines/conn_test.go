package lines

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"jim/chat"
	"jim/wire"
)

// tape is a stream on which everything has been typed already.
type tape struct {
	io.Reader
	out bytes.Buffer
}

func (t *tape) Write(p []byte) (int, error) { return t.out.Write(p) }
func (t *tape) Close() error                { return nil }

// local and far are peers from whom a password is taken, and is not.
var (
	local = chat.Peer{Transport: "tcp", Address: "127.0.0.1:1", Local: true}
	far   = chat.Peer{Transport: "tcp", Address: "192.0.2.1:1"}
	tls   = chat.Peer{Transport: "tls", Address: "192.0.2.1:1"}
)

// batch are objects on their way to a peer.
func batch(objects ...string) []*wire.Batch {
	b := new(wire.Batch)
	for _, o := range objects {
		b.Append(func(dst []byte) []byte { return append(dst, o...) })
	}
	return []*wire.Batch{b}
}

// talkTo types text to a Conn, answers each request with what answer gives, and
// returns the requests and what was shown.
func talkTo(t *testing.T, peer chat.Peer, text string, answer func(*wire.Request) string) (asked []wire.Request, shown string) {
	t.Helper()
	stream := &tape{Reader: strings.NewReader(text)}
	c := New(stream, &peer)
	var d wire.Decoder
	for {
		object, err := c.Read()
		if err == io.EOF {
			break
		}
		var fatal *wire.Error
		if errors.As(err, &fatal) && fatal.Close {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		var r wire.Request
		if err := d.Request(object, wire.JIM2, &r); err != nil || r.JIM != 2 || r.ID == "" {
			t.Fatalf("%q is no request of JIM/2: %v", object, err)
		}
		asked = append(asked, r)
		if err := c.Write(batch(answer(&r))); err != nil {
			t.Fatal(err)
		}
		if r.Action == wire.ActQuit {
			break
		}
	}
	return asked, stream.out.String()
}

// yes answers as a server does that likes everything.
func yes(r *wire.Request) string {
	switch r.Action {
	case wire.ActPresence, wire.ActRegister:
		return fmt.Sprintf(`{"response":200,"id":%q,"user":{"account_name":%q}}`, r.ID, r.User.Name)
	}
	return fmt.Sprintf(`{"response":200,"id":%q,"to":%q,"seq":1}`, r.ID, r.To)
}

// refusing answers presence without a password with 401.
func refusing(r *wire.Request) string {
	if r.Action == wire.ActPresence && r.User.Password == "" {
		return fmt.Sprintf(`{"response":401,"id":%q,"error":"no"}`, r.ID)
	}
	return yes(r)
}

func TestPasswordsAreTakenWhereNobodyCanReadThem(t *testing.T) {
	for _, typed := range []string{"/login bob\nsecret\n", "/nick bob\nsecret\n", "/register bob\nsecret\n"} {
		for _, peer := range []chat.Peer{local, tls, far} {
			asked, shown := talkTo(t, peer, typed, refusing)
			sent := false
			for _, r := range asked {
				sent = sent || r.User.Password == "secret"
			}
			if sent != (peer != far) {
				t.Errorf("%q from %+v: the password was taken: %v", typed, peer, sent)
			}
			if safe := peer != far; strings.Contains(shown, "Anybody on the way") == safe {
				t.Errorf("%q from %+v is told %q", typed, peer, shown)
			}
			if strings.Contains(shown, "secret") != (peer == far) { // there it is a line like others
				t.Errorf("%q from %+v is told %q", typed, peer, shown)
			}
		}
	}
	asked, _ := talkTo(t, local, "/login bob hunter2\n", yes)
	for _, r := range asked {
		if r.Action != wire.ActPing {
			t.Errorf("a password in a command was used: %+v", r)
		}
	}
}

// TestTelnetHidesPasswords looks at what a telnet is told, byte by byte.
func TestTelnetHidesPasswords(t *testing.T) {
	const will, wont = "\xff\xfb\x01", "\xff\xfc\x01"
	for typed, hidden := range map[string]bool{
		"/login bob\r\nsecret\r\n":                            true,
		"/login bob\r\n\xff\xfd\x01sec\bcret\xff\xfe\x01\r\n": true,
		"\xff\xf1/login bob\nsecret\n":                        true,
		"/login bob\nsecret\n":                                false,
		"/login bob\r\n":                                      true, // and the connection ends
	} {
		asked, shown := talkTo(t, local, typed, yes)
		if got := strings.Contains(shown, will); got != hidden {
			t.Errorf("%q: ECHO is offered: %v in %q", typed, got, shown)
		}
		if hidden && (strings.Count(shown, will) != 1 || strings.Count(shown, wont) != 1 || strings.Index(shown, will) > strings.Index(shown, wont)) {
			t.Errorf("%q: ECHO is not offered and taken back once: %q", typed, shown)
		}
		if strings.Contains(typed, "ecret\r") && asked[1].User.Password != "secret" {
			t.Errorf("%q is the password %q", typed, asked[1].User.Password)
		}
	}
}

func TestEndOfInput(t *testing.T) {
	asked, shown := talkTo(t, local, "/nick bob\n/msg ann hi\nlast words", yes)
	if n := len(asked); n != 4 || asked[1].Message != "hi" || asked[3].Action != wire.ActPing {
		t.Errorf("asked %+v", asked)
	}
	if !strings.HasSuffix(shown, "Nowhere to say it: /join #ROOM or /msg NAME comes first.\nGoodbye. Messages kept: 1.\n") {
		t.Errorf("shown %q", shown)
	}
	if _, shown := talkTo(t, local, "", yes); shown != "Goodbye.\n" {
		t.Errorf("who typed nothing is told %q", shown)
	}
	if _, shown := talkTo(t, local, "/login bob\n", yes); !strings.HasSuffix(shown, "Goodbye.\n") {
		t.Errorf("who gave no password is told %q", shown)
	}
}

func TestEndlessLineEndsTheConnection(t *testing.T) {
	c := New(&tape{Reader: strings.NewReader(strings.Repeat("x", 3*endlessMost))}, &local)
	for range 3 { // it stays so
		_, err := c.Read()
		if e := new(wire.Error); !errors.As(err, &e) || !e.Close || e.Code != wire.TooLarge {
			t.Fatalf("an endless line is %v", err)
		}
	}
}

// TestCloseWakes has a reader that waits for bytes, and one that waits for an answer.
func TestCloseWakes(t *testing.T) {
	for _, typed := range []string{"", "/nick bob\n/rooms\n"} {
		here, there := net.Pipe()
		c := New(here, &local)
		ended := make(chan error, 1)
		reading := make(chan struct{})
		go func() {
			if typed != "" {
				if _, err := c.Read(); err != nil {
					t.Error(err)
				}
			}
			close(reading)
			_, err := c.Read()
			ended <- err
		}()
		if typed != "" {
			if _, err := io.WriteString(there, typed); err != nil {
				t.Fatal(err)
			}
		}
		<-reading
		c.Close()
		if err := <-ended; err == nil {
			t.Errorf("after %q, Read returned an object of a closed connection", typed)
		}
		there.Close()
	}
}

// TestReadyIsRight: where it says yes, Read does not wait; a session counts on it.
func TestReadyIsRight(t *testing.T) {
	for typed, want := range map[string]bool{"": false, "\n\r\n": false, "\x00\n": false, "hal": false, "\xff\xf1": false, "hi\n": true, "\n\n/help\n": true, "\xff\xfd\x01": true} {
		here, there := net.Pipe()
		c := New(here, &local)
		go func() { _, _ = io.WriteString(there, "/nick bob\n"+typed) }()
		if _, err := c.Read(); err != nil {
			t.Fatal(err)
		}
		if c.Ready() {
			t.Errorf("before %q: ready while a command is under way", typed)
		}
		go func() { _, _ = io.Copy(io.Discard, there) }()
		if err := c.Write(batch(`{"response":200,"id":"` + c.command.id + `","user":{"account_name":"bob"}}`)); err != nil {
			t.Fatal(err)
		}
		if got := c.Ready(); got != want || c.Ready() != want {
			t.Errorf("after %q: ready %v", typed, got)
		}
		c.Close()
		there.Close()
	}
}

func TestEventsInWords(t *testing.T) {
	for event, want := range map[string]string{
		`{"action":"behind","to":"#ops","seq":9}`:                                               "* You read too slowly, or were away: something said in #ops was left out. /history shows it there.\n",
		`{"action":"bye","alert":"the server is stopping","retry_after":2.5}`:                   "* The server closes the connection: the server is stopping. (again in 3 s)\n",
		`{"action":"presence","user":{"account_name":"ann","status":"away"}}`:                   "",
		`{"action":"typing","to":"#ops","from":"ann"}`:                                          "",
		`{"action":"join","to":"#ops","from":"BOB","seq":3}`:                                    "",
		`{"action":"react","to":"#ops","from":"ann","seq":3,"message":"👍"}`:                     "T * ann in #ops: react: 👍\n",
		`{"action":"leave","to":"#ops","from":"ann","seq":3}`:                                   "T * ann left #ops\n",
		`{"action":"msg","to":"bob","from":"ann","seq":3,"message":"x\r\ny\u001b"}`:             "T [ann] <ann> x\n      y␛\n",
		`{"action":"msg","to":"ann","from":"bob","seq":3,"message":"from my telephone"}`:        "T [ann] <bob> from my telephone\n",
		`{"response":429,"id":"other","error":"slower, please","retry":true,"retry_after":0.2}`: "* Not said: slower, please (again in 1 s)\n",
		`{"response":408,"error":"you have not said who you are"}`:                              "",
		`{"broken`: "",
	} {
		stream := &tape{}
		c := New(stream, &local)
		c.me = "bob"
		if err := c.Write(batch(event)); err != nil {
			t.Fatal(err)
		}
		got := regexp.MustCompile(`(?m)^(1970-01-01 )?\d\d:\d\d `).ReplaceAllString(stream.out.String(), "T ")
		if got != want {
			t.Errorf("%s is %q, want %q", event, got, want)
		}
	}
}

// clean tells what is wrong with what a terminal is shown, telnet's own talk aside.
func clean(shown string) string {
	text := withoutTelnet(shown)
	switch {
	case !utf8.ValidString(text):
		return "is not UTF-8"
	case strings.ContainsFunc(text, func(r rune) bool {
		return r < ' ' && r != '\n' && r != '\r' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e
	}):
		return "has control characters"
	}
	for line := range strings.SplitAfterSeq(text, "\n") {
		if i := strings.IndexByte(line, '\r'); i >= 0 && line[i:] != "\r\n" {
			return "has a CR inside a line"
		}
	}
	return ""
}

// withoutTelnet takes the commands of telnet out.
func withoutTelnet(shown string) string {
	var text []byte
	for i := 0; i < len(shown); i++ {
		if shown[i] == telIAC && i+2 < len(shown) && shown[i+1] >= telWILL && shown[i+1] != telIAC {
			i += 2
			continue
		}
		text = append(text, shown[i])
	}
	return string(text)
}

// FuzzConversation types anything to a server that answers anything: every request
// must be one, and what is shown must be harmless.
func FuzzConversation(f *testing.F) {
	f.Add([]byte("/nick bob\n/join #ops\nhi\n/who\n/history 3\n/lang ru\n/help\n/topic x\n/leave\n/quit\n"), "x\x1b[2J\ny", uint8(0))
	f.Add([]byte("\xff\xfd\x03/login b\r\nsecret\r\n/msg ann\r\nhi\r\n\xff\xf6"), "\u202e\r\n\u009b", uint8(2))
	f.Add([]byte("NICK x\nCAP LS\n"), "", uint8(1))
	f.Fuzz(func(t *testing.T, typed []byte, said string, how uint8) {
		said = strings.ToValidUTF8(said, "?")
		asked, shown := talkTo(t, []chat.Peer{local, far}[how&1], string(typed), func(r *wire.Request) string {
			answer := &wire.Response{Code: wire.OK, ID: r.ID, To: r.To, Topic: &said, User: &wire.Person{Name: said, Status: said}}
			answer.Members = []wire.Person{{Name: said, Status: said}}
			answer.Rooms = []wire.Conversation{{Name: said, Topic: said}}
			answer.Events = []wire.Event{{Action: wire.ActMsg, Seq: 1, From: said, To: said, Message: said}, {Action: said, Seq: 2, From: said}}
			if len(r.ID)%4 == int(how>>1&3) {
				answer = wire.Errorf(wire.Codes[int(how>>3)%len(wire.Codes)].Code, "%s", said).Response(r.ID)
			}
			b, err := answer.AppendJSON(nil)
			if err != nil {
				t.Fatal(err)
			}
			return string(b)
		})
		if fault := clean(shown); fault != "" {
			t.Fatalf("%q %s", shown, fault)
		}
		for _, r := range asked {
			if !utf8.ValidString(r.Message) || len(r.Message) > lineMost {
				t.Fatalf("%q is said", r.Message)
			}
		}
	})
}

// FuzzEvent tells anything that others may say.
func FuzzEvent(f *testing.F) {
	f.Add("msg", "#ops", "ann", "hi\x1b[2J\r\n12:03 <bob> no", "topic")
	f.Add("topic", "\n", "\x9b", "", "\u202e\a")
	f.Fuzz(func(t *testing.T, action, to, from, message, topic string) {
		for _, s := range []*string{&action, &to, &from, &message, &topic} {
			*s = strings.ToValidUTF8(*s, "?")
		}
		e := wire.Event{Action: action, To: to, From: from, Seq: 1, Message: message, Topic: &topic, Alert: topic, User: &wire.Person{Name: from, Status: message}}
		stream := &tape{}
		c := New(stream, &local)
		c.me, c.here = "bob", to
		if err := c.Write(batch(string(e.AppendJSON(nil)))); err != nil {
			t.Fatal(err)
		}
		shown := stream.out.String()
		if fault := clean(shown); fault != "" {
			t.Fatalf("%q %s", shown, fault)
		}
		lines := strings.Split(strings.TrimSuffix(shown, "\n"), "\n")
		for i, line := range lines {
			if i > 0 && !strings.HasPrefix(line, "      ") && action != wire.ActProbe {
				t.Fatalf("%q looks like a line of its own in %q", line, shown)
			}
		}
	})
}

// TestProgramsOfIRCAreToldInBytesTheyRead: what they look for stands at the beginning.
func TestProgramsOfIRCAreToldInBytesTheyRead(t *testing.T) {
	for typed, want := range map[string]string{
		"NICK cy\r\n": "ERROR :IRC", "CAP LS 302\r\n": "ERROR :IRC", "NICK cy\n": "ERROR :IRC", "CAP LS\nNICK cy\n": "ERROR :IRC",
		"/help\r\n":               "\xff\xfd\x00", // a telnet is asked for whole bytes
		"\xff\xf1NICK cy\r\n":     "\xff\xfd\x00",
		"NICK cy\r\n/nick cy\r\n": "ERROR :IRC",
	} {
		_, shown := talkTo(t, local, typed, yes)
		if !strings.HasPrefix(shown, want) {
			t.Errorf("%q is told %q", typed, shown)
		}
	}
}

// TestWhoDoesNotTypeUTF8IsGreeted types привет as three systems write it.
func TestWhoDoesNotTypeUTF8IsGreeted(t *testing.T) {
	for _, typed := range []string{"\xef\xf0\xe8\xe2\xe5\xf2\n", "\xd0\xd2\xc9\xd7\xc5\xd4\n", "\xaf\xe0\xa8\xa2\xa5\xe2\r\n"} {
		_, shown := talkTo(t, local, typed+typed, yes)
		for _, once := range []string{sayGreeting.en, sayNotBegun.en, sayNotBegun.ru, sayNotBegun.zh} {
			if strings.Count(strings.ReplaceAll(shown, "\r\n", "\n"), once) != 1 {
				t.Errorf("%q is told %q", typed, shown)
			}
		}
		if !strings.Contains(shown, sayNotUTF8.en) { // the second time
			t.Errorf("%q is told %q", typed, shown)
		}
	}
	_, shown := talkTo(t, local, "/lang ru\n\xef\xf0\n", yes)
	if strings.Contains(shown, "This is JIM") || !strings.Contains(shown, sayNotUTF8.ru) {
		t.Errorf("who knows how to begin is told %q", shown)
	}
}

// TestCommandsOutsideOfARoomHaveTheirOwnWords in every language.
func TestCommandsOutsideOfARoomHaveTheirOwnWords(t *testing.T) {
	for i, name := range langNames {
		l := lang(i)
		for typed, want := range map[string]phrase{"/who": sayNoRoomHere, "/leave": sayNoRoomHere, "/topic": sayNoRoomHere, "/history": sayNoTalkHere, "hi": sayNowhere} {
			_, shown := talkTo(t, local, "/lang "+name+"\n/nick bob\n"+typed+"\n", yes)
			if !strings.Contains(shown, want.in(l)) {
				t.Errorf("%s in %s is told %q", typed, name, shown)
			}
		}
	}
}

// TestUsagesAreInTheLanguage: what is to be filled in is a word of the language, the command is not.
func TestUsagesAreInTheLanguage(t *testing.T) {
	for typed, want := range map[string]string{
		"/lang ru\n/nick\n":     "Вот так: /nick ИМЯ\n",
		"/lang zh\n/register\n": "用法：/register 名字 [邀请码]\n",
		"/lang en\n/nick\n":     "Like this: /nick NAME\n",
		"/lang ru\n/lang xx\n":  "Вот так: /lang en|ru|zh\n",
		"/lang ru\n/help\n":     "\n/msg ИМЯ [ТЕКСТ]              написать",
		"/lang zh\n/help\n":     "\n/join #房间                   进入房间",
	} {
		if _, shown := talkTo(t, local, typed, yes); !strings.Contains(shown, want) {
			t.Errorf("%q is told %q", typed, shown)
		}
	}
	for _, c := range typedCommands() {
		for _, w := range strings.Split(c.usage, " ")[1:] {
			bare := strings.Trim(w, "[]")
			if p, ok := placeholders[bare]; strings.ToLower(bare) != bare && (!ok || p.ru == "" || p.zh == "") {
				t.Errorf("%s: no language has words for %s", c.usage, w)
			}
		}
	}
}
