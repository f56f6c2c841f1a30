package bench

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func TestQuantilesAreThoseOfTheSortedList(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var h histogram
	var all []time.Duration
	for range 20_000 {
		d := time.Duration(math.Exp(r.Float64() * 22)) // 1 ns to 3.6 s
		h.add(d)
		all = append(all, d)
	}
	slices.Sort(all)
	for _, p := range []float64{0, .1, .5, .9, .99, .999, 1} {
		want, got := all[int(p*float64(len(all)-1))], h.quantile(p)
		if math.Abs(float64(got-want)) > .008*float64(want) {
			t.Errorf("quantile %v is %v, want %v", p, got, want)
		}
	}
	if h.n() != 20_000 {
		t.Errorf("%d were counted", h.n())
	}
	if h.reset(); h.n() != 0 || h.quantile(.5) != 0 {
		t.Error("something is left after reset")
	}
}

func TestBucketsAreNarrowAndInOrder(t *testing.T) {
	before := -1
	for d := time.Duration(0); d < 1<<41; d += 1 + d/300 {
		b := bucketOf(d)
		if b < before || b > before+1 && d > 300 || b >= histogramSize {
			t.Fatalf("%d ns: bucket %d after %d", d, b, before)
		}
		before = b
	}
	if before != histogramSize-1 || bucketOf(-5) != 0 || bucketOf(math.MaxInt64) != before {
		t.Errorf("the last bucket is %d of %d", before, histogramSize)
	}
}

func TestRowsCompareRoundByRound(t *testing.T) {
	round := func(v float64) Figures { return Figures{{"x", "an x", "µs", v}} }
	rows := Rows([]Figures{round(1), round(6), round(2)}, []Figures{round(2), round(4), round(8)})
	if len(rows) != 1 || rows[0].Value != 2 {
		t.Fatalf("got %+v", rows)
	}
	r := rows[0]
	if r.Server != (Spread{2, 1, 6}) || *r.Peer != (Spread{4, 2, 8}) || *r.Ratio != (Spread{.5, .25, 1.5}) {
		t.Errorf("got %+v %+v %+v", r.Server, *r.Peer, *r.Ratio)
	}
	if alone := Rows([]Figures{round(1), round(2)}, nil)[0]; alone.Peer != nil || alone.Ratio != nil || alone.Server.Median != 1.5 {
		t.Errorf("got %+v", alone)
	}
	if zero := Rows([]Figures{round(1)}, []Figures{round(0)})[0]; zero.Ratio != nil {
		t.Error("something was divided by nothing")
	}
}

func TestSlopeIsThatOfTheLine(t *testing.T) {
	if got := slope([][2]float64{{0, 3}, {1, 5}, {2, 7}, {10, 23}}); math.Abs(got-2) > 1e-9 {
		t.Errorf("got %v", got)
	}
	if slope([][2]float64{{1, 5}}) != 0 {
		t.Error("one point has no slope")
	}
}

func TestFiguresAsText(t *testing.T) {
	for v, want := range map[float64]string{0: "0", .0814: "0.081", 3.14159: "3.14", 31.4159: "31.4", 314.159: "314", 1234567: "1 234 567", -1234: "-1 234", 100: "100"} {
		if got := number(v); got != want {
			t.Errorf("%v: got %q, want %q", v, got, want)
		}
	}
	f := Figures{{"b", "", "", 1234.5}, {"a", "", "ms", .123456}}
	if b, err := json.Marshal(f); err != nil || string(b) != `{"b":1235,"a":0.1235}` {
		t.Errorf("got %s, %v", b, err)
	}
	if _, err := json.Marshal(Figures{{"x", "", "", math.NaN()}}); err == nil {
		t.Error("what is no number was written")
	}
	if b, _ := json.Marshal(Figures{}); string(b) != "{}" {
		t.Errorf("got %s", b)
	}
}
