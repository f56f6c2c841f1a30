package listen

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestTheExampleOfDatagrams runs the client that stands in the specification, where there is a
// Python, against a server whose first answer is lost; what is left is the same bytes again.
func TestTheExampleOfDatagrams(t *testing.T) {
	page, err := os.ReadFile("../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(page), "```python\n")
	program, _, ends := strings.Cut(rest, "```")
	if !found || !ends {
		t.Fatal("there is no example")
	}
	h := open(t, Options{}, "udp://127.0.0.1:0")
	host, port, _ := strings.Cut(h.place(0), ":")
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Log("there is no Python here")
		return
	}
	file := filepath.Join(t.TempDir(), "say.py")
	if err := os.WriteFile(file, []byte(program), 0o600); err != nil {
		t.Fatal(err)
	}
	c := exec.Command(python, file, host, port, "#tea", "21.5 °C")
	var out strings.Builder
	c.Stdout, c.Stderr = &out, &out
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	s := h.next(t)
	if _, err := s.Read(); err != nil { // who asks
		t.Fatal(err)
	}
	puts(t, s, `{"response":200,"id":"http-authorization"}`)
	request, err := s.Read()
	if err != nil || !strings.Contains(string(request), `"cookie"`) || !strings.Contains(string(request), `"to": "#tea"`) {
		t.Errorf("it asks %s, %v", request, err)
	}
	// It has to ask twice before it is answered.
	if !soon(func() bool { return h.Counts()["udp_repeats"] >= 1 }) {
		t.Error("it does not ask again")
	}
	_, id, _ := strings.Cut(string(request), `"id": "`)
	id, _, _ = strings.Cut(id, `"`)
	puts(t, s, `{"response":201,"id":"`+id+`","to":"#tea","seq":7}`)
	s.Close()
	if err := c.Wait(); err != nil || !strings.Contains(out.String(), `"seq": 7`) {
		t.Errorf("it ends with %v and says %s", err, &out)
	}
}
