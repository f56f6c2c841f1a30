package lesson

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"jim/check"
)

// now is the time as it travels.
func now() string { return strconv.FormatFloat(float64(time.Now().UnixMilli())/1000, 'f', -1, 64) } //tidy:stamp it travels

// object writes an object of pairs of names and values.
func object(pairs ...any) string {
	var b strings.Builder
	b.WriteByte('{')
	for i := 0; i+1 < len(pairs); i += 2 {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(encoded(pairs[i]) + ":" + encoded(pairs[i+1]))
	}
	return b.String() + "}"
}

// raw is JSON that is written as it is.
type raw string

func encoded(v any) string {
	if r, ok := v.(raw); ok {
		return string(r)
	}
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("lesson: no JSON: " + err.Error()) // the lessons' own words
	}
	return strings.TrimSpace(b.String())
}

// answer is what a good server says to h.
func (p *puppet) answer(h *heard) {
	switch {
	case h.o == nil:
		p.refuse(h, 400, "this is no object of JSON")
	case p.st.o.Level == check.JIM2:
		p.answerNew(h)
	default:
		p.answerOld(h)
	}
}

// reply answers a request of JIM/2.
func (p *puppet) reply(h *heard, code int, members ...any) {
	pairs := []any{"response", code}
	if id := h.text("id"); id != "" {
		pairs = append(pairs, "id", id)
	}
	p.tell(object(append(append(pairs, "time", raw(now())), members...)...))
}

// refuse answers with an error.
func (p *puppet) refuse(h *heard, code int, words string) {
	switch p.st.o.Level {
	case check.JIM2:
		retry := code == 408 || code == 410 || code == 429 || code >= 500 && code != 501
		p.reply(h, code, "error", words, "retry", retry)
	case check.JIM1:
		p.tell(object("response", code, "time", raw(now()), "error", words))
	default:
		p.tell(object("response", code, "error", words))
	}
}

// welcomed lets the client in.
func (p *puppet) welcomed(h *heard) {
	switch p.st.o.Level {
	case check.JIM2:
		members := []any{"jim", 2, "server", "jim check", "user", raw(object("account_name", h.account(), "status", "here", "guest", true))}
		if p.st.welcome == nil {
			members = append(members, "limits", raw(announced(16384, 65536)))
		}
		code := 200
		if h.action() == "register" {
			code = 201
		}
		p.reply(h, code, append(members, p.st.welcome...)...)
	case check.JIM1:
		p.tell(object("response", 200, "time", raw(now()), "alert", "OK"))
	default:
		p.tell(object("response", 200))
	}
}

// announced are limits as a server announces them.
func announced(message, size int) string {
	return object("action", 15, "name", 25, "id", 64, "message", message, "topic", 250, "object", size, "answer", 131072, "depth", 32, "page", 200)
}

// answerNew answers as JIM/2 has it.
func (p *puppet) answerNew(h *heard) {
	to := h.text("to")
	switch h.action() {
	case "presence", "authenticate", "register":
		p.welcomed(h)
	case "msg":
		seq, event := p.st.keep(p, to, h.account(), "id", h.text("id"), "message", h.words())
		p.reply(h, 201, "to", to, "seq", seq)
		p.tell(event)
	case "join", "create":
		p.st.mu.Lock()
		seq := max(p.st.seq, 1)
		p.st.seq = seq
		p.st.mu.Unlock()
		p.reply(h, 200, "to", to, "seq", seq)
	case "history":
		after, _ := h.o["after"].(float64)
		events, newest := p.st.after(int(after))
		p.reply(h, 200, "to", to, "seq", newest, "events", raw("["+strings.Join(events, ",")+"]"))
	case "sync":
		if since, ok := h.o["since"].(map[string]any); ok {
			for _, n := range since {
				after, _ := n.(float64)
				events, _ := p.st.after(int(after))
				p.tell(events...)
			}
		}
		p.reply(h, 200)
	case "rooms":
		p.reply(h, 200, "rooms", raw("[]"))
	case "members", "get_contacts", "sessions":
		p.reply(h, 200, map[string]string{"members": "members", "get_contacts": "contacts", "sessions": "sessions"}[h.action()], raw("[]"))
	case "whois":
		p.reply(h, 200, "user", raw(object("account_name", to, "status", "here")))
	case "typing":
		p.reply(h, 202)
	case "quit":
		p.reply(h, 200)
		p.drop()
	case "ping", "read", "leave", "topic", "add_contact", "del_contact", "passwd":
		p.reply(h, 200, "to", to, "seq", 1)
	case "":
		p.refuse(h, 400, "no action")
	default:
		p.refuse(h, 501, "no action "+h.action()+" here")
	}
}

// answerOld answers as the dialects of the course have it.
func (p *puppet) answerOld(h *heard) {
	spec := p.st.o.Level == check.JIM1
	switch h.action() {
	case "presence", "authenticate":
		p.welcomed(h)
	case "msg", "join", "leave", "add_contact", "del_contact", "add", "remove":
		p.tell(object("response", 200, "time", raw(now()), "alert", "OK"))
	case "message":
	case "get_contacts", "get_users":
		switch _, login := h.o["user_login"]; {
		case spec && login:
			p.tell(object("response", 202, "alert", "[]"))
		case spec:
			p.tell(object("response", 202, "time", raw(now()), "quantity", 0))
		default:
			p.tell(object("response", 202, "data_list", raw("[]")))
		}
	case "quit", "exit":
		p.drop()
	case "":
		if h.o["response"] == nil {
			p.refuse(h, 400, "no action")
		}
	default:
		p.refuse(h, 400, "Запрос некорректен.")
	}
}

// keep keeps an event of the conversation.
func (st *stage) keep(p *puppet, to, from string, members ...any) (seq int, event string) {
	if from == "" {
		from = st.o.Name
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	st.seq++
	pairs := []any{"action", "msg", "to", to, "from", from, "seq", st.seq, "time", raw(now())}
	for i := 0; i+1 < len(members); i += 2 {
		if members[i+1] != "" {
			pairs = append(pairs, members[i], members[i+1])
		}
	}
	event = object(pairs...)
	st.kept = append(st.kept, event)
	return st.seq, event
}

// after are the events after a number, and the newest number.
func (st *stage) after(seq int) (events []string, newest int) {
	st.mu.Lock()
	defer st.mu.Unlock()
	for _, e := range st.kept {
		var o struct{ Seq int }
		if json.Unmarshal([]byte(e), &o) == nil && o.Seq > seq {
			events = append(events, e)
		}
	}
	return events, st.seq
}

// message is a message of bob's for the client, as a good server tells it.
func (p *puppet) message(text string, members ...any) string {
	st := p.st
	if st.o.Level == check.JIM2 {
		to := st.o.To
		if !strings.HasPrefix(to, "#") {
			to = st.o.Name
		}
		_, event := st.keep(p, to, "bob", append([]any{"message", text}, members...)...)
		return event
	}
	if st.o.Level == check.JIM1 {
		return object(append([]any{"action", "msg", "time", raw(now()), "to", st.o.Name, "from", "bob", "message", text}, members...)...)
	}
	p.mu.Lock()
	n := p.names
	p.mu.Unlock()
	pairs := []any{"action", "message", "time", raw(now())}
	if n.action == "" { // nobody knows yet what it calls them
		pairs = append(pairs, "from", "bob", "sender", "bob", "to", st.o.Name, "destination", st.o.Name, "mess_text", text)
	} else {
		pairs = append(pairs, or(n.from, "from"), "bob", or(n.to, "to"), st.o.Name, or(n.text, "mess_text"), text)
	}
	return object(append(pairs, members...)...)
}
