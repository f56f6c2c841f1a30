package check_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
)

// mutant is our own server with one thing changed in what it says. Where it is changed is counted: the nth object
// of the nth connection.
type mutant struct {
	name     string
	conn, at int

	on     bool // from there on, on all connections that are opened later too
	status int  // of HTTP; 0 = as it is

	edit  func(raw []byte) [][]byte // what comes instead of the object
	leak  bool                      // everybody else is told it too
	hold  bool                      // it comes behind the next one
	ends  bool                      // the connection ends behind it
	stays bool                      // the connection never ends
	glued bool                      // what comes within a moment comes in one piece
	tail  string                    // ends each object; "" = LF
	has   bool                      // it has what others have sent as events, too
	turns bool                      // the server takes the client's nth object for a ping
	kept  bool                      // what others have sent is told when the client has sent its nth object
	reply func(sent []byte) []byte  // is said when the client has sent its nth object
	loses bool                      // the server never gets the client's nth object
}

// place is where something happened in a recording.
type place struct {
	conn, at int
	raw      []byte
}

// places are all of a recording, the last first; what a connection begins with (who one is) comes at the end.
func places(all [][][]byte) (list []place) {
	const most = 10 // of one connection
	var heads []place
	for conn, objects := range slices.Backward(all) {
		for at := len(objects) - 1; at >= max(0, len(objects)-most); at-- {
			p := place{conn, at, objects[at]}
			if at < 2 {
				heads = append(heads, p)
			} else {
				list = append(list, p)
			}
		}
	}
	return append(list, heads...)
}

// mutants are all that is tried with a check, what is quick and near to its end first.
func mutants(r *recording) (list []*mutant) {
	down, up := places(r.down()), places(r.up())
	for _, p := range down {
		for _, v := range codes(p.raw) {
			list = append(list, edited(p, v))
		}
	}
	for _, p := range down {
		list = append(list, &mutant{name: "others are told it too", conn: p.conn, at: p.at, leak: true})
	}
	for _, p := range up {
		list = append(list,
			&mutant{name: "the server takes it for a ping", conn: p.conn, at: p.at, turns: true},
			&mutant{name: "what others have sent comes", conn: p.conn, at: p.at, kept: true},
		)
		for _, said := range replies {
			list = append(list, &mutant{name: said.name, conn: p.conn, at: p.at, reply: said.of})
		}
	}
	for _, p := range down {
		list = append(list, &mutant{name: "it has what others have sent", conn: p.conn, at: p.at, has: true})
		for _, v := range values(p.raw) {
			list = append(list, edited(p, v))
		}
	}
	for _, p := range down[:min(len(down), 1)] { // where many answers are the same
		for _, v := range values(p.raw) {
			list = append(list, always(edited(p, v)))
		}
	}
	conns := map[int]bool{}
	for _, p := range down {
		conns[p.conn] = true
	}
	return append(list, slow(conns, down, up)...)
}

// byName is a mutant of which the name is known.
func byName(f found) *mutant {
	p := place{conn: f.conn, at: f.at}
	list := append(slow(map[int]bool{f.conn: true}, []place{p}, []place{p}), &mutant{name: "others are told it too", conn: f.conn, at: f.at, leak: true}, refusing(p),
		&mutant{name: "the server takes it for a ping", conn: p.conn, at: p.at, turns: true},
		&mutant{name: "what others have sent comes", conn: p.conn, at: p.at, kept: true},
		&mutant{name: "it has what others have sent", conn: p.conn, at: p.at, has: true})
	for _, said := range replies {
		list = append(list, &mutant{name: said.name, conn: p.conn, at: p.at, reply: said.of})
	}
	for _, status := range statuses {
		list = append(list, &mutant{name: fmt.Sprintf("status %d", status), conn: p.conn, at: p.at, status: status})
	}
	for _, m := range list {
		if m.name == f.name {
			return m
		}
	}
	if name, ok := strings.CutPrefix(f.name, alwaysMark); ok {
		return always(edited(p, variant{name: name}))
	}
	return edited(p, variant{name: f.name})
}

// alwaysMark begins the name of what is done with all objects.
const alwaysMark = "all: "

func always(m *mutant) *mutant {
	m.name, m.at, m.on = alwaysMark+m.name, 0, true
	return m
}

// refusing is a server that lets nobody in any more, from a place on.
func refusing(p place) *mutant {
	return &mutant{name: "from there on all is refused", conn: p.conn, at: p.at, on: true, edit: func(raw []byte) [][]byte {
		return [][]byte{variant{name: "response 499"}.again(variant{name: "response 400"}.again(raw))}
	}}
}

// statuses are what HTTP may say instead.
var statuses = []int{200, 404, 101}

// onWeb are mutants of the answers of HTTP, of the last two exchanges: those before lead to what the rule is about.
func onWeb(r *recording) (list []*mutant) {
	all := r.down()
	for conn := len(all) - 1; conn >= max(0, len(all)-2); conn-- {
		for _, status := range statuses {
			list = append(list, &mutant{name: fmt.Sprintf("status %d", status), conn: conn, status: status})
		}
		for at, raw := range slices.Backward(all[conn]) {
			p := place{conn, at, raw}
			for _, v := range slices.Concat(codes(raw), values(raw)) {
				list = append(list, edited(p, v))
			}
			list = append(list, slow(nil, []place{p}, nil)...)
		}
	}
	return list
}

// slow are mutants by which something does not come, which must be waited for.
func slow(conns map[int]bool, down, up []place) (list []*mutant) {
	for _, p := range down {
		list = append(list,
			&mutant{name: "it comes twice", conn: p.conn, at: p.at, edit: func(raw []byte) [][]byte { return [][]byte{raw, raw} }},
			&mutant{name: "the connection ends behind it", conn: p.conn, at: p.at, ends: true},
			&mutant{name: "it comes behind the next one", conn: p.conn, at: p.at, hold: true},
			&mutant{name: "it does not come", conn: p.conn, at: p.at, edit: func([]byte) [][]byte { return nil }},
		)
	}
	for conn := range conns {
		list = append(list,
			&mutant{name: "the connection never ends", conn: conn, stays: true},
			&mutant{name: "no LF behind objects", conn: conn, tail: " "},
			&mutant{name: "objects come together", conn: conn, glued: true},
		)
	}
	for _, p := range up {
		list = append(list,
			&mutant{name: "the server does not get it", conn: p.conn, at: p.at, loses: true},
		)
	}
	return list
}

// replies are what a server says though it should not.
var replies = []struct {
	name string
	of   func(sent []byte) []byte
}{
	{"what was sent comes back", func(sent []byte) []byte { return sent }},
	{"a response comes", func([]byte) []byte { return []byte(`{"response":200,"time":1}`) }},
	{"an error comes", func([]byte) []byte { return []byte(`{"response":404,"error":"nobody","time":1}`) }},
	{"behind comes", func(sent []byte) []byte {
		var q struct {
			Since map[string]int `json:"since"`
		}
		_ = json.Unmarshal(sent, &q) // what is no object names nothing
		for to := range q.Since {
			b, _ := json.Marshal(object{"action": "behind", "to": to, "seq": 1})
			return b
		}
		return []byte(`{"action":"behind","to":"#tea","seq":1}`)
	}},
	{"a probe comes", func([]byte) []byte { return []byte(`{"action":"probe","time":1}`) }},
}
