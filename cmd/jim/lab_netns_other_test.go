//go:build unix && !linux

package main

import "github.com/rogpeppe/go-internal/testscript"

// mayMakeNetworks is false: there are no network namespaces here.
func mayMakeNetworks() bool { return false }

func makeNetworks(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Fatalf("there are no network namespaces here")
}
