package check

import (
	"context"
	"regexp"
	"runtime"
	"strings"
)

// Exactly makes one check alone. Of one that failed, way are the functions of the suite by which its conversation
// came to fail, the innermost first.
func Exactly(ctx context.Context, o Options, id string) (x Result, way []string, err error) {
	for _, c := range serverChecks() {
		if c.ID != id {
			continue
		}
		alone := *c
		alone.gate = false
		r, err := play(ctx, o, []*serverCheck{&alone}, func() { way = callers() })
		if err != nil {
			return x, nil, err
		}
		return r.Results[0], way, nil
	}
	panic("there is no check " + id)
}

// Over is the transport on which a check is made here: tcp where that can be, else its own.
func Over(id string) string {
	for _, c := range serverChecks() {
		switch {
		case c.ID != id:
		case c.over&overTCP != 0:
			return "tcp"
		case c.over&overWS != 0:
			return "ws"
		case c.over&overHTTP != 0:
			return "http"
		case c.over&overUDP != 0:
			return "udp"
		}
	}
	return ""
}

// conversation is the function of a check.
var conversation = regexp.MustCompile(`^jim/check\.[a-z]\w*(\.\w+)*\.func\d+`)

func callers() (way []string) {
	pc := make([]uintptr, 32)
	frames := runtime.CallersFrames(pc[:runtime.Callers(3, pc)])
	for {
		f, more := frames.Next()
		if conversation.MatchString(f.Function) || !more {
			return way
		}
		way = append(way, f.Function[strings.LastIndex(f.Function, ".")+1:])
	}
}
