package lines

import (
	"strconv"
	"strings"
	"unicode"

	"jim/wire"
)

// typedCommand is what somebody can type after a slash.
type typedCommand struct {
	usage  string // its name first
	help   phrase
	anyone bool // also before it is known who types
	// run returns the request that the command is; nil = it was not typed as it
	// should be. The caller holds mu.
	run func(c *Conn, args string) []byte
}

func (t *typedCommand) name() string { name, _, _ := strings.Cut(t.usage, " "); return name }

// placeholders are what stands in a usage for what is typed there.
var placeholders = map[string]phrase{
	"NAME":       {"NAME", "ИМЯ", "名字"},
	"#ROOM":      {"#ROOM", "#КОМНАТА", "#房间"},
	"TEXT":       {"TEXT", "ТЕКСТ", "内容"},
	"INVITATION": {"INVITATION", "ПРИГЛАШЕНИЕ", "邀请码"},
	"N":          {"N", "N", "N"},
}

// usageIn is the usage with its placeholders in a language; the command itself is one in all.
func (t *typedCommand) usageIn(l lang) string {
	words := strings.Split(t.usage, " ")
	for i, w := range words {
		bare := strings.Trim(w, "[]")
		if p, ok := placeholders[bare]; ok {
			words[i] = strings.Replace(w, bare, p.in(l), 1)
		}
	}
	return strings.Join(words, " ")
}

// columns is how wide a terminal shows a usage: Chinese letters take two columns.
func columns(text string) (n int) {
	for _, r := range text {
		if n++; unicode.Is(unicode.Han, r) {
			n++
		}
	}
	return n
}

// typedCommands lists the commands in the order of /help.
func typedCommands() []typedCommand {
	return []typedCommand{
		{"/nick NAME", phrase{"say who you are", "сказать, кто вы", "告诉大家你是谁"}, true, (*Conn).nick},
		{"/login NAME", phrase{"the same with a password, which is asked for", "то же с паролем, он будет спрошен", "同上，并询问密码"}, true, (*Conn).login},
		{"/register NAME [INVITATION]", phrase{"make a name yours, with a password", "закрепить имя за собой паролем", "用密码注册名字"}, true, (*Conn).register},
		{"/join #ROOM", phrase{"go into a room; what you type is then said there", "войти в комнату: то, что вы пишете, говорится там", "进入房间，之后输入的内容会发到那里"}, false, (*Conn).join},
		{"/leave", phrase{"leave the room", "выйти из комнаты", "离开房间"}, false, (*Conn).leave},
		{"/msg NAME [TEXT]", phrase{"say something to a person; without text, talk with that person", "написать человеку; без текста — говорить с ним", "给某人发私信；不写内容则与其对话"}, false, (*Conn).message},
		{"/who", phrase{"tell who is here", "кто здесь", "查看谁在这里"}, false, (*Conn).who},
		{"/history [N]", phrase{"show the last N lines", "показать последние N строк", "显示最近 N 条消息"}, false, (*Conn).history},
		{"/topic [TEXT]", phrase{"show or set what the room is about", "показать или задать тему комнаты", "查看或设置房间主题"}, false, (*Conn).topic},
		{"/rooms", phrase{"list your conversations and the rooms", "список разговоров и комнат", "列出你的会话和房间"}, false, (*Conn).rooms},
		{"/lang en|ru|zh", phrase{"choose the language", "выбрать язык", "选择语言"}, true, (*Conn).language},
		{"/help", phrase{"this list", "этот список", "显示本列表"}, true, (*Conn).help},
		{"/quit", phrase{"leave", "уйти", "退出"}, true, (*Conn).quit},
	}
}

// run runs a typed command.
func (c *Conn) run(text string) []byte {
	name, args, _ := strings.Cut(strings.TrimSpace(text), " ")
	for _, t := range typedCommands() {
		if t.name() != strings.ToLower(name) {
			continue
		}
		c.greeted = true
		if !t.anyone && c.me == "" {
			return c.tell(sayWhoFirst.in(c.lang))
		}
		if request := t.run(c, strings.TrimSpace(args)); request != nil {
			return request
		}
		return c.tell(sayUsage.in(c.lang, t.usageIn(c.lang)))
	}
	words := sayUnknown.in(c.lang, short(name))
	if !c.greeted {
		words = c.greeting() + "\n" + words
	}
	return c.tell(words)
}

// word is args where that is one word, or "".
func word(args string) string {
	if strings.ContainsAny(args, " \t") {
		return ""
	}
	return args
}

func (c *Conn) nick(args string) []byte {
	name := word(args)
	switch {
	case name == "":
		return nil
	case c.me != "":
		return c.tell(sayYouAre.in(c.lang, seen(c.me)))
	}
	return c.ask(command{about: name, answer: (*Conn).entered, errors: true},
		wire.ActPresence, "user", `{"account_name":`+quoted(name)+`}`)
}

func (c *Conn) login(args string) []byte {
	name := word(args)
	switch {
	case name == "":
		return nil
	case c.me != "":
		return c.tell(sayYouAre.in(c.lang, seen(c.me)))
	}
	return c.askSecret(secret{what: (*Conn).loginWith, name: name})
}

func (c *Conn) register(args string) []byte {
	name, invite, _ := strings.Cut(args, " ")
	if name == "" || invite != word(invite) {
		return nil
	}
	return c.askSecret(secret{what: (*Conn).registerWith, name: name, invite: invite})
}

// room is the address of a room, whose # need not be typed.
func room(args string) string {
	name := word(args)
	if name != "" && !wire.IsRoom(name) {
		name = "#" + name
	}
	return name
}

func (c *Conn) join(args string) []byte {
	to := room(args)
	if to == "" {
		return nil
	}
	return c.ask(command{answer: (*Conn).joined}, wire.ActJoin, "to", quoted(to))
}

func (c *Conn) leave(args string) []byte {
	to := c.here
	if args != "" {
		to = room(args)
	}
	switch {
	case to == "":
		return c.tell(sayNoRoomHere.in(c.lang))
	case !wire.IsRoom(to): // a conversation of two has no end
		c.here = ""
		return c.tell(sayLeft.in(c.lang, seen(to)))
	}
	return c.ask(command{answer: (*Conn).left, leaves: true}, wire.ActLeave, "to", quoted(to))
}

func (c *Conn) message(args string) []byte {
	to, text, _ := strings.Cut(args, " ")
	text = strings.TrimSpace(text)
	switch {
	case to == "":
		return nil
	case text != "":
		return c.utter(to, text)
	case wire.IsRoom(to):
		return c.join(to)
	}
	return c.ask(command{answer: (*Conn).turned}, wire.ActWhois, "to", quoted(to))
}

func (c *Conn) who(string) []byte {
	switch {
	case c.here == "":
		return c.tell(sayNoRoomHere.in(c.lang))
	case !wire.IsRoom(c.here):
		return c.ask(command{answer: (*Conn).listOne}, wire.ActWhois, "to", quoted(c.here))
	}
	return c.ask(command{answer: (*Conn).listMembers}, wire.ActMembers, "to", quoted(c.here))
}

// historyLines is how many lines /history shows when no number is given.
const historyLines = 20

func (c *Conn) history(args string) []byte {
	n := historyLines
	if args != "" {
		var err error
		if n, err = strconv.Atoi(args); err != nil || n < 1 {
			return nil
		}
	}
	if c.here == "" {
		return c.tell(sayNoTalkHere.in(c.lang))
	}
	return c.ask(command{answer: (*Conn).listEvents},
		wire.ActHistory, "to", quoted(c.here), "limit", number(min(n, wire.JIM2.Page)))
}

func (c *Conn) topic(args string) []byte {
	switch {
	case !wire.IsRoom(c.here):
		return c.tell(sayNoRoomHere.in(c.lang))
	case args == "":
		return c.ask(command{answer: (*Conn).showTopic}, wire.ActTopic, "to", quoted(c.here))
	}
	return c.ask(command{answer: (*Conn).nothing}, wire.ActTopic, "to", quoted(c.here), "topic", quoted(args))
}

func (c *Conn) rooms(string) []byte {
	return c.ask(command{answer: (*Conn).listRooms}, wire.ActRooms)
}

// language chooses the language; without one it tells which there are, in words
// that are the same in each.
func (c *Conn) language(args string) []byte {
	if args == "" {
		return c.tell("/lang en · /lang ru · /lang zh")
	}
	for i, name := range langNames {
		if strings.EqualFold(args, name) {
			c.lang, c.chosen = lang(i), true
			return c.tell(sayLanguage.in(c.lang))
		}
	}
	return nil
}

func (c *Conn) help(string) []byte {
	var b strings.Builder
	for _, t := range typedCommands() {
		usage := t.usageIn(c.lang)
		b.WriteString(usage)
		for range max(1, 30-columns(usage)) {
			b.WriteByte(' ')
		}
		b.WriteString(t.help.in(c.lang))
		b.WriteByte('\n')
	}
	return c.tell(b.String() + sayHelpMore.in(c.lang))
}

func (c *Conn) quit(string) []byte {
	c.secret = secret{}
	return c.ask(command{answer: (*Conn).gone}, wire.ActQuit)
}
