package dialect_test

import (
	"bufio"
	"bytes"
	"crypto/pbkdf2"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf16"
)

// A program of the course is this test's own executable, started again with this
// variable set to a habit as JSON.
const programVariable = "JIM_COURSE_PROGRAM"

func TestMain(m *testing.M) {
	if text, ok := os.LookupEnv(programVariable); ok {
		if err := runProgram(text); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// habit is how one program of the course was written.
type habit struct {
	Address string
	Login   string
	Recv    int    // bytes of one recv, which is one object
	Mentor  bool   // message and exit instead of msg and quit
	User    string // form of the account: object, account, client_name, username, string, top, topuser
	Time    string // form of the time: float, int, nano, digits, ctime, clock, none
	Status  bool   // presence with type and status
	Twice   bool   // presence twice
	Waits   bool   // says nothing until it is probed
	Polls   bool   // looks once a second
	Key     bool   // presence with a public key
	Escapes bool   // \u escapes for all that is not ASCII
	Newline bool   // ends objects with LF

	Password string // proves its name with it
	Proves   string // how: plain (authenticate), presence (in user), token, bin
	Answer   string // what an answer to a message is: required, harmless, fatal
	Encoding bool   // messages have it
	Mine     bool   // shows only what is addressed to its own login
	Contacts string // generation of contacts it asks for after login: a, b, c

	From, To, Text string // names of the members of a message
}

// program is one running.
type program struct {
	habit
	conn net.Conn
	mu   sync.Mutex
	said chan struct{} // an answer to a message came
	late atomic.Int64  // when this process was last held up, in ns since 1970
	rest [][]byte      // objects that came and were not taken yet
	join atomic.Bool   // join was sent, and its answer is nothing to die of

	asked atomic.Bool // for a public key
	out   *json.Encoder
}

// heard is a line that a program prints.
type heard struct{ Event, From, To, Text string }

// runProgram is the program's main. Its stdin are lines "TO TEXT" to say, "join ROOM",
// "key NAME", and its end is the program's.
func runProgram(text string) (err error) {
	p := &program{said: make(chan struct{}, 1), out: json.NewEncoder(os.Stdout)}
	if err := json.Unmarshal([]byte(text), &p.habit); err != nil {
		return err
	}
	if p.conn, err = net.Dial("tcp", p.Address); err != nil {
		return err
	}
	defer p.conn.Close()
	go p.watch()
	if err := p.begin(); err != nil {
		return fmt.Errorf("%s, at login: %w", p.Login, err)
	}
	p.print(heard{Event: "ready"})
	died := make(chan error, 1)
	go func() { died <- p.listen() }()
	lines := make(chan string)
	go func() {
		in := bufio.NewScanner(os.Stdin)
		in.Buffer(nil, 1<<20)
		for in.Scan() {
			lines <- in.Text()
		}
		close(lines)
	}()
	for {
		select {
		case err := <-died:
			return fmt.Errorf("%s died: %w", p.Login, err)
		case line, ok := <-lines:
			if !ok {
				return p.leave(died)
			}
			if err := p.obey(line); err != nil {
				return fmt.Errorf("%s: %w", p.Login, err)
			}
		}
	}
}

func (p *program) print(h heard) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.out.Encode(h)
}

// recv is recv(N): what it brings is taken for one object.
func (p *program) recv() (object map[string]any, err error) {
	for len(p.rest) == 0 {
		if err := p.read(); err != nil {
			return nil, err
		}
	}
	next := p.rest[0]
	p.rest = p.rest[1:]
	return object, json.Unmarshal(next, &object)
}

// read is one recv. What brings less than an object breaks the program, and so does what brings more of
// them, unless others wanted the machine so much that this process could not read in between. Then it
// goes on, for that alone is no fault of the server's: whether the server left it the time to read
// is judged there, where it writes (see [ledger]).
func (p *program) read() error {
	b := make([]byte, p.Recv)
	n, err := p.conn.Read(b)
	if err != nil {
		return err
	}
	b = b[:n]
	first, _, ended := bytes.Cut(b, []byte("\n"))
	switch {
	case json.Valid(b):
		p.rest = [][]byte{b}
		return nil
	case !ended || !json.Valid(first):
		return fmt.Errorf("JSONDecodeError, not one object: %q", b)
	case time.Since(time.Unix(0, p.late.Load())) > time.Second:
		return fmt.Errorf("JSONDecodeError, more than one object: %q", b)
	}
	for more := make([]byte, p.Recv); !bytes.HasSuffix(b, []byte("\n")); b = append(b, more[:n]...) {
		if n, err = p.conn.Read(more); err != nil {
			return err
		}
	}
	p.rest = bytes.Split(bytes.TrimSpace(b), []byte("\n"))
	p.print(heard{Event: "late"})
	return nil
}

// watch notes when this process is held up by others that want the machine.
func (p *program) watch() {
	const every, most = 10 * time.Millisecond, 10 * time.Millisecond
	last := time.Now()
	for now := range time.Tick(every) {
		if now = time.Now(); now.Sub(last) > every+most {
			p.late.Store(now.UnixNano())
		}
		last = now
	}
}

// send is one send of one object.
func (p *program) send(object map[string]any) error {
	switch p.Time {
	case "float":
		object["time"] = 1763500000.25
	case "int":
		object["time"] = 1763500000
	case "nano":
		object["time"] = int64(1763500000123456789)
	case "digits":
		object["time"] = "1763500000"
	case "ctime":
		object["time"] = "Fri Nov 21 12:00:00 2025"
	case "clock":
		object["time"] = "12:00:00"
	}
	data, err := json.Marshal(object)
	if err != nil {
		return err
	}
	if p.Escapes {
		data = escaped(data)
	}
	if p.Newline {
		data = append(data, '\n')
	}
	_, err = p.conn.Write(data)
	return err
}

// escaped is JSON as json.dumps of Python writes it.
func escaped(data []byte) []byte {
	var b bytes.Buffer
	for _, r := range string(data) {
		switch {
		case r < 0x80:
			b.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.Bytes()
}

// begin logs in. The first object that comes must be the answer.
func (p *program) begin() error {
	if p.Waits {
		probe, err := p.recv()
		if err != nil || probe["action"] != "probe" {
			return fmt.Errorf("no probe came, but %v (%v)", probe, err)
		}
	}
	times := 1
	if p.Twice {
		times = 2
	}
	for range times {
		if err := p.send(p.presence()); err != nil {
			return err
		}
		answer, err := p.recv()
		if err == nil && (p.Proves == "token" || p.Proves == "bin") {
			answer, err = p.prove(answer)
		}
		if err != nil {
			return err
		}
		if code, ok := answer["response"].(float64); !ok || code != 200 {
			return fmt.Errorf("presence was answered %v", answer)
		}
		if _, ok := answer["error"]; p.User == "account" && !ok {
			return errors.New("KeyError: 'error'")
		}
	}
	return p.contacts()
}

// prove answers a challenge of the second course, and gives what that is answered.
func (p *program) prove(challenge map[string]any) (map[string]any, error) {
	var err error
	switch {
	case p.Proves == "token" && challenge["response"] == 401.0 && challenge["error"] != nil:
		token, _ := challenge["token"].(string)
		var secret []byte
		if secret, err = pbkdf2.Key(sha256.New, p.Password, []byte("salt"), 100_000, 32); err == nil {
			user := map[string]any{"account_name": p.Login, "password": hex.EncodeToString(sum(secret, token))}
			err = p.send(map[string]any{"action": "authenticate", "user": user})
		}
	case p.Proves == "bin" && challenge["response"] == 511.0:
		text, _ := challenge["bin"].(string)
		if len(text) != 128 {
			return nil, fmt.Errorf("the challenge has %d characters", len(text))
		}
		var secret []byte
		if secret, err = pbkdf2.Key(sha512.New, p.Password, []byte(strings.ToLower(p.Login)), 10_000, 64); err == nil {
			bin := base64.StdEncoding.EncodeToString(sum([]byte(hex.EncodeToString(secret)), text))
			err = p.send(map[string]any{"response": 511, "bin": bin})
		}
	default:
		return nil, fmt.Errorf("no challenge came, but %v", challenge)
	}
	if err != nil {
		return nil, err
	}
	return p.recv()
}

func (p *program) presence() map[string]any {
	object := map[string]any{"action": "presence"}
	user := map[string]any{"account_name": p.Login}
	switch p.User {
	case "account", "client_name", "username":
		user = map[string]any{p.User: p.Login}
	}
	if p.Key {
		user["pubkey"] = "-----BEGIN PUBLIC KEY-----\n" + strings.Repeat("MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A\n", 24) + "-----END PUBLIC KEY-----"
	}
	if p.Status {
		object["type"] = "status"
		user["status"] = "Yep, I am here!"
	}
	object["user"] = user
	switch p.User {
	case "string":
		object["user"] = p.Login
	case "top":
		delete(object, "user")
		object["account_name"] = p.Login
	case "topuser":
		delete(object, "user")
		object["username"] = p.Login
	}
	switch p.Proves {
	case "plain":
		object["action"] = "authenticate"
		user["password"] = p.Password
	case "presence":
		user["password"] = p.Password
	}
	return object
}

// contacts asks for the lists of its generation.
func (p *program) contacts() error {
	object := map[string]any{"action": "get_contacts"}
	switch p.Contacts {
	case "":
		return nil
	case "b":
		object["user_login"] = p.Login
	case "c":
		object["user"] = p.Login
	}
	if err := p.send(object); err != nil {
		return err
	}
	answer, err := p.recv()
	if err != nil {
		return err
	}
	if answer["response"] != 202.0 {
		return fmt.Errorf("get_contacts was answered %v", answer)
	}
	switch want := map[string]string{"a": "quantity", "b": "alert", "c": "data_list"}[p.Contacts]; {
	case answer[want] == nil:
		return fmt.Errorf("KeyError: %q in %v", want, answer)
	case p.Contacts == "c":
		if err := p.send(map[string]any{"action": "get_users", "account_name": p.Login}); err != nil {
			return err
		}
		if answer, err = p.recv(); err != nil || answer["data_list"] == nil {
			return fmt.Errorf("get_users was answered %v (%v)", answer, err)
		}
	}
	return nil
}

// listen takes what comes until the connection ends, and dies of what the program was
// not written for.
func (p *program) listen() error {
	for {
		if p.Polls {
			<-time.Tick(time.Second)
		}
		object, err := p.recv()
		if err != nil {
			return err
		}
		if _, ok := object["response"]; ok {
			if err := p.answered(object); err != nil {
				return err
			}
			continue
		}
		if err := p.told(object); err != nil {
			return err
		}
	}
}

func (p *program) answered(object map[string]any) error {
	switch {
	case object["response"] == 205.0 && p.Contacts == "c":
		return nil // it would read its lists now
	case object["response"] == 511.0 && p.asked.Swap(false):
		if bin, _ := object["bin"].(string); !strings.Contains(bin, "PUBLIC KEY") {
			return fmt.Errorf("no key in %v", object)
		}
		p.said <- struct{}{}
	case p.Answer == "fatal" && !p.join.Swap(false):
		return fmt.Errorf("KeyError: 'action' in %v", object)
	case object["response"] != 200.0 || object["time"] == nil || object["alert"] == nil:
		return fmt.Errorf("an answer it does not expect: %v", object)
	case p.Answer == "required":
		p.said <- struct{}{}
	}
	return nil
}

// told takes a message.
func (p *program) told(object map[string]any) error {
	action := "msg"
	if p.Mentor {
		action = "message"
	}
	if object["action"] != action {
		return fmt.Errorf("an action it does not know: %v", object)
	}
	if _, ok := object["time"].(float64); !ok {
		return fmt.Errorf("TypeError: time in %v", object)
	}
	from, _ := object[p.From].(string)
	if p.From == "user" && p.User == "object" {
		nested, _ := object["user"].(map[string]any)
		from, _ = nested["account_name"].(string)
	}
	to, _ := object[p.To].(string)
	text, _ := object[p.Text].(string)
	if from == "" || to == "" || text == "" {
		return fmt.Errorf("KeyError: %s, %s or %s in %v", p.From, p.To, p.Text, object)
	}
	if p.Mine && to != p.Login {
		return nil
	}
	p.print(heard{"heard", from, to, text})
	return nil
}

// obey does what a line of stdin says.
func (p *program) obey(line string) error {
	to, text, _ := strings.Cut(line, " ")
	object := map[string]any{"action": "msg", p.From: p.Login, p.To: to, p.Text: text}
	if p.Mentor {
		object["action"] = "message"
	}
	if p.From == "user" && p.User == "object" {
		object["user"] = map[string]any{"account_name": p.Login}
	}
	if p.Encoding {
		object["encoding"] = "utf-8"
	}
	if to == "join" {
		object = map[string]any{"action": "join", "room": text}
		p.join.Store(true)
	}
	if to == "key" {
		object = map[string]any{"action": "pubkey_need", "account_name": text}
		p.asked.Store(true)
	}
	if err := p.send(object); err != nil {
		return err
	}
	if p.Answer == "required" || to == "key" {
		select {
		case <-p.said:
		case <-time.After(20 * time.Second):
			return errors.New("waited for an answer in vain")
		}
	}
	p.print(heard{Event: "said"})
	return nil
}

// leave says goodbye and waits until the server has closed.
func (p *program) leave(died <-chan error) error {
	object := map[string]any{"action": "quit"}
	if p.Mentor {
		object = map[string]any{"action": "exit", "account_name": p.Login}
	}
	if err := p.send(object); err != nil {
		return err
	}
	if err := <-died; !strings.Contains(err.Error(), "EOF") {
		return fmt.Errorf("%s, leaving: %w", p.Login, err)
	}
	return nil
}
