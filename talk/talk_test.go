package talk

import (
	"flag"
	"net"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// scripts are all conversations: those of testdata and those in the specification.
func scripts(t *testing.T) []*Script {
	t.Helper()
	all, err := Files("../testdata")
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 25 {
		t.Fatalf("only %d scripts were found", len(all))
	}
	for name, least := range map[string]int{"protocol.md": 4, "dialects.md": 1} {
		page, err := os.Open("../docs/" + name)
		if err != nil {
			t.Fatal(err)
		}
		blocks, err := Blocks(name, page)
		page.Close()
		if err != nil {
			t.Fatal(err)
		}
		if len(blocks) < least {
			t.Fatalf("only %d blocks were found in %s", len(blocks), name)
		}
		all = append(all, blocks...)
	}
	return all
}

func TestConversations(t *testing.T) {
	all := scripts(t)
	first, err := net.Listen("tcp", "127.0.0.1:0") // opens what Go's poller keeps for ever
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	before := used()
	t.Run("over", func(t *testing.T) {
		for _, transport := range Transports {
			for _, s := range all {
				if slices.Contains(s.NotOver, transport) {
					continue
				}
				t.Run(transport+"/"+strings.TrimSuffix(s.Name, ".talk"), func(t *testing.T) {
					t.Parallel()
					folder, err := TempFolder()
					if err != nil {
						t.Fatal(err)
					}
					t.Cleanup(func() { os.RemoveAll(folder) })
					if err := Play(s, transport, folder); err != nil {
						t.Error(err)
					}
				})
			}
		}
	})
	checkLeaks(t, "all conversations", before)
	if flag.Lookup("test.run").Value.String() != "" {
		return // some conversations are too few for all that can happen
	}
	if l, d, r := happened.lost.Load(), happened.doubled.Load(), happened.reordered.Load(); l < 20 || d < 20 || r < 20 {
		t.Errorf("over the lossy way %d datagrams were lost, %d doubled, %d reordered", l, d, r)
	}
}

// use is what a process holds.
type use struct{ goroutines, files int }

func used() use {
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		files = nil // there is no such folder on this system
	}
	return use{runtime.NumGoroutine(), len(files)}
}

// checkLeaks waits until all that servers and actors held is given back.
func checkLeaks(t *testing.T, what string, before use) {
	t.Helper()
	deadline := time.After(Patience)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		now := used()
		if now.goroutines <= before.goroutines && now.files <= before.files {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			stacks := make([]byte, 1<<16)
			stacks = stacks[:runtime.Stack(stacks, true)]
			t.Fatalf("after the servers of %s had ended: %+v, before: %+v\n%s", what, now, before, stacks)
		}
	}
}
