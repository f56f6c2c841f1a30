package startlog

import (
	"fmt"
	"strings"
	"testing"
)

func TestReader(t *testing.T) {
	r := New()
	log := `no JSON
{"level":"INFO","msg":"listening","address":"tcp://127.0.0.1:7001"}
{"level":"INFO","msg":"listening","address":"unix:///x"}
{"level":"INFO","msg":"ready"}
{"level":"INFO","msg":"ready"}
panic: the last`
	for _, b := range []byte(log) { // however it is cut
		if n, err := r.Write([]byte{b}); n != 1 || err != nil {
			t.Fatal(n, err)
		}
	}
	if address := <-r.Ready(); address != "tcp://127.0.0.1:7001" {
		t.Errorf("ready at %q", address)
	}
	if last := r.Last(); last != log {
		t.Errorf("the last lines are\n%s", last)
	}
	for i := range 100 {
		fmt.Fprintln(r, "\nline", i)
	}
	if last := r.Last(); strings.Count(last, "\n") != kept || !strings.Contains(last, "line 99") {
		t.Errorf("%d lines are kept:\n%s", strings.Count(last, "\n"), last)
	}
}
