package main

import (
	"strings"
	"testing"

	"jim/bench"
)

func TestLogOfAServerIsReadInAnyPieces(t *testing.T) {
	log := `{"level":"INFO","msg":"listening","address":"tcp://127.0.0.1:4711"}
not JSON
{"level":"INFO","msg":"listening","address":"unix:///x"}
{"level":"INFO","msg":"ready","version":"1"}
{"level":"INFO","msg":"ready","version":"1"}
half a li`
	for size := 1; size < len(log); size += 7 {
		r := &logReader{ready: make(chan string, 1)}
		for rest := log; rest != ""; {
			n := min(size, len(rest))
			if wrote, err := r.Write([]byte(rest[:n])); wrote != n || err != nil {
				t.Fatal(wrote, err)
			}
			rest = rest[n:]
		}
		select {
		case got := <-r.ready:
			if got != "tcp://127.0.0.1:4711" {
				t.Errorf("got %q", got)
			}
		default:
			t.Fatal("the server was ready, and nobody saw it")
		}
		if last := r.last().Error(); !strings.HasSuffix(last, "\nhalf a li") {
			t.Errorf("the last lines are %q", last)
		}
	}
}

func TestLogKeepsTheLastLinesOnly(t *testing.T) {
	r := &logReader{ready: make(chan string, 1)}
	r.Write([]byte(strings.Repeat("one\n", 1000) + "two\n"))
	if lines := strings.Count(r.last().Error(), "\n"); lines > 10 || !strings.Contains(r.last().Error(), "two") {
		t.Errorf("%d lines are kept", lines)
	}
}

func TestRatesOfASweep(t *testing.T) {
	if rates, err := ratesOf("50, 200,4000"); err != nil || len(rates) != 3 || rates[2] != 4000 {
		t.Errorf("got %v, %v", rates, err)
	}
	for _, wrong := range []string{"0", "1,,2", "x", "-5", "1000001", strings.Repeat("1,", 20) + "1"} {
		if rates, err := ratesOf(wrong); err == nil {
			t.Errorf("%s: got %v", wrong, rates)
		}
	}
}

func TestTableOfAComparison(t *testing.T) {
	var b strings.Builder
	rows := bench.Rows(
		[]bench.Figures{{{Key: "a", Label: "first", Unit: "µs", Value: 1}}, {{Key: "a", Label: "first", Unit: "µs", Value: 3}}},
		[]bench.Figures{{{Key: "a", Value: 2}}, {{Key: "a", Value: 2}}},
	)
	writeRows(&b, rows, 2, true)
	want := "  median of 2 (least – most)                     jim   the peer        jim ÷ the peer\n" +
		"  first                        2.00 (1.00 – 3.00) µs    2.00 µs   1.00 (0.500 – 1.50)\n"
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}
