package history_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"jim/history"
)

// E is short for the lists below.
type E = history.Entry

// kindsOf are the kinds of faults, each once.
func kindsOf(faults []history.Fault) string {
	var kinds []string
	for _, f := range faults {
		if !slices.Contains(kinds, f.Kind) {
			kinds = append(kinds, f.Kind)
		}
	}
	return strings.Join(kinds, " ")
}

func send(id string, more ...func(*E)) E {
	return with(E{Kind: history.Send, Client: "ann", Session: "1", To: "#a", ID: id, Action: "msg", Body: "b" + id}, more...)
}

func ack(id string, seq int64, more ...func(*E)) E {
	return with(E{Kind: history.Ack, Client: "ann", Session: "1", To: "#a", ID: id, Seq: seq}, more...)
}

func read(who, id string, seq int64, more ...func(*E)) E {
	return with(E{Kind: history.Read, Client: who, Session: "1", To: "#a", From: "ann", ID: id, Seq: seq, Action: "msg", Body: "b" + id}, more...)
}

func since(who string, seq int64) E {
	return E{Kind: history.Since, Client: who, Session: "1", To: "#a", Seq: seq}
}

func mark(kind history.Kind, who string, seq int64) E {
	return E{Kind: kind, Client: who, Session: "1", To: "#a", Seq: seq}
}

func with(e E, more ...func(*E)) E {
	for _, m := range more {
		m(&e)
	}
	return e
}

func edit(id string, of int64, body string) E {
	return send(id, func(e *E) { e.Action, e.Of, e.Body = history.Edit, of, body })
}

func readEdit(who, id string, seq, of int64, body string) E {
	return read(who, id, seq, func(e *E) { e.Action, e.Of, e.Body = history.Edit, of, body })
}

func readDelete(who, id string, seq, of int64) E {
	return read(who, id, seq, func(e *E) { e.Action, e.Of, e.Body = history.Delete, of, "" })
}

func state(who string, seq int64, body string) E {
	return E{Kind: history.State, Client: who, To: "#a", Seq: seq, Body: body}
}

func session(s string) func(*E) { return func(e *E) { e.Session = s } }
func body(s string) func(*E)    { return func(e *E) { e.Body = s } }
func to(s string) func(*E)      { return func(e *E) { e.To = s } }
func noID(e *E)                 { e.ID = "" }

// Small histories, most of them wrong, and what is wrong with them.
func TestCheckSmall(t *testing.T) {
	for _, c := range []struct {
		name, want string
		entries    []E
	}{
		{"nothing", "", nil},
		{"acknowledged, and a complete reader has nothing", "lost", []E{send("1"), ack("1", 1), mark(history.Complete, "bob", 0)}},
		{"acknowledged after the reader began", "", []E{send("1"), since("bob", 0), ack("1", 1), mark(history.Complete, "bob", 0)}},
		{"acknowledged while he read, up to what he claims", "lost", []E{send("1"), since("bob", 0), ack("1", 1), mark(history.Complete, "bob", 1)}},
		{"a claim of more than there is", "gap", []E{send("1"), since("bob", 0), read("bob", "1", 1), mark(history.Complete, "bob", 2)}},
		{"nobody claims to be complete", "", []E{send("1"), ack("1", 1), since("bob", 0)}},
		{"never acknowledged and not there", "", []E{send("1"), mark(history.Complete, "bob", 0)}},
		{"never acknowledged and there", "", []E{send("1"), read("bob", "1", 1)}},
		{"sent twice, there once", "", []E{send("1"), send("1", session("2")), read("bob", "1", 1), ack("1", 1)}},
		{"sent twice, there twice", "doubled", []E{send("1"), send("1", session("2")), read("bob", "1", 1), read("bob", "1", 2)}},
		{"told twice", "doubled", []E{send("1"), since("bob", 0), read("bob", "1", 1), read("bob", "1", 1)}},
		{"told what he had", "doubled", []E{send("1"), since("bob", 1), read("bob", "1", 1)}},
		{"told again because he asked", "", []E{send("1"), since("bob", 0), read("bob", "1", 1), since("bob", 0), read("bob", "1", 1)}},
		{"never sent", "phantom", []E{read("bob", "1", 1)}},
		{"sent elsewhere", "phantom", []E{send("1"), read("bob", "1", 1, to("#b"))}},
		{"another text than was sent", "phantom", []E{send("1"), read("bob", "1", 1, body("?"))}},
		{"acknowledged and never sent", "phantom", []E{ack("1", 1)}},
		{"refused and there", "phantom", []E{send("1"), with(send("1"), func(e *E) { e.Kind = history.Refuse }), read("bob", "1", 1)}},
		{"the second try refused", "", []E{send("1"), send("1"), with(send("1"), func(e *E) { e.Kind = history.Refuse }), read("bob", "1", 1)}},
		{"the id used for something else, which was refused", "", []E{
			send("1"), send("1", body("?")), ack("1", 1), with(send("1", body("?")), func(e *E) { e.Kind = history.Refuse }), read("bob", "1", 1),
		}},
		{"the id used for something else, which was kept", "phantom", []E{
			send("1"), send("1", body("?")), ack("1", 1), with(send("1", body("?")), func(e *E) { e.Kind = history.Refuse }), read("bob", "1", 1, body("?")),
		}},
		{"without id, once", "", []E{send("1", noID), read("bob", "1", 1, noID)}},
		{"without id, twice", "phantom", []E{send("1", noID), read("bob", "1", 1, noID), read("bob", "1", 2, noID)}},
		{"readers disagree", "disagree", []E{send("1"), read("bob", "1", 1), read("cid", "1", 1, body("?"))}},
		{"a number left out", "gap", []E{send("1"), send("2"), since("bob", 0), read("bob", "2", 2)}},
		{"an acknowledged number left out", "lost", []E{send("1"), ack("1", 1), send("2"), since("bob", 0), read("bob", "2", 2)}},
		{"left out, and he knows", "", []E{send("1"), ack("1", 1), send("2"), since("bob", 0), mark(history.Behind, "bob", 1), read("bob", "2", 2)}},
		{"left out more than he knows", "lost", []E{send("1"), send("2"), ack("2", 2), send("3"), since("bob", 0), mark(history.Behind, "bob", 1), read("bob", "3", 3)}},
		{"he knows, and claims to be complete", "lost", []E{send("1"), ack("1", 1), send("2"), since("bob", 0), mark(history.Behind, "bob", 1), read("bob", "2", 2), mark(history.Complete, "bob", 2)}},
		{"behind after it was complete", "", []E{
			send("1"), send("2"), send("3"), since("bob", 0), read("bob", "1", 1), mark(history.Complete, "bob", 1),
			mark(history.Behind, "bob", 2), ack("2", 2), read("bob", "3", 3),
		}},
		{"what it claims to have comes later", "reordered", []E{send("1"), since("bob", 0), mark(history.Complete, "bob", 1), read("bob", "1", 1)}},
		{"out of order", "reordered", []E{send("1"), send("2"), since("bob", 0), read("bob", "2", 2), read("bob", "1", 1)}},
		{"backwards from the first", "reordered", []E{send("1"), send("2"), read("bob", "2", 2), read("bob", "1", 1)}},
		{"filled", "", []E{send("1"), send("2"), send("3"), read("bob", "3", 3), mark(history.Fill, "bob", 0), read("bob", "1", 1), read("bob", "2", 2)}},
		{"filled with what is there", "doubled", []E{send("1"), send("2"), read("bob", "2", 2), mark(history.Fill, "bob", 0), read("bob", "1", 1), read("bob", "2", 2)}},
		{"filled with what came before a loss", "", []E{
			send("1"), send("2"), send("3"), read("bob", "1", 1), mark(history.Behind, "bob", 2), read("bob", "3", 3), mark(history.Fill, "bob", 0),
			read("bob", "1", 1), read("bob", "2", 2),
		}},
		{"filled with what came after a loss", "doubled", []E{
			send("1"), send("2"), send("3"), read("bob", "1", 1), mark(history.Behind, "bob", 2), read("bob", "3", 3), mark(history.Fill, "bob", 0),
			read("bob", "1", 1), read("bob", "2", 2), read("bob", "3", 3),
		}},
		{"filled out of order", "reordered", []E{send("1"), send("2"), send("3"), read("bob", "3", 3), mark(history.Fill, "bob", 0), read("bob", "2", 2), read("bob", "1", 1)}},
		{"cut off while it is filled", "", []E{send("1"), send("2"), send("3"), read("bob", "3", 3), mark(history.Fill, "bob", 0), read("bob", "1", 1), mark(history.End, "bob", 0)}},
		{"cut off after a gap", "gap", []E{send("1"), send("2"), send("3"), read("bob", "3", 3), mark(history.Fill, "bob", 0), read("bob", "2", 2), mark(history.End, "bob", 0)}},
		{"filled with a gap", "gap", []E{send("1"), send("2"), send("3"), read("bob", "3", 3), mark(history.Fill, "bob", 0), read("bob", "2", 2)}},
		{"pipelined, kept the other way round", "reordered", []E{send("1"), send("2"), read("bob", "2", 1), read("bob", "1", 2)}},
		{"pipelined on two connections", "", []E{send("1"), send("2", session("2")), read("bob", "2", 1), read("bob", "1", 2)}},
		{"acknowledged before the next was sent", "reordered", []E{send("1"), ack("1", 2), send("2", session("2")), read("bob", "2", 1), read("bob", "1", 2)}},
		{"the first was sent again later", "", []E{send("1"), send("2"), send("1", session("2")), read("bob", "2", 1), read("bob", "1", 2)}},
		{"another number than acknowledged", "misnumbered", []E{send("1"), ack("1", 7), read("bob", "1", 1), mark(history.Complete, "bob", 1)}},
		{"acknowledged elsewhere", "misnumbered", []E{send("1"), ack("1", 1, to("#b")), read("bob", "1", 1)}},
		{"the id used for something else, which was acknowledged", "misnumbered", []E{
			send("1"), send("1", body("?")), with(ack("1", 1, body("b1")), func(e *E) { e.Action = "msg" }),
			with(ack("1", 1, body("?")), func(e *E) { e.Action = "msg" }), read("bob", "1", 1),
		}},
		{"two answers", "renumbered", []E{send("1"), send("1"), ack("1", 1), ack("1", 2), read("bob", "1", 1)}},
		{"edited, deleted", "", []E{
			send("1"), edit("2", 1, "new"), read("bob", "1", 1), readEdit("bob", "2", 2, 1, "new"), state("bob", 1, "new"),
			read("cid", "1", 1, body("new")), readEdit("cid", "2", 2, 1, "new"), state("cid", 1, "new"),
		}},
		{"an edit that not everybody has", "diverged", []E{
			send("1"), edit("2", 1, "new"), read("bob", "1", 1), readEdit("bob", "2", 2, 1, "new"), state("bob", 1, "b1"),
		}},
		{"a deletion that not everybody has", "diverged", []E{
			send("1"), with(edit("2", 1, ""), func(e *E) { e.Action = history.Delete }), read("bob", "1", 1),
			readDelete("bob", "2", 2, 1), state("bob", 1, "b1"),
		}},
		{"the older edit has won", "diverged", []E{
			send("1"), edit("2", 1, "x"), edit("3", 1, "y"), read("bob", "1", 1), readEdit("bob", "2", 2, 1, "x"), readEdit("bob", "3", 3, 1, "y"), state("bob", 1, "x"),
		}},
		{"a text that no edit made", "disagree", []E{
			send("1"), edit("2", 1, "new"), read("bob", "1", 1), readEdit("bob", "2", 2, 1, "new"), read("cid", "1", 1, body("newer")),
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			faults := history.Check(c.entries)
			if got := kindsOf(faults); got != c.want {
				t.Errorf("want %q, got %v", c.want, faults)
			}
			for _, f := range faults {
				if len(f.Entries) == 0 || f.Words == "" {
					t.Errorf("proves nothing: %+v", f)
				}
			}
		})
	}
}

// Of many faults of a kind a few are told, and the others counted.
func TestCheckCounts(t *testing.T) {
	var entries []E
	for i := range 100 {
		entries = append(entries, send(fmt.Sprint(i)), ack(fmt.Sprint(i), int64(i+1)))
	}
	faults := history.Check(append(entries, mark(history.Complete, "bob", 0)))
	if len(faults) != 5 || faults[4].More != 95 || !strings.Contains(faults[4].String(), "95 more") {
		t.Errorf("got %d faults, the last is %v", len(faults), faults[len(faults)-1])
	}
}

func TestParse(t *testing.T) {
	entries := correct(rand.New(rand.NewPCG(1, 1)))
	var file []byte
	for _, e := range entries {
		file = e.AppendJSON(file)
	}
	got, err := history.Parse(strings.NewReader(string(file)))
	if err != nil || !slices.Equal(got, entries) {
		t.Errorf("read other entries than were written: %v", err)
	}
	got, err = history.Parse(strings.NewReader(string(file[:len(file)-5]))) // the recorder was killed
	if err == nil || len(got) != len(entries)-1 {
		t.Errorf("want what is whole and an error, got %d of %d and %v", len(got), len(entries), err)
	}
}

func FuzzParse(f *testing.F) {
	var file []byte
	for _, e := range correct(rand.New(rand.NewPCG(1, 1))) {
		file = e.AppendJSON(file)
	}
	f.Add(string(file))
	f.Add(`{"kind":"complete","seq":9223372036854775807}` + "\n" + `{"kind":"read","seq":-9223372036854775808}`)
	f.Fuzz(func(t *testing.T, file string) {
		entries, _ := history.Parse(strings.NewReader(file))
		history.Check(entries)
	})
}
