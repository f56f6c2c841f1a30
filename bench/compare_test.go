package bench

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

// The load can be put on NATS, and both servers take turns.
func TestCompareTakesTurns(t *testing.T) {
	one, other := new(smallNATS).serve(t), new(smallNATS).serve(t)
	var order []string
	closed := 0
	serve := func(context.Context) (*Server, func() error, error) {
		return one, func() error { closed++; return nil }, nil
	}
	work := func(ctx context.Context, s *Server, say Say) (Figures, error) {
		order = append(order, map[bool]string{true: "jim", false: "peer"}[s == one])
		return Fanout{Rooms: 1, Members: 3, Publishers: 1, Window: 4, Size: 100, Seconds: .1}.Run(ctx, s, say)
	}
	own, others, err := Compare(t.Context(), 3, work, serve, other, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(order, " "); got != "peer jim jim peer peer jim" || closed != 3 {
		t.Errorf("order %s, %d closed", got, closed)
	}
	for _, r := range Rows(own, others) {
		if r.Key == "deliveries_s" && (r.Ratio == nil || r.Ratio.Median <= 0) {
			t.Errorf("no ratio: %+v", r)
		}
	}
	if one.Version() != "nats-server 9.9" {
		t.Errorf("the server is called %q", one.Version())
	}
}

func TestCompareEndsWithTheFirstFault(t *testing.T) {
	closed := 0
	serve := func(context.Context) (*Server, func() error, error) {
		return new(Server), func() error { closed++; return nil }, nil
	}
	work := func(context.Context, *Server, Say) (Figures, error) { return nil, errors.New("broken") }
	if _, _, err := Compare(t.Context(), 3, work, serve, nil, func(string) {}); err == nil || closed != 1 {
		t.Errorf("%v, %d closed", err, closed)
	}
}

// A server that drops without a word does not hold the work up for ever.
func TestSilenceIsAnError(t *testing.T) {
	defer func(d time.Duration) { stalled = d }(stalled)
	stalled = 300 * time.Millisecond
	s := (&smallNATS{swallowAfter: 20}).serve(t)
	_, err := Fanout{Rooms: 1, Members: 3, Publishers: 1, Window: 4, Size: 100, Seconds: 60}.Run(t.Context(), s, func(string) {})
	if err == nil || !strings.Contains(err.Error(), "nothing has arrived") {
		t.Errorf("got %v", err)
	}
}

func TestPlots(t *testing.T) {
	point := func(rate int, p50, p99 float64) Point {
		return Point{rate, Figures{{"latency_p50_ms", "", "ms", p50}, {"latency_p99_ms", "", "ms", p99}}}
	}
	points := []Point{point(50, .1, 1), point(1000, 1, 100)}
	var b strings.Builder
	if err := Plot(&b, points); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(b.String(), "\n")
	if !strings.Contains(lines[1], "100 ┤") || !strings.Contains(lines[1], "○") || !strings.Contains(lines[1+rows], "0.1 ┤") || !strings.Contains(lines[1+rows], "●") {
		t.Errorf("drew\n%s", b.String())
	}
	if !strings.Contains(b.String(), "1 000") {
		t.Error("the rates are missing")
	}
	b.Reset()
	if err := SVG(&b, points, "a <machine>"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"<svg", "</svg>", "a &lt;machine&gt;", "p99", "50/s: p50 0.100 ms"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
	for _, none := range [][]Point{{}, {point(1, 0, 0)}} { // nothing to draw is drawn as nothing
		if err := errors.Join(Plot(&b, none), SVG(&b, none, "")); err != nil {
			t.Error(err)
		}
	}
}
