package check

import (
	"fmt"
	"net/http"
	"net/url"
)

const (
	saysPost   = "`POST /jim` carries one request and returns its answer, with the HTTP status of the same number (402 becomes 401)."
	saysBearer = "`Authorization: Bearer TOKEN` or `Basic NAME:PASSWORD` says who asks; an empty password is a guest."
	saysStream = "`GET /jim/events` is a stream of Server-Sent Events, one object in each `data:`; the parameter `since` is the object of section 6, URL-encoded."
	saysOrigin = "`GET /jim/ws` is the WebSocket; a browser's Origin must be the server's own or one that the operator named."
)

// posts are about single requests of HTTP.
func posts() []*serverCheck {
	return in(OverHTTP, onJIM2,
		rule("http.post", saysPost, "`POST /jim` returns the answer to a request", func(t *T) {
			t.web("ann").want(200, 200, "ping")
		}).on(overHTTP).first(),
		rule("http.post.id", saysID, "the answer has the `id` of the request", func(t *T) {
			if a := t.web("ann").want(200, 200, "ping", "id", "k7"); a.text("id") != "k7" {
				t.fail(`"id":"k7"`, a.String())
			}
		}).on(overHTTP).at(OnTheWire),
		rule("http.status.201", saysPost, "what is answered 201 has the status 201", func(t *T) {
			w, room := t.webAs("ann"), t.room()
			w.want(201, 201, "join", "to", room)
		}).on(overHTTP),
		rule("http.status.404", saysPost, "what is answered 404 has the status 404", func(t *T) {
			t.webAs("ann").want(404, 404, "whois", "to", t.newName())
		}).on(overHTTP),
		rule("http.status.501", saysPost, "what is answered 501 has the status 501", func(t *T) {
			t.webAs("ann").want(501, 501, "dance")
		}).on(overHTTP),
		rule("http.status.402", saysPost, "what is answered 402 has the status 401", func(t *T) {
			w := t.web("ann")
			w.as(t.newName(), "wrong horse")
			w.want(401, 402, "rooms")
		}).on(overHTTP),
		rule("http.status.400", saysPost, "a body that is no JSON has the status 400", func(t *T) {
			w := t.web("ann")
			if status, a := w.body(`{"action":`); status != 400 || a.code() != 400 {
				t.fail(`status 400 and "response":400`, fmt.Sprintf("status %d and %s", status, a))
			}
		}).on(overHTTP),
		rule("http.two", saysPost, "a body with two requests is answered 400", func(t *T) {
			w := t.web("ann")
			if status, a := w.body(`{"action":"ping"}{"action":"ping"}`); status != 400 || a.code() != 400 {
				t.fail(`status 400 and "response":400`, fmt.Sprintf("status %d and %s", status, a))
			}
		}).on(overHTTP),
		rule("http.who", saysBefore, "without `Authorization` a request that needs a login is answered 401", func(t *T) {
			t.web("ann").want(401, 401, "rooms")
		}).on(overHTTP).at(SayingWho),
		rule("http.guest", saysBearer, "`Basic` with an empty password is a guest", func(t *T) {
			w := t.webAs("ann")
			w.want(200, 200, "rooms")
		}).on(overHTTP),
	)
}

// asked are about what is kept, and tokens.
func asked() []*serverCheck {
	return in(OverHTTP, onJIM2,
		rule("http.kept", saysSafe, "what was answered 201 over HTTP is in the history at once", func(t *T) {
			w, room := t.webAs("ann"), t.room()
			w.want(201, 201, "join", "to", room)
			w.want(201, 201, "msg", "id", t.id("m"), "to", room, "message", "backup done")
			a := w.want(200, 200, "history", "to", room)
			if !containsText(a, "backup done") {
				t.fail("the message in the history", a.String())
			}
		}).on(overHTTP).at(Conversations),
		rule("http.repeat", saysSameID, "a message sent again over HTTP with its `id` gets the first answer", func(t *T) {
			w, room := t.webAs("ann"), t.room()
			w.want(201, 201, "join", "to", room)
			n := w.want(201, 201, "msg", "id", t.id("m"), "to", room, "message", "hi").number("seq")
			if a := w.want(201, 201, "msg", "id", t.id("m"), "to", room, "message", "hi"); a.number("seq") != n {
				t.fail(fmt.Sprintf(`"seq":%d`, n), a.String())
			}
		}).on(overHTTP).at(Conversations),
		rule("http.bearer", saysBearer, "`Bearer` with a token says who asks", func(t *T) {
			w, name := t.web("ann"), t.newName()
			a := w.want(200, 200, "presence", "jim", 2, "user", user(name), "device", "script")
			w.bearer(a.text("token"))
			if a = w.want(200, 200, "whois", "to", name); a.inner("user") == nil {
				t.fail(`an answer with "user"`, a.String())
			}
		}).on(overHTTP),
		rule("http.bearer.wrong", saysPost, "a wrong token has the status 401", func(t *T) {
			w := t.web("ann")
			w.bearer("guessed")
			w.want(401, 402, "rooms")
		}).on(overHTTP),
	)
}

// streamed are about events, and who may open a WebSocket.
func streamed() []*serverCheck {
	return in(OverHTTP, onJIM2,
		rule("http.events", saysStream, "`GET /jim/events` tells what others say", func(t *T) {
			ann, bob := t.webAs("ann"), t.webAs("bob")
			bob.want(200, 200, "rooms")
			events := bob.events("")
			ann.want(201, 201, "msg", "id", t.id("m"), "to", bob.name, "message", "tea?")
			events.next("action", "msg", "from", ann.name, "message", "tea?")
		}).on(overHTTP),
		rule("http.events.own", saysStream, "`GET /jim/events` tells what one says oneself with POST", func(t *T) {
			ann, room := t.webAs("ann"), t.room()
			ann.want(201, 201, "join", "to", room)
			reader := t.web("reader")
			reader.head, reader.name = ann.head, ann.name
			events := reader.events("")
			ann.want(201, 201, "msg", "id", t.id("m"), "to", room, "message", "hi")
			events.next("action", "msg", "to", room, "message", "hi")
		}).on(overHTTP),
		rule("http.events.since", saysStream, "`since` tells what was said after a number", func(t *T) {
			ann, bob := t.webAs("ann"), t.webAs("bob")
			bob.want(200, 200, "rooms")
			for _, text := range []string{"one", "two"} {
				ann.want(201, 201, "msg", "id", t.id(text), "to", bob.name, "message", text)
			}
			events := bob.events("?since=" + url.QueryEscape(string(sinceOf(ann.name, 1))))
			if e := events.next("action", "msg"); e.text("message") != "two" {
				t.fail("the second message, and not the first", e.String())
			}
		}).on(overHTTP),
		rule("http.events.who", saysBearer, "`GET /jim/events` without `Authorization` has the status 401", func(t *T) {
			if r := t.web("ann").open(t.ctx, http.MethodGet, "/jim/events", nil); r.StatusCode != 401 {
				t.fail("status 401", r.Status)
			}
		}).on(overHTTP),
		rule("http.ws", saysOrigin, "`GET /jim/ws` opens a WebSocket", func(t *T) {
			if r := t.socketFrom(""); r.StatusCode != http.StatusSwitchingProtocols {
				t.fail("status 101", r.Status)
			}
		}).on(overHTTP),
		rule("http.ws.origin", saysOrigin, "a page of another site cannot open a WebSocket", func(t *T) {
			if r := t.socketFrom("https://elsewhere.example"); r.StatusCode == http.StatusSwitchingProtocols {
				t.fail("no status 101", r.Status)
			}
		}).on(overHTTP),
	)
}

// socketFrom asks for a WebSocket, as a page of some origin does (RFC 6455, section 4.1).
func (t *T) socketFrom(origin string) *http.Response {
	w := t.web("ann")
	w.head = http.Header{
		"Connection": {"Upgrade"}, "Upgrade": {"websocket"},
		"Sec-Websocket-Version": {"13"}, "Sec-Websocket-Key": {"dGhlIHNhbXBsZSBub25jZQ=="},
	}
	if origin != "" {
		w.head.Set("Origin", origin)
	}
	return w.open(t.ctx, http.MethodGet, "/jim/ws", nil)
}
