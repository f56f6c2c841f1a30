package check

import (
	"bytes"
	"strings"
)

const (
	saysFrames = "The server ends each with LF and accepts any white space, or none, between those it gets; packets may cut them anywhere."
	saysSocket = "A WebSocket text message is one object."
	saysTwenty = "| twenty broken objects one after another | 400 | the server closes |"
	saysObject = "| an object over 65536 bytes (JIM/1: 640 characters) | 413 | goes on |"
)

// frames are about where an object begins and ends.
func frames() []*serverCheck {
	return in(OnTheWire, onJIM2,
		rule("frame.lf", saysFrames, "the server ends each object with LF", func(t *T) {
			c := t.come("ann")
			for range 3 {
				c.goesOn()
			}
			var got []byte
			if !t.eventually(func() bool {
				got = c.received()
				return bytes.Count(got, []byte("}\n")) >= 4 && got[len(got)-1] == '\n'
			}) {
				t.fail("four objects, each with LF behind it", shown(bytes.ReplaceAll(got, []byte("\n"), []byte("␊"))))
			}
		}).on(streams),
		rule("frame.bytes", saysFrames, "an object may come byte by byte", func(t *T) {
			c := t.come("ann")
			for _, b := range []byte(`{"action":"ping","id":"k"}`) {
				c.write([]byte{b})
			}
			c.want(c.answer("an object byte by byte", "k"), "response", 200, "id", "k")
		}).on(streams),
		rule("frame.half", saysFrames, "an object may come in two pieces with a pause between", func(t *T) {
			c := t.come("ann")
			c.write([]byte(`{"action":"pi`))
			t.sleep(settle)
			c.write([]byte(`ng","id":"k"}`))
			c.want(c.answer("an object in two pieces", "k"), "response", 200, "id", "k")
		}).on(streams),
		rule("frame.character", saysFrames, "a character of UTF-8 may come in two pieces", func(t *T) {
			c, room := t.comeWithRoom("ann")
			text := `{"action":"msg","to":"` + room + `","message":"чай"}`
			cut := strings.Index(text, "ч") + 1
			c.write([]byte(text[:cut]))
			t.sleep(settle)
			c.write([]byte(text[cut:]))
			c.want(c.answer(text, ""), "response", 201)
			c.event("action", "msg", "message", "чай")
		}).on(streams),
		rule("frame.joined", saysFrames, "several objects may come in one packet without white space between", func(t *T) {
			c := t.come("ann")
			c.write([]byte(`{"action":"ping","id":"a"}{"action":"ping","id":"b"}{"action":"ping","id":"c"}`))
			for _, id := range []string{"a", "b", "c"} {
				c.want(c.answer("three objects in one packet", id), "response", 200, "id", id)
			}
		}).on(streams),
		rule("frame.lines", saysFrames, "several objects may come in one packet with CR LF between", func(t *T) {
			c := t.come("ann")
			c.write([]byte("{\"action\":\"ping\",\"id\":\"a\"}\r\n\r\n{\"action\":\"ping\",\"id\":\"b\"}\r\n"))
			for _, id := range []string{"a", "b"} {
				c.want(c.answer("two objects on two lines", id), "response", 200, "id", id)
			}
		}).on(streams),
	)
}

// ends are about what stands behind an object, and between two.
func ends() []*serverCheck {
	return in(OnTheWire, onJIM2,
		rule("frame.unended", saysFrames, "an object is answered although nothing follows it, not even LF", func(t *T) {
			c := t.come("ann")
			c.write([]byte(`{"action":"ping","id":"k"}`))
			c.want(c.answer("an object without LF", "k"), "response", 200, "id", "k")
		}).on(streams),
		rule("frame.space", saysFrames, "much white space between two objects means nothing", func(t *T) {
			c := t.come("ann")
			c.write([]byte(strings.Repeat(" \t\r\n", 5000) + `{"action":"ping","id":"k"}`))
			c.want(c.answer("20000 bytes of white space and an object", "k"), "response", 200, "id", "k")
		}).on(streams),
		rule("frame.message", saysSocket, "each WebSocket message from the server is one object", func(t *T) {
			c := t.come("ann")
			c.goesOn()
			c.goesOn()
		}).on(overWS),
	)
}

// sizes are about limits of a whole object, and of patience with what is broken.
func sizes() []*serverCheck {
	return in(Errors, onJIM2,
		rule("size.object.full", saysObject, "an object as large as the limit is understood", func(t *T) {
			c, most := t.comeWithLimit("ann", "object")
			c.send(padded(most))
			c.want(c.answer("an object of the largest size", "k"), "response", 200, "id", "k")
		}).on(objects),
		rule("size.object.over", saysObject, "an object over the limit is answered 413", func(t *T) {
			c, most := t.comeWithLimit("ann", "object")
			c.send(padded(most + 1))
			c.code(c.answer("an object one byte too large", "k"), 413)
		}).on(objects),
		rule("size.object.then", saysObject, "after an object over the limit the connection goes on", func(t *T) {
			c, most := t.comeWithLimit("ann", "object")
			c.send(padded(2 * most))
			c.code(c.answer("an object twice too large", "k"), 413)
			c.goesOn()
		}).on(objects),
		rule("size.strikes.close", saysTwenty, "twenty broken objects one after another end the connection", func(t *T) {
			c := t.come("ann")
			for range 20 {
				c.send("nonsense")
			}
			c.gone()
		}).on(objects),
		rule("size.strikes.reset", saysTwenty, "a good object between broken ones begins the count again", func(t *T) {
			c := t.come("ann")
			for range 2 {
				for range 15 {
					c.send("nonsense")
					c.code(c.answer("nonsense", ""), 400)
				}
				c.goesOn()
			}
		}).on(objects),
	)
}

// padded is a ping with id "k" that has so many bytes.
func padded(size int) string {
	const head, tail = `{"action":"ping","id":"k","x":"`, `"}`
	return head + text(size-len(head)-len(tail)) + tail
}

// text is a text of so many bytes.
func text(size int) string { return strings.Repeat("x", max(size, 0)) }
