package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"jim/client"
	"jim/wire"
)

// chatCommand is something typed that begins with a slash.
type chatCommand struct {
	usage string // its name first
	help  phrase
	run   func(ch *chatting, ctx context.Context, args string) error
}

func (c *chatCommand) name() string { name, _, _ := strings.Cut(c.usage, " "); return name }

// errUsage is a command that was not typed as it should be.
var errUsage = errors.New("usage")

// chatCommands lists the commands in the order of /help.
func chatCommands() []chatCommand {
	return []chatCommand{
		{"/join #room", phrase{"go into a room, which makes it if it is not there", "войти в комнату (или создать её)", "进入房间，没有则创建"}, (*chatting).join},
		{"/msg person [text]", phrase{"say something to a person; without text, talk with that person", "написать человеку; без текста — перейти к разговору с ним", "给某人发私信；不写内容则与其对话"}, (*chatting).message},
		{"/who", phrase{"tell who is here", "кто здесь", "查看谁在这里"}, (*chatting).who},
		{"/history [n]", phrase{"show the last n lines", "показать последние n строк", "显示最近 n 条消息"}, (*chatting).history},
		{"/topic [text]", phrase{"show or set what the room is about", "показать или задать тему комнаты", "查看或设置房间主题"}, (*chatting).topic},
		{"/rooms", phrase{"list your conversations and the rooms", "список разговоров и комнат", "列出你的会话和房间"}, (*chatting).rooms},
		{"/leave", phrase{"leave the room", "выйти из комнаты", "离开房间"}, (*chatting).leave},
		{"/register [invitation]", phrase{"make your name yours, with a password", "закрепить имя за собой паролем", "用密码注册你的名字"}, (*chatting).register},
		{"/passwd", phrase{"change your password", "сменить пароль", "更改密码"}, (*chatting).passwd},
		{"/nick", phrase{"why a name cannot be changed", "почему имя нельзя сменить", "为什么不能改名"}, (*chatting).nick},
		{"/help", phrase{"this list", "этот список", "显示本列表"}, (*chatting).help},
		{"/quit", phrase{"leave; so do Ctrl-C and Ctrl-D", "выход; также Ctrl-C и Ctrl-D", "退出；也可按 Ctrl-C 或 Ctrl-D"}, nil},
	}
}

// do sends a line, or runs the command that it is.
func (ch *chatting) do(ctx context.Context, line string) {
	text, escaped := strings.CutPrefix(line, "//")
	if escaped {
		text = "/" + text
	}
	if escaped || !strings.HasPrefix(line, "/") {
		ch.mu.Lock()
		here := ch.here
		ch.mu.Unlock()
		if here == "" {
			ch.note(sayNowhere)
			return
		}
		ch.say(ctx, here, text)
		return
	}
	name, args, _ := strings.Cut(strings.TrimSpace(line), " ")
	commands := chatCommands()
	i := slices.IndexFunc(commands, func(c chatCommand) bool { return c.name() == strings.ToLower(name) })
	if i < 0 {
		ch.unknown(commands, name)
		return
	}
	if commands[i].run == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, askPatience)
	defer cancel()
	switch err := commands[i].run(ch, ctx, strings.TrimSpace(args)); {
	case errors.Is(err, errUsage):
		ch.note(sayUsage, commands[i].usage)
	case err != nil:
		ch.failed(err)
	}
}

// unknown tells what somebody may have meant.
func (ch *chatting) unknown(commands []chatCommand, name string) {
	best, guess := 3, ""
	for _, c := range commands {
		if d := distance(strings.ToLower(name), c.name()); d < best || strings.HasPrefix(c.name(), strings.ToLower(name)) && len(name) > 2 {
			best, guess = d, c.name()
		}
	}
	if guess == "" {
		ch.note(sayUnknown, visibleLine(name))
		return
	}
	ch.note(sayDidYou, visibleLine(name), guess)
}

// distance is how many letters must be changed, put in or left out to make b of a
// (Levenshtein).
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		diagonal := row[0]
		row[0] = i + 1
		for j := range y {
			change := diagonal
			if x[i] != y[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(y)]
}

// failed tells why a command did nothing.
func (ch *chatting) failed(err error) {
	switch {
	case errors.Is(err, errNoSecret):
		ch.note(saySecretNo)
	case errors.Is(err, errNoTerminal):
		ch.note(sayNoTTY)
	case errors.Is(err, client.ErrClosed):
	default:
		ch.note(sayFailed, err)
	}
}

func (ch *chatting) join(ctx context.Context, to string) error {
	if to == "" || strings.ContainsAny(to, " \t") {
		return errUsage
	}
	if !wire.IsRoom(to) {
		to = "#" + to
	}
	return ch.enter(ctx, to)
}

func (ch *chatting) message(ctx context.Context, args string) error {
	to, text, _ := strings.Cut(args, " ")
	to = strings.TrimSuffix(to, ":")
	if to == "" {
		return errUsage
	}
	if text = strings.TrimSpace(text); text == "" {
		return ch.enter(ctx, to)
	}
	ch.say(ctx, to, text)
	return nil
}

func (ch *chatting) history(ctx context.Context, args string) error {
	lines := 50
	if args != "" {
		n, err := strconv.Atoi(args)
		if err != nil || n < 1 {
			return errUsage
		}
		lines = min(n, wire.JIM2.Page)
	}
	here, err := ch.where()
	if err != nil {
		return err
	}
	return ch.past(ctx, here, lines)
}

func (ch *chatting) topic(ctx context.Context, text string) error {
	here, err := ch.where()
	if err != nil {
		return err
	}
	q := wire.Request{Action: wire.ActTopic, To: here}
	if text != "" {
		q.Topic = &text
	}
	r, err := ch.jim.Do(ctx, q)
	switch {
	case err != nil || text != "":
	case r.Topic == nil || *r.Topic == "":
		ch.note(sayNoTopic)
	default:
		ch.note(sayTopicIs, visibleLine(*r.Topic))
	}
	return err
}

func (ch *chatting) leave(ctx context.Context, _ string) error {
	here, err := ch.where()
	if err != nil {
		return err
	}
	if wire.IsRoom(here) {
		ch.markRead()
		if _, err := ch.jim.Do(ctx, wire.Request{Action: wire.ActLeave, To: here}); err != nil {
			return err
		}
	}
	ch.mu.Lock()
	ch.here = ""
	ch.mu.Unlock()
	ch.getFace().prompt("")
	ch.note(sayNowhere)
	return nil
}

// where is the conversation that commands are about.
func (ch *chatting) where() (string, error) {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	if ch.here == "" {
		return "", errors.New(sayNowhere.in(ch.lang))
	}
	return ch.here, nil
}

func (ch *chatting) nick(context.Context, string) error {
	ch.note(sayNick)
	return nil
}

func (ch *chatting) help(context.Context, string) error {
	var b strings.Builder
	for _, c := range chatCommands() {
		fmt.Fprintf(&b, "%-24s%s\n", c.usage, c.help.in(ch.lang))
	}
	ch.getFace().note(b.String() + sayHelpMore.in(ch.lang))
	return nil
}

// choices are what the word before the cursor may become.
func (ch *chatting) choices(word string, first bool) (choices []string) {
	if word == "" {
		return nil
	}
	lower := strings.ToLower(word)
	if first && strings.HasPrefix(word, "/") {
		for _, c := range chatCommands() {
			if strings.HasPrefix(c.name(), lower) {
				choices = append(choices, c.name())
			}
		}
		return choices
	}
	ch.mu.Lock()
	defer ch.mu.Unlock()
	for key, name := range ch.people {
		if strings.HasPrefix(key, lower) {
			choices = append(choices, name)
		}
	}
	slices.Sort(choices)
	return choices
}
