package check

import "strings"

const (
	saysRefused = "Refused with 400, never repaired: invalid UTF-8, lone surrogates, a key that stands twice, bytes after the object, nesting deeper than 32, a NUL character in a text, a member of the wrong kind."
	saysNoJSON  = "| an object that is not valid JSON | 400 | goes on |"
	saysValue   = "| an array, a number, a string | 400 | goes on at the next line |"
	saysWords   = "| words after an object | 400 | goes on at the next line |"
	saysCut     = "| an object cut short by the next one | 400 | goes on with the next one |"
	saysUnknown = "Unknown members are ignored: that is how the protocol grows."
	saysJSON    = "**JSON** (RFC 8259, with the strictness of RFC 7493). UTF-8."
	saysOrder   = "The member order is free."
	saysTime    = "`time`, which is never looked at"
	saysWhole   = "Whole numbers are written without fraction and exponent and lie between 0 and 2^53-1."
)

// broken is a check that something is answered 400, after which the connection goes on.
func broken(id, says, what, text string) *serverCheck {
	return rule(id, says, what+" is answered 400, and the connection goes on", func(t *T) {
		c := t.come("ann")
		c.send(text)
		c.code(c.answer(text, ""), 400)
		c.goesOn()
	}).on(objects)
}

// fine is a check that something is understood: answered 200, with its id, which is "k".
func fine(id, says, what, text string) *serverCheck {
	return rule(id, says, what, func(t *T) {
		c := t.come("ann")
		c.send(text)
		c.want(c.answer(text, "k"), "response", 200, "id", "k")
		c.goesOn()
	}).on(objects)
}

// grammar is what RFC 8259 refuses.
func grammar() []*serverCheck {
	return in(Errors, onJIM2,
		broken("json.comma.trailing", saysNoJSON, "a comma behind the last member", `{"action":"ping","id":"k",}`),
		broken("json.comma.missing", saysNoJSON, "no comma between two members", `{"action":"ping" "id":"k"}`),
		broken("json.colon", saysNoJSON, "no colon between name and value", `{"action" "ping"}`),
		broken("json.name", saysNoJSON, "a name without quotes", `{action:"ping"}`),
		broken("json.quotes", saysNoJSON, "a text in single quotes", `{"action":'ping'}`),
		broken("json.comment", saysNoJSON, "a comment", `{"action":"ping"/* hi */}`),
		broken("json.literal", saysNoJSON, "a literal that is none", `{"action":"ping","x":tru}`),
		broken("json.capitals", saysNoJSON, "a literal in capital letters", `{"action":"ping","x":True}`),
		broken("json.number.plus", saysNoJSON, "a number with a plus", `{"action":"ping","x":+1}`),
		broken("json.number.zero", saysNoJSON, "a number with a leading zero", `{"action":"ping","x":01}`),
		broken("json.number.point", saysNoJSON, "a number that begins with its point", `{"action":"ping","x":.5}`),
		broken("json.number.end", saysNoJSON, "a number that ends with its point", `{"action":"ping","x":5.}`),
		broken("json.number.nan", saysNoJSON, "NaN", `{"action":"ping","x":NaN}`),
		broken("json.number.infinity", saysNoJSON, "an infinity", `{"action":"ping","x":-Infinity}`),
		broken("json.number.hex", saysNoJSON, "a number in hexadecimal digits", `{"action":"ping","x":0x10}`),
		broken("json.control", saysNoJSON, "a control character in a text as it is", "{\"action\":\"ping\",\"x\":\"a\tb\"}"),
		broken("json.escape", saysNoJSON, "an escape that is none", `{"action":"ping","x":"\x41"}`),
		broken("json.escape.short", saysNoJSON, "an escape with three digits", `{"action":"ping","x":"\u041"}`),
		broken("json.space", saysNoJSON, "a space that is none of JSON's between two tokens", "{\"action\":\u00a0\"ping\"}"),
		broken("json.feed", saysNoJSON, "a form feed between two tokens", "{\"action\":\f\"ping\"}"),
		broken("json.brackets", saysNoJSON, "brackets that do not match", `{"action":"ping","x":[1}`),
		broken("json.value.array", saysValue, "an array", `[{"action":"ping"}]`),
		broken("json.value.number", saysValue, "a number", `7`),
		broken("json.value.string", saysValue, "a string", `"ping"`),
		broken("json.words", saysWords, "a line of words", `hello there`),
		rule("json.behind", saysWords, "words behind an object are answered 400, and the object is answered", func(t *T) {
			c := t.come("ann")
			text := `{"action":"ping","id":"k"} and more`
			c.send(text)
			c.want(c.answer(text, "k"), "response", 200)
			c.code(c.answer("words behind an object", ""), 400)
			c.goesOn()
		}).on(streams),
		rule("json.cut.next", saysCut, "an object cut short is answered 400, and the next one is understood", func(t *T) {
			c := t.come("ann")
			c.send(`{"action":"msg","to":"ann"` + "\n" + `{"action":"ping","id":"k"}`)
			c.code(c.answer("an object cut short", ""), 400)
			c.want(c.answer("the next object", "k"), "response", 200, "id", "k")
		}).on(streams),
		rule("json.cut.string", saysCut, "an object whose last text has no end is answered 400, and the next line is understood", func(t *T) {
			c := t.come("ann")
			c.send(`{"action":"msg","message":"no end}` + "\n" + `{"action":"ping","id":"k"}`)
			c.code(c.answer("a text without an end", ""), 400)
			c.want(c.answer("the next object", "k"), "response", 200, "id", "k")
		}).on(streams),
	)
}

// strict is what RFC 8259 leaves open and JIM refuses.
func strict() []*serverCheck {
	return in(OnTheWire, onJIM2,
		broken("json.surrogate.high", saysRefused, "the first half of a surrogate pair alone", `{"action":"msg","to":"ann","message":"\ud800"}`),
		broken("json.surrogate.low", saysRefused, "the second half of a surrogate pair alone", `{"action":"msg","to":"ann","message":"\udc00"}`),
		broken("json.surrogate.turned", saysRefused, "a surrogate pair the wrong way round", `{"action":"ping","x":"\ude00\ud83d"}`),
		broken("json.surrogate.unknown", saysRefused, "half a surrogate pair in a member nobody knows", `{"action":"ping","x":"\ud800"}`),
		broken("json.surrogate.name", saysRefused, "half a surrogate pair in the name of a member", `{"action":"ping","\ud800":1}`),
		broken("json.utf8.byte", saysRefused, "a byte that is no UTF-8", "{\"action\":\"ping\",\"x\":\"\xff\"}").on(streams),
		broken("json.utf8.long", saysRefused, "UTF-8 that is longer than needed", "{\"action\":\"ping\",\"x\":\"\xc0\xaf\"}").on(streams),
		broken("json.utf8.surrogate", saysRefused, "a surrogate in UTF-8", "{\"action\":\"ping\",\"x\":\"\xed\xa0\x80\"}").on(streams),
		broken("json.utf8.short", saysRefused, "a character of UTF-8 that is cut short", "{\"action\":\"ping\",\"x\":\"\xd0\"}").on(streams),
		broken("json.utf8.high", saysRefused, "UTF-8 beyond U+10FFFF", "{\"action\":\"ping\",\"x\":\"\xf4\x90\x80\x80\"}").on(streams),
		broken("json.utf8.bom", saysJSON, "a byte order mark in front of an object", "\ufeff"+`{"action":"ping"}`),
		broken("json.twice", saysRefused, "a key that stands twice", `{"action":"ping","id":"a","id":"b"}`),
		broken("json.twice.inner", saysRefused, "a key that stands twice in an object inside", `{"action":"ping","x":{"a":1,"a":2}}`),
		broken("json.twice.escaped", saysRefused, "a key that stands twice, once with an escape", `{"action":"ping","x":{"a":1,"\u0061":2}}`),
		broken("json.nul.message", saysRefused, "a NUL character in a message", `{"action":"msg","to":"ann","message":"a\u0000b"}`),
		broken("json.nul.id", saysRefused, "a NUL character in an `id`", `{"action":"ping","id":"a\u0000b"}`),
		broken("json.nul.to", saysRefused, "a NUL character in `to`", `{"action":"msg","to":"an\u0000n","message":"hi"}`),
		rule("json.depth.over", saysRefused, "an object nested deeper than the limit is answered 400, and the connection goes on", func(t *T) {
			c, depth := t.comeWithLimit("ann", "depth")
			text := `{"action":"ping","x":` + strings.Repeat("[", depth) + strings.Repeat("]", depth) + `}`
			c.send(text)
			c.code(c.answer(text, ""), 400)
			c.goesOn()
		}).on(objects),
		rule("json.depth.full", "nesting deeper than 32", "an object nested as deep as the limit is understood", func(t *T) {
			c, depth := t.comeWithLimit("ann", "depth")
			text := `{"action":"ping","id":"k","x":` + strings.Repeat("[", depth-1) + strings.Repeat("]", depth-1) + `}`
			c.send(text)
			c.want(c.answer(text, "k"), "response", 200, "id", "k")
		}).on(objects),
	)
}

// accepted is what must be understood.
func accepted() []*serverCheck {
	return in(OnTheWire, onJIM2,
		fine("json.white", saysJSON, "all white space of JSON may stand between tokens", "{ \"action\" :\t\"ping\" ,\r\n \"id\" : \"k\"\r\n}"),
		fine("json.around", "accepts any white space, or none, between those it gets", "white space may stand around an object", " \t\r\n "+`{"action":"ping","id":"k"}`+" \r\n "),
		fine("json.order", saysOrder, "the members may come in any order", `{"id":"k","x":1,"action":"ping"}`),
		fine("json.escapes", saysJSON, "escapes in names and texts mean the characters they stand for", `{"\u0061ction":"p\u0069ng","id":"\u006b"}`),
		fine("json.unknown.text", saysUnknown, "a member nobody knows is ignored", `{"action":"ping","id":"k","colour":"blue"}`),
		fine("json.unknown.object", saysUnknown, "an object in a member nobody knows is ignored", `{"action":"ping","id":"k","x":{"action":"quit","y":[1,{"id":"no"}]}}`),
		fine("json.unknown.number", saysUnknown, "a number that nobody looks at may have any size", `{"action":"ping","id":"k","x":1e999,"y":123456789012345678901234567890}`),
		fine("json.unknown.case", saysUnknown, "a name in capital letters is another name", `{"action":"ping","id":"k","ID":7,"Action":"quit"}`),
		fine("json.unknown.bracket", saysJSON, "brackets in a text mean nothing", `{"action":"ping","id":"k","x":"}{]["}`),
		fine("json.unknown.quote", saysJSON, "an escaped quote does not end a text", `{"action":"ping","id":"k","x":"\"}\\"}`),
		fine("json.time.text", saysTime, "`time` may be a text", `{"action":"ping","id":"k","time":"yesterday"}`),
		fine("json.time.null", saysTime, "`time` may be null", `{"action":"ping","id":"k","time":null}`),
		fine("json.time.future", saysTime, "`time` may be wrong", `{"action":"ping","id":"k","time":99999999999}`),
		fine("json.max", saysUnknown, "U+FFFF may stand in a text", `{"action":"ping","id":"k","x":"`+"\uffff"+`"}`),
	)
}

// wholes are about numbers that mean something.
func wholes() (list []*serverCheck) {
	for _, n := range []struct{ id, what, number string }{
		{"fraction", "a `seq` with a fraction", "1.5"},
		{"negative", "a negative `seq`", "-1"},
		{"exponent", "a `seq` with an exponent", "1e3"},
		{"large", "a `seq` of 2^53", "9007199254740992"},
	} {
		text := `{"action":"read","id":"k","to":"ann","seq":` + n.number + `}`
		list = append(list, broken("json.whole."+n.id, "| `seq` of 1.5, -1, 1e3, or 2^53 | 400 | goes on |", n.what, text))
	}
	list = in(Errors, onJIM2, list...)
	return append(list, in(OnTheWire, onJIM2,
		rule("json.whole.largest", saysWhole, "2^53-1 is a number like any other", func(t *T) {
			c, room := t.comeWithRoom("ann")
			c.want(c.ask("history", "to", room, "before", 1<<53-1), "response", 200)
		}))...)
}
