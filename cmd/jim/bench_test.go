package main

import (
	"strings"
	"testing"

	"jim/bench"
)

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
