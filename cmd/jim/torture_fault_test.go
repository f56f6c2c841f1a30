//go:build unix

package main

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/spf13/cobra"

	"jim/torture"
)

// spoiled runs works with servers of which the first is as it should be, and those after it are what spoil makes of
// them. It returns the report and the exit code.
func spoiled(t *testing.T, work string, asJSON bool, spoil func(*exec.Cmd)) (report string, code int) {
	t.Helper()
	var out bytes.Buffer
	c := new(cobra.Command)
	c.SetContext(t.Context())
	c.SetOut(&out)
	c.SetErr(&out)
	var launched atomic.Int32
	run := torturing{seed: 1, long: time.Second, only: []string{work}, data: t.TempDir(), asJSON: asJSON}
	run.server = func(_, config, data, listen string, frail bool) *exec.Cmd {
		p := serverUnder("jim", config, data, listen, frail)
		if launched.Add(1) > 1 {
			spoil(p)
		}
		return p
	}
	code = exitCode(run.run(c))
	return out.String(), code
}

// A server that does not come back is a fault: it is reported as one, and what was said before is kept.
func TestTortureKeepsWhatWasSaidBeforeAServerThatDoesNotStart(t *testing.T) {
	for _, work := range []string{"kill", "sync"} {
		t.Run(work, func(t *testing.T) {
			out, code := spoiled(t, work, true, func(p *exec.Cmd) { p.Args = append(p.Args, "--no-such-flag") })
			if code != exitFault {
				t.Errorf("exit code %d, want %d", code, exitFault)
			}
			var report tortureReport
			if err := json.Unmarshal([]byte(out), &report); err != nil {
				t.Fatalf("%v in %q", err, out)
			}
			if report.Faults != 1 || len(report.Works) != 1 || report.Stopped || report.Data == "" || report.Machine.Cores == 0 {
				t.Fatalf("reported %s", out)
			}
			r := report.Works[0]
			if r.Faults[0].Kind != torture.FaultServer || !strings.Contains(r.Faults[0].Words, "it does not start") || len(r.History) != 1 {
				t.Fatalf("found %v, kept %v", r.Faults, r.History)
			}
			if c, err := torture.Check(r.History[0]); err != nil || c.Entries == 0 || len(c.Faults) > 0 || !c.Whole {
				t.Errorf("kept %+v, %v", c, err)
			}
		})
	}
}

// What cannot be found out at all is said with what was found until then.
func TestTortureThatCannotGoOnReports(t *testing.T) {
	for _, asJSON := range []bool{false, true} {
		out, code := spoiled(t, "kill", asJSON, func(p *exec.Cmd) { p.Path, p.Err = filepath.Join(t.TempDir(), "nothing"), nil })
		if code != exitFailed {
			t.Errorf("exit code %d, want %d", code, exitFailed)
		}
		want := "  kill "
		if asJSON {
			want = `"error":"torture: kill: starting a server: `
		}
		if !strings.Contains(out, want) || strings.Contains(out, "No fault") {
			t.Errorf("reported %s", out)
		}
	}
}
