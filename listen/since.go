package listen

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"jim/wire"
)

// maxSince is how many conversations one request may name.
const maxSince = 1000

// parseSince reads what a client of /jim/events has already: the values of
// `since`, each {"#ops":918,"bob":7} or #ops:918, and the header Last-Event-ID,
// "#ops 918" with or without the name of the log behind it, which a browser sends
// when it connects again. Of a conversation that is named more than once the
// largest number counts, but for one of another log, which the header replaces: it is newer. What is given is not nil, though it
// be empty. log is the value of `log`, and comes before that of the header where it is that of another number, too: the older
// of the two makes the server say more.
func parseSince(values []string, lastEventID, log string) ([]wire.Since, string, *wire.Error) {
	var all []wire.Since
	for _, v := range values {
		some, err := parseOneSince(strings.TrimSpace(v))
		if err != nil {
			return nil, "", err
		}
		if all = append(all, some...); all == nil && strings.TrimSpace(v) != "" {
			all = []wire.Since{}
		}
	}
	if to, rest, ok := strings.Cut(lastEventID, " "); ok { // no name has a space
		seq, name, _ := strings.Cut(rest, " ")
		s, err := conversationSince(to, seq)
		if err != nil {
			return nil, "", err
		}
		if name != "" && name != log { // a backup was restored since: the other number says nothing beside this one
			all = slices.DeleteFunc(all, func(w wire.Since) bool { return strings.EqualFold(w.To, s.To) })
			if len(all) == 0 {
				log = name
			}
		}
		all, log = append(all, s), cmp.Or(log, name)
	}
	if !isLogName(log) {
		return nil, "", wire.Errorf(wire.BadRequest, "`log` is what the answer to presence calls it, not %.40q", log)
	}
	slices.SortFunc(all, func(a, b wire.Since) int {
		if c := strings.Compare(a.To, b.To); c != 0 {
			return c
		}
		return cmp.Compare(b.Seq, a.Seq)
	})
	all = slices.CompactFunc(all, func(a, b wire.Since) bool { return a.To == b.To })
	if len(all) > maxSince {
		return nil, "", wire.Errorf(wire.BadRequest, "`since` may name %d conversations", maxSince)
	}
	return all, log, nil
}

// isLogName tells whether a server of this kind may call its log so; nothing is said with "".
func isLogName(s string) bool {
	const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	return len(s) <= 32 && strings.Trim(s, letters) == ""
}

func parseOneSince(v string) ([]wire.Since, *wire.Error) {
	switch {
	case v == "":
		return nil, nil
	case strings.HasPrefix(v, "{"):
		return parseSinceObject(v)
	}
	i := strings.LastIndexByte(v, ':')
	if i < 0 {
		return nil, badSince(v)
	}
	s, err := conversationSince(v[:i], v[i+1:])
	return []wire.Since{s}, err
}

// parseSinceObject reads {"#ops":918} with the protocol's own decoder. That v is
// one value is looked at first: it must not add members to the request.
func parseSinceObject(v string) ([]wire.Since, *wire.Error) {
	if len(v) > wire.JIM2.Object/2 || !json.Valid([]byte(v)) {
		return nil, badSince(v)
	}
	var d wire.Decoder
	var r wire.Request
	if err := d.Request([]byte(`{"action":"sync","since":`+v+`}`), wire.JIM2, &r); err != nil {
		return nil, err
	}
	for _, s := range r.Since {
		if s.To == "" {
			return nil, badSince(v)
		}
	}
	return r.Since, nil
}

func conversationSince(to, seq string) (wire.Since, *wire.Error) {
	n, err := strconv.ParseUint(seq, 10, 64)
	if err != nil || n > wire.MaxSeq || to == "" || !utf8.ValidString(to) || strings.IndexByte(to, 0) >= 0 || utf8.RuneCountInString(to) > wire.JIM2.Name+1 {
		return wire.Since{}, badSince(to + ":" + seq)
	}
	return wire.Since{To: to, Seq: n}, nil
}

func badSince(v string) *wire.Error {
	const enough = 40
	if len(v) > enough {
		v = v[:enough]
	}
	return wire.Errorf(wire.BadRequest, "`since` is like {\"#ops\":918} or #ops:918 (URL-encoded), not %q", v)
}
