//go:build !unix

package main

// noCores has nothing to do here.
func noCores() {}

// places is how many connections the system allows, 0 = no limit.
func places() int { return 0 }
