package check

import (
	"strconv"

	"jim/wire"
)

// talk is a conversation as the connection has been told of it.
type strand struct {
	last     uint64 // the newest number told; 0 = none
	member   bool   // the client joined on this connection: everything is told to it
	replay   uint64 // a sync has named this number: what follows it comes, also again
	replayed bool   // replay is set
}

// said is something that the account has said: what it was, and the number it got.
type utterance struct {
	what  string
	place string // conversation and number
	seq   uint64 // 0 = not known yet
}

// talk is the conversation of an address.
func (j *Judge) talk(address string) *strand {
	key := foldedName(address)
	t := j.talks[key]
	if t != nil {
		return t
	}
	if j.talks == nil || len(j.talks) >= mostTalks {
		j.talks = map[string]*strand{} // what is not known is not judged
	}
	t = &strand{}
	j.talks[key] = t
	return t
}

// kept judges an event with a number.
func (j *Judge) kept(o fields) {
	seq, _ := o.number("seq")
	e := wire.Event{To: o.text("to"), From: o.text("from")}
	address := e.Conversation(j.me)
	t := j.talk(address)
	mine := foldedName(e.From) == foldedName(j.me)
	action := o.text("action")
	if seq == 0 {
		j.breaks("seq-back", "0")
		return
	}
	j.follow(t, address, seq)
	if mine && o.text("id") != "" && (action == wire.ActMsg || action == wire.ActTopic) {
		j.numbered(o.text("id"), foldedName(address), seq)
	}
	switch {
	case mine && (action == wire.ActJoin || action == wire.ActCreate):
		t.member = true
	case mine && action == wire.ActLeave:
		*t = strand{}
	}
}

// follow judges the number of an event after those that came before it.
func (j *Judge) follow(t *strand, address string, seq uint64) {
	complete := t.member || !wire.IsRoom(address)
	last := t.last
	replay, replayed := t.replay, t.replayed
	t.last = max(last, seq)
	if j.Datagrams {
		return
	}
	step := address + " " + strconv.FormatUint(last, 10) + " → " + strconv.FormatUint(seq, 10)
	switch {
	case replayed && (seq == replay+1 || seq <= replay):
		t.last, t.replayed = seq, false
	case replayed && last == 0:
		j.breaks("seq-gap", address+" "+strconv.FormatUint(replay, 10)+" → "+strconv.FormatUint(seq, 10))
		t.replayed = false
	case last == 0, seq == last+1:
	case seq == last:
		j.breaks("seq-twice", step)
	case seq < last:
		j.breaks("seq-back", step)
	case complete:
		j.breaks("seq-gap", step)
	}
}

// behind takes in that events up to a number were left out.
func (j *Judge) behind(o fields) {
	if !j.addresses(o) {
		return
	}
	seq, _ := o.number("seq")
	t := j.talk(o.text("to"))
	t.last = max(t.last, seq)
	t.replayed = t.replayed && t.replay > seq
}

// resumes notes what a sync or a presence says that the client has.
func (j *Judge) resumes(since fields) map[string]uint64 {
	named := map[string]uint64{}
	for name := range since {
		n, ok := since.number(name)
		if !ok {
			continue
		}
		t := j.talk(name)
		t.replay, t.replayed = n, true
		named[name] = n
	}
	return named
}

// acknowledged judges the number that something said got.
func (j *Judge) acknowledged(o fields, a *pending) {
	if seq, ok := o.number("seq"); ok && a.id != "" {
		j.numbered(a.id, foldedName(o.text("to")), seq)
	}
}

// numbered notes that what was said under an id has a number.
func (j *Judge) numbered(id, address string, seq uint64) {
	s := j.byID[id]
	if s.seq != 0 && s.seq != seq {
		j.breaks("ack-two-numbers", strconv.Quote(shortened(id))+": "+strconv.FormatUint(s.seq, 10)+", "+strconv.FormatUint(seq, 10))
		return
	}
	place := address + " " + strconv.FormatUint(seq, 10)
	if other := j.numbers[place]; other != "" && other != id {
		j.breaks("ack-shared-number", place+": "+strconv.Quote(shortened(other))+", "+strconv.Quote(shortened(id)))
		return
	}
	if j.numbers == nil {
		j.numbers = map[string]string{}
	}
	j.numbers[place] = id
	s.seq, s.place = seq, place
	j.remember(id, s)
}

// remember keeps what was said under an id, and forgets the oldest where there is too much.
func (j *Judge) remember(id string, s utterance) {
	if j.byID == nil {
		j.byID = map[string]utterance{}
	}
	if _, known := j.byID[id]; !known {
		j.ids = append(j.ids, id)
	}
	j.byID[id] = s
	if len(j.ids) > mostIDs {
		delete(j.numbers, j.byID[j.ids[0]].place)
		delete(j.byID, j.ids[0])
		j.ids = j.ids[1:]
	}
}
