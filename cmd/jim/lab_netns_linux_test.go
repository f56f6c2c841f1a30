package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// mayMakeNetworks tells whether the tests may make networks of their own here, by trying. It needs root and ip of
// iproute2.
var mayMakeNetworks = sync.OnceValue(func() bool {
	name := fmt.Sprintf("jim-try-%d", os.Getpid())
	if exec.Command("ip", "netns", "add", name).Run() != nil {
		return false
	}
	able := exec.Command("ip", "netns", "exec", name, "ip", "link", "add", "jim0", "type", "veth", "peer", "name", "jim1").Run() == nil
	return exec.Command("ip", "netns", "delete", name).Run() == nil && able
})

// makeNetworks is the command of scripts
//
//	networks A B   makes two machines, as far as their network goes, with a cable between them:
//	               198.51.100.1 and 198.51.100.2 (RFC 5737); `ip netns exec $A` is in the first
//
// which nothing leaves; they are gone at the end of the script.
func makeNetworks(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: networks A B")
	}
	ip := func(line string) {
		if out, err := exec.Command("ip", strings.Fields(line)...).CombinedOutput(); err != nil {
			ts.Fatalf("ip %s: %v\n%s", line, err, out)
		}
	}
	var names []string
	for _, arg := range args {
		name := fmt.Sprintf("jim-%s-%d", strings.ToLower(arg), os.Getpid())
		ip("netns add " + name)
		ts.Defer(func() { ip("netns delete " + name) })
		ts.Setenv(arg, name)
		names = append(names, name)
	}
	ip(fmt.Sprintf("-n %s link add eth0 type veth peer name eth0 netns %s", names[0], names[1]))
	for i, name := range names {
		ip(fmt.Sprintf("-n %s address add 198.51.100.%d/24 dev eth0", name, i+1))
		ip(fmt.Sprintf("-n %s link set eth0 up", name))
		ip(fmt.Sprintf("-n %s route add default dev eth0", name)) // 255.255.255.255 goes where all goes
	}
}
