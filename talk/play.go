package talk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"jim/chat"
	"jim/wire"
)

// Patience is how long an expectation waits. Where a server is right, nobody waits.
const Patience = 10 * time.Second

// Play plays a script against a server of its own, over one of [Transports]. The
// error of a script that went wrong shows the line, what was expected, and all
// that was said. The server has ended when Play returns.
func Play(s *Script, transport, folder string) error {
	h, err := Open(transport, folder, chat.Options{
		Server: "jim test", Guests: cmp.Or(s.Guests, chat.Local), Register: cmp.Or(s.Register, chat.Local), NoLimits: true, OperatorUID: -1,
	})
	if err != nil {
		return err
	}
	p := &player{house: h, transport: transport, raw: s.Datagrams, actors: map[string]*actor{}, known: words{}, log: &log{}}
	err = p.play(s)
	for _, name := range slices.Sorted(maps.Keys(p.actors)) {
		p.actors[name].line.close()
	}
	if e := h.Close(); err == nil {
		err = e
	}
	if e := p.bench.err(); err == nil && e != nil {
		err = fmt.Errorf("%s over %s: %w\n\nall that was said:\n    %s", s.Name, transport, e, strings.Join(p.log.all(), "\n    "))
	}
	return err
}

// player plays one script.
type player struct {
	house     *House
	transport string
	raw       bool // everything that a client does is in the script
	actors    map[string]*actor
	known     words
	log       *log
	bench     bench
}

// actor is one connection of a script.
type actor struct {
	name  string
	v1    bool // it speaks JIM/1
	spoke bool
	line  line
	inbox *inbox
	login map[string]any // user of presence, as it was sent last; nil = none
	pings int
}

func (p *player) play(s *Script) error {
	for _, step := range s.Steps {
		err := p.step(step)
		if err != nil {
			return fmt.Errorf("%s over %s, line %d:\n    %s\n%w\n\nall that was said:\n    %s",
				s.Name, p.transport, step.Line, step.Text, err, strings.Join(p.log.all(), "\n    "))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.actors)) {
		if err := p.end(p.actors[name]); err != nil {
			return fmt.Errorf("%s over %s, at the end:\n%s: %w\n\nall that was said:\n    %s",
				s.Name, p.transport, name, err, strings.Join(p.log.all(), "\n    "))
		}
	}
	return nil
}

// end checks that an actor was told nothing that the script does not name.
func (p *player) end(a *actor) error {
	if a.inbox.isOver() {
		if left := a.inbox.left(); left != "" {
			return fmt.Errorf("also got %s", left)
		}
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	return a.hearsNothing(ctx)
}

func (p *player) step(step Step) error {
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	if step.Verb == Restarts {
		p.log.add("the server restarts", nil)
		return p.house.Restart()
	}
	if step.Verb == Connects || step.Verb == Comes || step.Verb == OpensTerminal {
		a, err := p.open(ctx, step.Actor, step.Verb == OpensTerminal)
		if err != nil || step.Verb != Comes {
			return err
		}
		a.login = map[string]any{"account_name": a.name}
		return a.present(ctx, nil)
	}
	a := p.actors[step.Actor]
	if a == nil {
		return fmt.Errorf("%s has not connected", step.Actor)
	}
	switch step.Verb {
	case Sends, SendsExactly:
		return a.say(ctx, p.known.fill(step.Say), step.Verb == Sends)
	case Gets:
		if a.inbox.lossy && isPassing(step.JSON) {
			return nil
		}
		return a.inbox.take(ctx, p.limited(step.JSON), p.known)
	case HearsNothing:
		return a.hearsNothing(ctx)
	case IsCutOff:
		a.inbox.deafen()
		a.line.close()
		return nil
	case IsGone:
		return a.isGone(ctx)
	case Returns:
		return p.again(ctx, a, step.JSON)
	}
	return fmt.Errorf("nobody knows how to do this")
}

// open connects an actor, who must not be connected.
func (p *player) open(ctx context.Context, name string, terminal bool) (*actor, error) {
	if old := p.actors[name]; old != nil {
		if !old.inbox.isOver() {
			return nil, fmt.Errorf("%s is connected", name)
		}
		old.line.close()
		if left := old.inbox.left(); left != "" {
			return nil, fmt.Errorf("before that, %s got %s", name, left)
		}
	}
	in := newInbox(p.log, p.transport == "http" || p.transport == "lossy")
	in.lines = terminal
	in.lossy = p.transport == "lossy"
	if datagrams := p.transport == "udp" || in.lossy; !terminal && p.transport != "http" {
		in.watcher = p.bench.watch(name, datagrams || p.transport == "ws", datagrams)
	}
	l, err := p.house.dial(ctx, p.transport, name, in)
	if err != nil {
		return nil, err
	}
	a := &actor{name: name, line: l, inbox: in}
	if d, ok := l.(*datagrams); ok {
		d.raw = p.raw
	}
	p.actors[name] = a
	if word := "$owner"; p.known[word] == nil {
		invite, err := p.house.OwnerInvite()
		p.known[word] = invite
		return a, err
	}
	return a, nil
}

// again connects an actor who was here, and logs in as before.
func (p *player) again(ctx context.Context, old *actor, since any) error {
	old.line.close()
	a, err := p.open(ctx, old.name, false)
	if err != nil {
		return err
	}
	if a.login = old.login; a.login == nil {
		return fmt.Errorf("%s has never said who that is", a.name)
	}
	return a.present(ctx, since)
}

// busy is how often a guest tries again whose old connection the server has not
// yet seen end.
const busy = 20 * time.Millisecond

// present logs in and takes the 200.
func (a *actor) present(ctx context.Context, since any) error {
	request := map[string]any{"action": "presence", "jim": 2, "user": a.login}
	if since != nil {
		request["since"] = since
	}
	for {
		if err := a.say(ctx, encoded(request), true); err != nil {
			return err
		}
		answer, err := a.inbox.first(ctx)
		switch code := answer["response"]; {
		case err != nil:
			return err
		case code == 200.0:
			return nil
		case code != 409.0:
			return fmt.Errorf("presence was answered %s", encode(answer))
		}
		select {
		case <-ctx.Done():
			return errors.New("the name stays taken")
		case <-time.After(busy):
		}
	}
}

// say sends text, and learns from it who the actor is.
func (a *actor) say(ctx context.Context, text []byte, whole bool) error {
	a.inbox.log.add(a.name+"> ", text)
	var request struct {
		Action string         `json:"action"`
		JIM    float64        `json:"jim"`
		User   map[string]any `json:"user"`
	}
	ok := json.Unmarshal(text, &request) == nil
	if ok && !a.spoke && request.Action != "" {
		a.spoke, a.v1 = true, request.JIM < 2
	}
	if ok && request.User["account_name"] != nil {
		switch request.Action {
		case "presence", "authenticate", "register":
			a.login = map[string]any{"account_name": request.User["account_name"]}
			for _, secret := range []string{"password", "token"} {
				if value, ok := request.User[secret]; ok {
					a.login[secret] = value
				}
			}
		}
	}
	return a.line.send(ctx, text, whole)
}

func (a *actor) hearsNothing(ctx context.Context) error {
	if a.inbox.lines {
		return a.readsNothing(ctx)
	}
	a.pings++
	id := fmt.Sprintf("barrier %d", a.pings)
	ping, answer := map[string]any{"action": "ping", "jim": 2, "id": id}, map[string]any{"response": 200.0, "id": id}
	if a.v1 {
		delete(ping, "jim")
		delete(answer, "id")
	}
	if err := a.say(ctx, encoded(ping), true); err != nil {
		return err
	}
	if err := a.inbox.take(ctx, answer, nil); err != nil {
		return err
	}
	if left := a.inbox.left(); left != "" {
		return fmt.Errorf("got %s", left)
	}
	return nil
}

// readsNothing asks for what is said the same in every language.
func (a *actor) readsNothing(ctx context.Context) error {
	if err := a.say(ctx, []byte("/lang"), true); err != nil {
		return err
	}
	if err := a.inbox.take(ctx, "/lang en · /lang ru · /lang zh", nil); err != nil {
		return err
	}
	if left := a.inbox.left(); left != "" {
		return fmt.Errorf("got %s", left)
	}
	return nil
}

func (a *actor) isGone(ctx context.Context) error {
	if err := a.inbox.ended(ctx); err != nil {
		return fmt.Errorf("%s is still here: %w", a.name, err)
	}
	if left := a.inbox.left(); left != "" {
		return fmt.Errorf("before that, %s got %s", a.name, left)
	}
	return nil
}

// limited is what is expected with the limits of the transport: scripts name those of a stream.
func (p *player) limited(want any) any {
	object, ok := want.(map[string]any)
	if !ok || object["limits"] == nil || p.transport != "udp" && p.transport != "lossy" {
		return want
	}
	object = maps.Clone(object)
	limits, err := json.Marshal(wire.UDP)
	if err == nil {
		var members any
		err = json.Unmarshal(limits, &members)
		object["limits"] = members
	}
	if err != nil {
		panic("talk: limits that are no JSON: " + err.Error())
	}
	return object
}
