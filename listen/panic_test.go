package listen

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"jim/lastword"
)

// TestPanicInAPageEndsTheProcess has a page that panics, in a process of its own. net/http alone would log it
// and serve the next request.
func TestPanicInAPageEndsTheProcess(t *testing.T) {
	const lastExit = 70
	if fault := os.Getenv("JIM_PANIC_IN_A_PAGE"); fault != "" {
		lastword.Give(func(fault any, _ []byte) { fmt.Println("last word:", fault); os.Exit(lastExit) })
		page := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/abort" {
				panic(http.ErrAbortHandler)
			}
			panic("a page is broken")
		})
		h := open(t, Options{Page: page}, "tcp://127.0.0.1:0")
		_, err := http.Get("http://" + strings.TrimPrefix(h.Addresses()[0], "tcp://") + fault)
		fmt.Println("it goes on:", err)
		return
	}
	for fault, want := range map[string]struct {
		exit int
		says string
	}{"/": {lastExit, "last word: a page is broken"}, "/abort": {0, "it goes on:"}} {
		c := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
		c.Env = append(os.Environ(), "JIM_PANIC_IN_A_PAGE="+fault)
		out, err := c.CombinedOutput()
		if code := c.ProcessState.ExitCode(); code != want.exit || !strings.Contains(string(out), want.says) {
			t.Errorf("%s: exit code %d, %v\n%s", fault, code, err, out)
		}
	}
}
