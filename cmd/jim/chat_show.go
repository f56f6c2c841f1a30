package main

import (
	"context"
	"fmt"
	"strings"

	"jim/client"
	"jim/wire"
)

// pageShown is how many lines are shown on coming into a conversation.
const pageShown = 20

// welcome shows who one is and what waits, and opens the first conversation.
func (ch *chatting) welcome(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, askPatience)
	defer cancel()
	ch.note(sayYouAre, visibleLine(ch.jim.Name()), visibleLine(ch.jim.Address()))
	if u := ch.jim.Welcome().User; u != nil && u.Guest {
		ch.note(sayGuest)
	}
	ch.note(sayChatHelp)
	ch.unread(ctx)
	if err := ch.enter(ctx, ch.room); err != nil {
		ch.failed(err)
	}
}

// unread tells in which conversations something was said that was not read.
func (ch *chatting) unread(ctx context.Context) {
	r, err := ch.jim.Do(ctx, wire.Request{Action: wire.ActRooms})
	if err != nil {
		return // it is only news
	}
	var waiting []string
	for _, room := range r.Rooms {
		if room.Member && room.Seq > room.Read && !client.Same(room.Name, ch.room) {
			waiting = append(waiting, fmt.Sprintf("%s (%d)", visibleLine(room.Name), room.Seq-room.Read))
		}
	}
	if len(waiting) > 0 {
		ch.note(sayUnread, strings.Join(waiting, ", "))
	}
}

// enter makes to the conversation that lines go to, and shows the end of what was said in it.
func (ch *chatting) enter(ctx context.Context, to string) error {
	q := wire.Request{Action: wire.ActWhois, To: to}
	if wire.IsRoom(to) {
		q.Action = wire.ActJoin
	}
	r, err := ch.jim.Do(ctx, q)
	if err != nil {
		return err
	}
	if r.To != "" {
		to = r.To
	}
	ch.markRead()
	header := fmt.Sprintf(sayHere.in(ch.lang), visibleLine(to))
	if r.Topic != nil && *r.Topic != "" {
		header += " " + fmt.Sprintf(sayTopicIs.in(ch.lang), visibleLine(*r.Topic))
	}
	ch.mu.Lock()
	ch.here, ch.day = to, ""
	ch.mu.Unlock()
	face := ch.getFace()
	face.note(header)
	face.prompt(to)
	return ch.past(ctx, to, pageShown)
}

// past shows the last lines of a conversation.
func (ch *chatting) past(ctx context.Context, to string, lines int) error {
	r, err := ch.jim.Do(ctx, wire.Request{Action: wire.ActHistory, To: to, Limit: lines})
	if err != nil {
		return err
	}
	if r.More && lines == pageShown {
		ch.note(sayEarlier)
	}
	for i := range r.Events {
		ch.print(&r.Events[i], to)
	}
	ch.seen(to, r.Seq)
	return nil
}

// seen notes that a conversation is shown up to seq, and tells whether that is new.
func (ch *chatting) seen(to string, seq uint64) bool {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	key := strings.ToLower(to)
	if seq <= ch.shown[key] {
		return false
	}
	ch.shown[key] = seq
	select {
	case ch.news <- struct{}{}:
	default:
	}
	return true
}

// setBack notes that a conversation has come to seq only, and says so.
func (ch *chatting) setBack(to string, seq uint64) {
	ch.mu.Lock()
	ch.shown[strings.ToLower(to)] = seq
	ch.mu.Unlock()
	if ch.isHere(to) {
		ch.note(saySetBack, visibleLine(to))
	}
}

// hear shows what the server tells.
func (ch *chatting) hear(e *wire.Event) {
	to := ch.jim.Conversation(e)
	switch e.Action {
	case wire.ActMsg, wire.ActCreate, wire.ActJoin, wire.ActLeave, wire.ActTopic:
		if e.Seq == 0 || ch.seen(to, e.Seq) {
			ch.print(e, to)
		}
	case wire.ActBehind:
		if ch.seen(to, e.Seq) && ch.isHere(to) {
			ch.note(sayMissing, visibleLine(to))
		}
	case client.Reset:
		ch.setBack(to, e.Seq)
	case wire.ActPresence:
		if e.User != nil && ch.isHere(e.User.Name) {
			ch.note(sayPresent, visibleLine(e.User.Name), visibleLine(e.User.Status))
		}
	}
}

func (ch *chatting) isHere(to string) bool {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	return client.Same(ch.here, to)
}

// print shows an event of a conversation, after the day if that is another one.
func (ch *chatting) print(e *wire.Event, to string) {
	at := e.Time.Time().Local()
	ch.mu.Lock()
	face, here := ch.face, client.Same(ch.here, to)
	newDay := ""
	if day := at.Format("2006-01-02"); day != ch.day && e.Time != 0 {
		ch.day, newDay = day, day
	}
	ch.meet(e.From)
	ch.mu.Unlock()
	if newDay != "" {
		face.show(face.style().dim("── " + newDay + " ──"))
	}
	face.show(face.style().dim(at.Format("15:04")) + " " + ch.line(face.style(), e, to, here))
}

// line is an event in words. Of a conversation that is not the one at hand, it says which.
func (ch *chatting) line(s style, e *wire.Event, to string, here bool) string {
	who, room := visibleLine(e.From), visibleLine(to)
	in := func(p phrase, args ...any) string { return s.dim(fmt.Sprintf(p.in(ch.lang), args...)) }
	switch e.Action {
	case wire.ActJoin:
		return in(sayCame, who, room)
	case wire.ActLeave:
		return in(sayWent, who, room)
	case wire.ActCreate:
		return in(sayMade, who, room)
	case wire.ActTopic:
		topic := ""
		if e.Topic != nil {
			topic = visibleLine(*e.Topic)
		}
		return in(saySetTopic, who, room, topic)
	}
	text := s.name(e.From) + ": " + visible(e.Message, "\n      ")
	switch {
	case here:
		return text
	case wire.IsRoom(to):
		return s.bold(room) + " " + text
	case client.Same(e.From, to):
		return s.bold(sayDirect.in(ch.lang)) + " " + text
	}
	return s.bold(sayDirect.in(ch.lang)) + " " + s.name(e.From) + " → " + s.name(to) + ": " + visible(e.Message, "\n      ")
}

// meet remembers a name, to complete it. The caller holds mu.
func (ch *chatting) meet(name string) {
	const most = 1000
	if name != "" && len(ch.people) < most {
		ch.people[strings.ToLower(name)] = name
	}
}

// markRead tells the server how far the conversation at hand was read. It is a courtesy
// to the other devices: nobody waits long for it.
func (ch *chatting) markRead() {
	ch.mu.Lock()
	to, seq, lost := ch.here, ch.shown[strings.ToLower(ch.here)], ch.lost
	ch.mu.Unlock()
	if to == "" || seq == 0 || lost {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), leavePatience/2)
	defer cancel()
	_, _ = ch.jim.Do(ctx, wire.Request{Action: wire.ActRead, To: to, Seq: seq})
}
