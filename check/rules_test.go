package check

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Beginnings of conversations. Lines with > are what the client sends, with < what the
// server does; >> and << are parts of a stream in Go's quotes; a lonely | is the end.
const (
	ruleHello = `> {"action":"presence","jim":2,"id":"p","user":{"account_name":"ann"}}
< {"response":200,"id":"p","time":1763.5,"jim":2,"user":{"account_name":"ann"},"limits":{"action":15,"name":25,"id":64,"message":16384,"topic":250,"object":65536,"answer":131072,"depth":32,"page":200}}
`
	ruleTea = ruleHello + `> {"action":"join","id":"j","to":"#tea"}
< {"response":201,"id":"j","time":1,"to":"#tea","seq":1}
< {"action":"create","to":"#tea","from":"ann","seq":1,"time":1}
`
	ruleSpec = `> {"action":"presence","time":1,"type":"status","user":{"account_name":"ann","status":"x"}}
< {"response":200,"time":1,"alert":"OK"}
`
	ruleMentor = `> {"action":"presence","time":1,"user":{"account_name":"ann"}}
< {"response":200,"time":1,"alert":"OK"}
`
)

// wrong are conversations of which the last line, and nothing else, breaks the rule.
var ruleBreakers = map[string][]string{
	"json":              {ruleHello + `< {"action":tru}`, ruleHello + `> {"action":"ping",}`, ruleHello + `>> "{\"action\":\"msg\"\n{\"action\":\"ping\"}\n"`},
	"not-object":        {ruleHello + `< [1]`, ruleHello + `>> "hello\n"`, ruleHello + `<< "7\n"`},
	"utf8":              {ruleHello + `<< "{\"action\":\"msg\",\"to\":\"ann\",\"message\":\"\xff\"}\n"`, ruleHello + `>> "{\"action\":\"ping\",\"x\":\"\xff\"}\n"`},
	"surrogate":         {ruleHello + `> {"action":"msg","to":"bob","message":"\ud800"}`},
	"duplicate-key":     {ruleHello + `> {"action":"ping","id":"1","id":"2"}`, ruleHello + `< {"action":"bye","time":1,"x":{"a":1,"\u0061":2}}`},
	"nesting":           {ruleHello + `> {"action":"ping","x":` + strings.Repeat("[", 32) + strings.Repeat("]", 32) + `}`},
	"nul":               {ruleHello + `> {"action":"msg","to":"bob","message":"a\u0000b"}`},
	"kind":              {ruleHello + `> {"action":"msg","to":"bob","message":5}`, ruleHello + `< {"action":"msg","to":["bob"],"from":"ann","seq":1,"time":1,"message":"x"}`, ruleHello + `> {"action":"msg","to":"bob","message":"x","live":1}`},
	"whole":             {ruleHello + `> {"action":"read","to":"#tea","seq":1.5}`, ruleHello + `> {"action":"read","to":"#tea","seq":1e3}`, ruleHello + `< {"action":"behind","to":"#tea","seq":9007199254740992}`, ruleHello + `> {"action":"history","to":"#tea","after":-1}`, ruleHello + `> {"action":"sync","since":{"#tea":"7"}}`},
	"lf":                {ruleHello + `<< "{\"action\":\"bye\",\"time\":1}"` + "\n" + `|<`, ruleHello + `<< "{\"action\":\"behind\",\"to\":\"#tea\",\"seq\":1}{\"action\":\"bye\",\"time\":1}\n"`},
	"cut":               {ruleHello + `>> "{\"action\":\"pi"` + "\n" + `|>`, ruleHello + `<< "{\"action\":\"pi"` + "\n" + `|<`},
	"neither":           {ruleHello + `< {"time":1}`},
	"answer-id":         {ruleHello + "> {\"action\":\"ping\",\"id\":\"1\"}\n" + `< {"response":200,"time":1}`},
	"answer-unasked":    {ruleHello + `< {"response":200,"id":"9","time":1}`, ruleHello + `< {"response":200,"time":1}`},
	"answer-twice":      {ruleHello + "> {\"action\":\"ping\",\"id\":\"1\"}\n< {\"response\":200,\"id\":\"1\",\"time\":1}\n" + `< {"response":200,"id":"1","time":1}`},
	"answer-order":      {ruleHello + "> {\"action\":\"ping\",\"id\":\"1\"}\n> {\"action\":\"ping\",\"id\":\"2\"}\n" + `< {"response":200,"id":"2","time":1}`},
	"error-words":       {ruleHello + "> {\"action\":\"ping\",\"id\":\"1\"}\n" + `< {"response":400,"id":"1","time":1,"retry":false}`},
	"error-retry":       {ruleHello + "> {\"action\":\"ping\",\"id\":\"1\"}\n" + `< {"response":400,"id":"1","time":1,"error":"no"}`},
	"time-missing":      {ruleHello + "> {\"action\":\"ping\",\"id\":\"1\"}\n" + `< {"response":200,"id":"1"}`},
	"time-sense":        {ruleHello + "> {\"action\":\"ping\",\"id\":\"1\"}\n" + `< {"response":200,"id":"1","time":1763500000000}`, ruleHello + `< {"action":"bye","time":"noon"}`, ruleHello + `< {"action":"bye","time":-1}`},
	"to-contradicts":    {ruleHello + `> {"action":"msg","to":"bob","room":"#tea","message":"x"}`},
	"seq-twice":         {ruleTea + `< {"action":"create","to":"#tea","from":"ann","seq":1,"time":1}`},
	"seq-back":          {ruleTea + "< {\"action\":\"msg\",\"to\":\"#tea\",\"from\":\"bob\",\"seq\":2,\"time\":1,\"message\":\"x\"}\n" + `< {"action":"msg","to":"#tea","from":"bob","seq":1,"time":1,"message":"x"}`},
	"seq-gap":           {ruleTea + `< {"action":"msg","to":"#tea","from":"bob","seq":3,"time":1,"message":"x"}`, ruleTea + "> {\"action\":\"sync\",\"id\":\"s\",\"since\":{\"#hot\":5}}\n" + `< {"action":"msg","to":"#hot","from":"bob","seq":7,"time":1,"message":"x"}`},
	"ack-two-numbers":   {ruleTea + ruleAcked("k", 2) + "> {\"action\":\"msg\",\"id\":\"k\",\"to\":\"#tea\",\"message\":\"x\"}\n" + `< {"response":201,"id":"k","time":1,"to":"#tea","seq":3}`},
	"ack-shared-number": {ruleTea + ruleAcked("k", 2) + "> {\"action\":\"msg\",\"id\":\"l\",\"to\":\"#tea\",\"message\":\"y\"}\n" + `< {"response":201,"id":"l","time":1,"to":"#tea","seq":2}`},
	"id-reused":         {ruleTea + ruleAcked("k", 2) + `> {"action":"msg","id":"k","to":"#tea","message":"y"}`},
	"first":             {`> {"action":"msg","jim":2,"id":"1","to":"#tea","message":"hi"}`},
	"told-early":        {`< {"action":"msg","to":"#tea","from":"bob","seq":3,"time":1,"message":"x"}`},
	"probe-late":        {ruleHello + `< {"action":"probe","time":1}`},
	"name":              {ruleHello + `> {"action":"join","to":"#hot tea"}`, ruleHello + `> {"action":"join","to":"tea"}`, ruleHello + `< {"action":"msg","to":"#tea","from":"b o b","seq":3,"time":1,"message":"x"}`, `> {"action":"presence","jim":2,"user":{"account_name":"ann lee"}}`, ruleSpec + `> {"action":"join","time":1,"room":"tea"}`},
	"empty":             {ruleHello + `> {"action":"msg","to":"bob","message":""}`, ruleMentor + `> {"action":"message","time":1,"from":"ann","to":"bob","mess_text":""}`},
	"page-order":        {ruleTea + "> {\"action\":\"history\",\"id\":\"h\",\"to\":\"#tea\",\"after\":1}\n" + `< {"response":200,"id":"h","time":1,"to":"#tea","seq":3,"events":[{"seq":3},{"seq":2}]}`},
	"page-size":         {ruleTea + "> {\"action\":\"history\",\"id\":\"h\",\"to\":\"#tea\",\"limit\":1}\n" + `< {"response":200,"id":"h","time":1,"to":"#tea","seq":3,"events":[{"seq":2},{"seq":3}]}`},
	"after-bye":         {ruleHello + "< {\"action\":\"bye\",\"time\":1}\n" + `< {"action":"typing","to":"#tea","from":"bob"}`},
	"after-quit":        {ruleHello + "> {\"action\":\"quit\",\"id\":\"q\"}\n" + `> {"action":"ping","id":"1"}`, ruleHello + "> {\"action\":\"quit\",\"id\":\"q\"}\n< {\"response\":200,\"id\":\"q\",\"time\":1}\n" + `< {"action":"typing","to":"#tea","from":"bob"}`, ruleSpec + "> {\"action\":\"quit\"}\n" + `> {"action":"quit"}`},
	"action-missing":    {ruleHello + `> {"id":"1"}`, ruleSpec + `> {"time":1}`},
	"action-unknown":    {ruleHello + `> {"action":"dance"}`, ruleHello + `> {"action":"behind","to":"#tea","seq":1}`},
	"member-missing":    {ruleHello + `> {"action":"msg","message":"x"}`, `> {"action":"presence","jim":2}`, ruleHello + `> {"action":"sync","id":"1"}`},
	"event-unknown":     {ruleHello + `< {"action":"dance","time":1}`, ruleHello + `< {"action":"history","time":1}`},
	"event-member":      {ruleHello + `< {"action":"msg","to":"#tea","from":"bob","time":1,"message":"x"}`, ruleHello + `< {"action":"presence","user":{"account_name":"bob"}}`},
	"answer-member":     {ruleHello + "> {\"action\":\"msg\",\"id\":\"k\",\"to\":\"bob\",\"message\":\"x\"}\n" + `< {"response":201,"id":"k","time":1,"to":"bob"}`, `> {"action":"presence","jim":2,"id":"p","user":{"account_name":"ann"}}` + "\n" + `< {"response":200,"id":"p","time":1,"jim":2}`},
	"code-kind":         {ruleHello + "> {\"action\":\"ping\",\"id\":\"1\"}\n" + `< {"response":"200","id":"1","time":1}`, ruleHello + "> {\"action\":\"ping\",\"id\":\"1\"}\n" + `< {"response":20,"id":"1","time":1}`},
	"code-unknown":      {ruleHello + "> {\"action\":\"ping\",\"id\":\"1\"}\n" + `< {"response":299,"id":"1","time":1}`},
	"code-unfit":        {ruleHello + "> {\"action\":\"ping\",\"id\":\"1\"}\n" + `< {"response":202,"id":"1","time":1}`},
	"retry-table":       {ruleHello + "> {\"action\":\"ping\",\"id\":\"1\"}\n" + `< {"response":400,"id":"1","time":1,"error":"no","retry":true}`},
	"retry-after":       {ruleHello + "> {\"action\":\"ping\",\"id\":\"1\"}\n" + `< {"response":429,"id":"1","time":1,"error":"slower","retry":true}`},
	"too-large":         {ruleHello + `> {"action":"ping","x":"` + strings.Repeat("x", 65536) + `"}`, ruleHello + `< {"action":"bye","time":1,"alert":"` + strings.Repeat("x", 131072) + `"}`, ruleHello + `>> "{\"action\":\"ping\",\"x\":\"` + strings.Repeat("x", Largest) + `"`},
	"too-long":          {ruleHello + `> {"action":"msg","to":"bob","message":"` + strings.Repeat("x", 16385) + `"}`, ruleHello + `> {"action":"ping","id":"` + strings.Repeat("я", 65) + `"}`, ruleHello + `> {"action":"abcdefghijklmnop"}`},
	"old-time":          {ruleSpec + `> {"action":"msg","to":"bob","from":"ann","message":"x"}`, ruleMentor + `> {"action":"message","time":"noon","from":"ann","to":"bob","mess_text":"x"}`},
	"old-time-sent":     {ruleSpec + `< {"action":"msg","time":"noon","to":"ann","from":"bob","message":"x"}`},
	"old-first":         {`> {"action":"presence","time":1,"user":{"account_name":"ann"}}` + "\n" + `< {"action":"message","time":1,"from":"bob","to":"ann","mess_text":"x"}`},
	"old-probe":         {ruleSpec + `< {"action":"probe","time":1}`},
	"old-joined":        {ruleSpec + `<< "{\"action\":\"msg\",\"time\":1,\"to\":\"ann\",\"from\":\"bob\",\"message\":\"x\"}{\"action\":\"msg\",\"time\":1,\"to\":\"ann\",\"from\":\"bob\",\"message\":\"y\"}"`},
	"old-size":          {ruleSpec + `> {"action":"msg","time":1,"to":"bob","from":"ann","x":"` + strings.Repeat("x", 600) + `","message":"y"}`, ruleMentor + `< {"action":"message","time":1,"from":"bob","to":"ann","mess_text":"` + strings.Repeat("я", 640) + `"}`},
	"old-long":          {ruleSpec + `> {"action":"msg","time":1,"to":"bob","from":"ann","message":"` + strings.Repeat("я", 501) + `"}`, `> {"action":"presence","time":1,"user":{"account_name":"` + strings.Repeat("x", 26) + `"}}`, ruleMentor + `> {"action":"abcdefghijklmnop","time":1}`},
	"old-code":          {ruleSpec + "> {\"action\":\"msg\",\"time\":1,\"to\":\"bob\",\"from\":\"ann\",\"message\":\"x\"}\n" + `< {"response":"200"}`, ruleSpec + "> {\"action\":\"msg\",\"time\":1,\"to\":\"bob\",\"from\":\"ann\",\"message\":\"x\"}\n" + `< {"response":429,"error":"slower"}`},
	"old-words":         {ruleSpec + "> {\"action\":\"msg\",\"time\":1,\"to\":\"bob\",\"from\":\"ann\",\"message\":\"x\"}\n" + `< {"response":404}`},
	"old-event":         {ruleSpec + `< {"action":"topic","time":1,"to":"#tea","topic":"x"}`},
	"old-event-member":  {ruleSpec + `< {"action":"msg","time":1,"from":"bob","message":"x"}`},
	"old-unasked":       {ruleSpec + `< {"response":200}`},
	"old-answered":      {ruleMentor + "> {\"action\":\"message\",\"time\":1,\"from\":\"ann\",\"to\":\"bob\",\"mess_text\":\"x\"}\n" + `< {"response":200}`},
	"old-action":        {ruleSpec + `> {"action":"dance","time":1}`, ruleMentor + `> {"action":"join","time":1,"room":"#tea"}`},
	"old-member":        {ruleSpec + `> {"action":"join","time":1}`, ruleMentor + `> {"action":"exit","time":1}`, ruleMentor + `> {"action":"message","time":1,"from":"ann","mess_text":"x"}`, `> {"action":"presence","time":1,"type":"status"}`},
	"old-from":          {ruleSpec + `> {"action":"msg","time":1,"to":"bob","from":"carl","message":"x"}`},
	"old-login":         {`> {"action":"message","time":1,"from":"ann","to":"bob","mess_text":"x"}`},
}

// acked is a message to #tea and its answer.
func ruleAcked(id string, seq int) string {
	return `> {"action":"msg","id":"` + id + `","to":"#tea","message":"x"}` + "\n" + `< {"response":201,"id":"` + id + `","time":1,"to":"#tea","seq":` + strconv.Itoa(seq) + "}\n"
}

// listener is a judge with what cuts both directions.
type listener struct {
	judge  Judge
	pieces [3]Splitter
	clock  time.Time
}

// hear judges one line of a conversation.
func (l *listener) hear(t *testing.T, line string) (found []Violation) {
	t.Helper()
	l.clock = l.clock.Add(time.Millisecond)
	way, text, _ := strings.Cut(line, " ")
	side := FromClient
	if strings.HasSuffix(way, "<") {
		side = FromServer
	}
	switch way {
	case "|>", "|<":
		p := &l.pieces[side]
		if p.NoLF() {
			found = l.judge.Unended(side, l.clock)
		}
		return append(found, l.judge.End(side, p.Partial(), l.clock)...)
	case ">>", "<<":
		raw, err := strconv.Unquote(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		text = raw
	default:
		text += "\n"
	}
	for _, p := range l.pieces[side].Feed([]byte(text)) {
		found = append(found, l.judge.Piece(side, p, l.clock)...)
	}
	return found
}

func TestEachRuleIsBrokenByWhatBreaksIt(t *testing.T) {
	for i := range Rules {
		rule := &Rules[i]
		if rule.ID == "cookie" {
			continue // see TestDatagramsNeedCookies
		}
		if len(ruleBreakers[rule.ID]) == 0 {
			t.Errorf("nothing breaks %s", rule.ID)
		}
		for _, text := range ruleBreakers[rule.ID] {
			var l listener
			lines := strings.Split(text, "\n")
			for k, line := range lines {
				found := l.hear(t, line)
				if k < len(lines)-1 {
					if len(found) > 0 {
						t.Errorf("%s: before the end, %.200s breaks %s (%s)", rule.ID, line, found[0].ID, found[0].Detail)
					}
					continue
				}
				if len(found) != 1 || found[0].ID != rule.ID {
					t.Errorf("%s: %.200s breaks %+v", rule.ID, line, found)
				} else if v := found[0]; v.Of != Either && v.Of != v.By {
					t.Errorf("%s is broken by the %s, and is a rule of the %s", v.ID, v.By, v.Of)
				}
			}
		}
	}
	if len(ruleBreakers) != len(Rules)-1 {
		t.Errorf("%d rules are broken, there are %d", len(ruleBreakers)+1, len(Rules))
	}
}

func TestDatagramsNeedCookies(t *testing.T) {
	j := Judge{Datagrams: true}
	now := time.Now()
	for i, d := range []struct {
		side Side
		text string
		want string
	}{
		{FromClient, `{"action":"presence","jim":2,"id":"1","user":{"account_name":"ann"}}`, ""},
		{FromServer, `{"response":401,"id":"1","cookie":"c"}`, ""},
		{FromClient, `{"cookie":"c","action":"presence","jim":2,"id":"1","user":{"account_name":"ann"}}`, ""},
		{FromServer, `{"response":200,"id":"1","time":1,"jim":2,"user":{"account_name":"ann"},"limits":{}}`, ""},
		{FromServer, `{"response":200,"id":"1","time":1,"jim":2,"user":{"account_name":"ann"},"limits":{}}`, ""},
		{FromServer, `{"action":"msg","to":"#tea","from":"bob","seq":9,"time":1,"message":"x","ack":2}`, ""},
		{FromServer, `{"action":"msg","to":"#tea","from":"bob","seq":9,"time":1,"message":"x","ack":2}`, ""},
		{FromClient, `{"cookie":"c","ack":2}`, ""},
		{FromClient, `{"action":"ping","id":"2"}`, "cookie"},
		{FromClient, `{"cookie":"c","action":"ping","id":"3","x":"` + strings.Repeat("x", 1200) + `"}`, "too-large"},
	} {
		found := j.From(d.side, []byte(d.text), now)
		if d.want == "" && len(found) > 0 || d.want != "" && (len(found) != 1 || found[0].ID != d.want) {
			t.Errorf("%d: %s breaks %+v, want %q", i, d.text, found, d.want)
		}
	}
}

// right are conversations that break nothing.
var ruleKeepers = map[string]string{
	"what is said again has its first number": ruleTea + ruleAcked("k", 2) + ruleAcked("k", 2),
	"behind explains a gap":                   ruleTea + "< {\"action\":\"behind\",\"to\":\"#tea\",\"seq\":8}\n" + `< {"action":"msg","to":"#tea","from":"bob","seq":9,"time":1,"message":"x"}`,
	"a sync goes back": ruleTea + "< {\"action\":\"msg\",\"to\":\"#tea\",\"from\":\"bob\",\"seq\":2,\"time\":1,\"message\":\"x\"}\n" +
		"> {\"action\":\"sync\",\"id\":\"s\",\"since\":{\"#tea\":0}}\n< {\"action\":\"create\",\"to\":\"#tea\",\"from\":\"ann\",\"seq\":1,\"time\":1}\n" +
		"< {\"action\":\"msg\",\"to\":\"#tea\",\"from\":\"bob\",\"seq\":2,\"time\":1,\"message\":\"x\"}\n" + `< {"response":200,"id":"s","time":1}`,
	"who left and returns misses some": ruleTea + "< {\"action\":\"leave\",\"to\":\"#tea\",\"from\":\"ann\",\"seq\":2,\"time\":1}\n" +
		`< {"action":"join","to":"#tea","from":"ann","seq":9,"time":1}`,
	"unknown members are ignored":      ruleHello + "> {\"action\":\"ping\",\"id\":\"1\",\"colour\":7}\n" + `< {"response":200,"id":"1","time":1,"mood":[1]}`,
	"later presence has a status only": ruleHello + "> {\"action\":\"presence\",\"id\":\"1\",\"status\":\"away\"}\n" + `< {"response":200,"id":"1","time":1}`,
	"a notice answers nothing":         ruleHello + "> {\"action\":\"ping\",\"id\":\"1\"}\n< {\"response\":100,\"alert\":\"hi\"}\n" + `< {"response":200,"id":"1","time":1}`,
	"time is the client's own":         ruleHello + `> {"action":"ping","time":"noon"}`,
	"the server says it is too late":   `< {"response":408,"time":1,"error":"too late","retry":true}`,
	"an older server, bare": `> {"action":"presence","jim":2,"time":1,"type":"status","user":{"account_name":"ann","status":"x"}}` + "\n< {\"response\":200}\n" +
		"> {\"action\":\"message\",\"time\":1,\"from\":\"ann\",\"to\":\"bob\",\"mess_text\":\"x\"}\n" + `< {"action":"message","time":1,"from":"bob","to":"ann","mess_text":"y"}`,
	"the course's probe": "< {\"action\":\"probe\",\"time\":1}\n" + ruleSpec + `> {"action":"quit"}`,
	"contacts":           ruleSpec + "> {\"action\":\"get_contacts\",\"time\":1}\n< {\"response\":202,\"quantity\":1}\n" + `< {"action":"contact_list","user_id":"bob"}`,
	"the second year":    ruleMentor + "> {\"action\":\"get_users\",\"time\":1,\"account_name\":\"ann\"}\n< {\"response\":202,\"data_list\":[\"ann\"]}\n" + `< {"response":205}`,
	"cut anywhere":       ruleHello + ">> \"{\\\"action\\\":\"\n>> \"\\\"ping\\\",\\\"id\\\":\\\"1\\\"\"\n>> \"}\"\n" + `< {"response":200,"id":"1","time":1}`,
}

func TestWhatIsRightBreaksNothing(t *testing.T) {
	for name, text := range ruleKeepers {
		var l listener
		for line := range strings.SplitSeq(text, "\n") {
			if found := l.hear(t, line); len(found) > 0 {
				t.Errorf("%s: %.200s breaks %s (%s)", name, line, found[0].ID, found[0].Detail)
			}
		}
	}
}

func TestWhatIsBrokenHasOneAnswer(t *testing.T) {
	var l listener
	const refused = `< {"response":400,"time":1,"error":"no","retry":false}`
	for i, line := range strings.Split(ruleHello+`>> "nonsense\n[1]\n"`+"\n"+refused+"\n"+refused, "\n") {
		for _, v := range l.hear(t, line) {
			if v.By == FromServer {
				t.Errorf("%d: %s breaks %s", i, line, v.ID)
			}
		}
	}
}

func TestRoundTrips(t *testing.T) {
	var l listener
	for line := range strings.SplitSeq(ruleHello+"> {\"action\":\"ping\",\"id\":\"1\"}\n> {\"action\":\"ping\",\"id\":\"2\"}\n"+`< {"response":200,"id":"1","time":1}`, "\n") {
		l.hear(t, line)
	}
	if got := l.judge.RoundTrip(); got != 2*time.Millisecond {
		t.Errorf("the round trip is %v", got)
	}
}

func TestRulesStandInTheDocuments(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Rules {
		page, err := os.ReadFile("../" + r.Section.File())
		if err != nil {
			t.Fatal(err)
		}
		if title := r.Section.Title(); title == "" || !strings.Contains(string(page), "# "+title+"\n") {
			t.Errorf("%s: %s has no section %q", r.ID, r.Section.File(), title)
		}
		if seen[r.ID] || !strings.HasSuffix(r.Says, ".") {
			t.Errorf("%s stands twice, or says no sentence", r.ID)
		}
		seen[r.ID] = true
	}
}

// FuzzJudge: nothing that is said makes a judge fail, or keep what it need not.
func FuzzJudge(f *testing.F) {
	for _, texts := range ruleBreakers {
		for _, text := range texts {
			if len(text) < 4096 {
				f.Add(text)
			}
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		var l listener
		for line := range strings.SplitSeq(text, "\n") {
			side := FromClient
			if strings.HasPrefix(line, "<") {
				side = FromServer
			}
			size := 0
			for _, p := range l.pieces[side].Feed([]byte(line + "\n")) {
				l.judge.Piece(side, p, l.clock)
				size += p.Size
			}
			if size > len(text)+Largest {
				t.Fatalf("%d bytes came out of %d", size, len(text))
			}
		}
	})
}
