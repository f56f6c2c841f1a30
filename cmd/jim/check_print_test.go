package main

import (
	"strings"
	"testing"
	"time"

	"jim/check"
)

// TestReportIsFolded prints every rule, as passed, skipped and failed, in every language on terminals of several widths:
// no line is wider that could be folded, and no word is broken.
func TestReportIsFolded(t *testing.T) {
	for _, l := range []language{english, russian, chinese} {
		for _, width := range []int{80, 100, 132} {
			var words []string
			var b strings.Builder
			for _, c := range allChecks() {
				for _, state := range []check.State{check.Passed, check.Skipped, check.Failed} {
					rule := checkRule(&c, l)
					x := check.Result{Check: c, State: state, Expected: rule, Came: rule, Why: rule}
					printResult(&b, &x, checkLook{width: width}, l)
					words = append(words, strings.Fields(rule)...)
				}
			}
			text := b.String()
			for line := range strings.Lines(text) {
				one := len(breakable(strings.TrimSpace(line))) == 1 // an object of the protocol has no space to fold at
				if w := columns(strings.TrimRight(line, "\n")); w > width && !one {
					t.Errorf("%d columns in %d: %s", w, width, line)
				}
			}
			for _, w := range words {
				if l != chinese && !strings.Contains(text, w) {
					t.Errorf("%q is broken at %d columns", w, width)
				}
			}
		}
	}
}

// TestTimesAreTheReaders: a fraction has a comma in Russian.
func TestTimesAreTheReaders(t *testing.T) {
	for l, want := range map[language]string{english: "1.234s", russian: "1,234с", chinese: "1.234s"} {
		if got := strings.TrimSpace(checkTime(1234*time.Millisecond, l)); got != want {
			t.Errorf("%v: %q, want %q", l, got, want)
		}
	}
	if got := inUnits(shortTime(2300*time.Microsecond), russian); got != "2,3мс" {
		t.Errorf("%q", got)
	}
	if got := inUnits(shortTime(340*time.Microsecond), russian); got != "340мкс" {
		t.Errorf("%q", got)
	}
	if got := decimal("0.2", russian) + decimal("0.2", english); got != "0,20.2" {
		t.Errorf("%q", got)
	}
}
