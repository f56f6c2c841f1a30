package torture

import (
	"context"
	"os/exec"
	"testing"
)

// A server that is started while a run is ended does not outlive it.
func TestAServerThatIsStartedDoesNotStay(t *testing.T) {
	sleep, err := exec.LookPath("sleep")
	if err != nil {
		t.Skip(err)
	}
	tr := newTrial(t)
	tr.Server = func(string, string, bool) *exec.Cmd { return exec.Command(sleep, "600") }
	ctx, stop := context.WithCancel(t.Context())
	stop()
	s := tr.newServer(false)
	defer s.kill()
	if up, err := s.start(ctx); up || err != nil || s.alive() {
		t.Errorf("up: %v, %v; alive: %v", up, err, s.alive())
	}
}
