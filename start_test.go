package jim_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// built is the program as it stands in the tree, built once for all tests.
var built struct {
	sync.Once
	folder, path string
	err          error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if built.folder != "" {
		os.RemoveAll(built.folder)
	}
	os.Exit(code)
}

// program returns the path of the built program.
func program(t *testing.T) string {
	t.Helper()
	built.Do(func() {
		if built.folder, built.err = os.MkdirTemp("", "jim-test-"); built.err != nil {
			return
		}
		built.path = filepath.Join(built.folder, "jim.exe") // the ending that every system takes
		if out, err := exec.Command("go", "build", "-buildvcs=false", "-o", built.path, "./cmd/jim").CombinedOutput(); err != nil {
			built.err = fmt.Errorf("%w\n%s", err, out)
		}
	})
	if built.err != nil {
		t.Fatal("building the program:", built.err)
	}
	return built.path
}

// slowest is what the initialisation of one package may take, in milliseconds. Every start of the
// program pays it: of the server, of the client, and of each line of a script.
const slowest = 5.0

func TestNoPackageIsSlowToStart(t *testing.T) {
	best := map[string]float64{}
	for range 5 { // the machine may be busy: a package is as fast as it can be
		for name, took := range initTimes(startTrace(t)) {
			if before, ok := best[name]; !ok || took < before {
				best[name] = took
			}
		}
	}
	if len(best) < 10 {
		t.Fatalf("only %d packages were traced: the runtime writes its trace differently now", len(best))
	}
	for _, complaint := range tooSlow(best) {
		t.Error(complaint)
	}
}

func TestSlowPackagesAreFound(t *testing.T) {
	times := initTimes("init quick @0.1 ms, 0.008 ms clock, 64 bytes, 2 allocs\ninit example.org/wide @1.5 ms, 19 ms clock, 2200000 bytes, 9 allocs\nother words\n")
	if got := tooSlow(times); len(times) != 2 || len(got) != 1 || !strings.Contains(got[0], "example.org/wide") {
		t.Errorf("times %v, too slow %q", times, got)
	}
}

// startTrace is what the runtime says of one start.
func startTrace(t *testing.T) string {
	t.Helper()
	c := exec.Command(program(t), "version")
	c.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	var trace strings.Builder
	c.Stderr = &trace
	if err := c.Run(); err != nil {
		t.Fatalf("jim version: %v\n%s", err, trace.String())
	}
	return trace.String()
}

// initTimes reads the milliseconds that each package took from a trace, whose lines are
// "init PACKAGE @AT ms, TOOK ms clock, BYTES bytes, N allocs" (package runtime, GODEBUG).
func initTimes(trace string) map[string]float64 {
	times := map[string]float64{}
	lines := bufio.NewScanner(strings.NewReader(trace))
	for lines.Scan() {
		var name string
		var at, took float64
		if _, err := fmt.Sscanf(lines.Text(), "init %s @%f ms, %f ms clock", &name, &at, &took); err == nil {
			times[name] = took
		}
	}
	return times
}

func tooSlow(times map[string]float64) (complaints []string) {
	for name, took := range times {
		if took > slowest {
			complaints = append(complaints, fmt.Sprintf("package %s takes %.1f ms in every start of the program; %.0f ms is the limit: find a newer version or another package", name, took, slowest))
		}
	}
	return complaints
}
