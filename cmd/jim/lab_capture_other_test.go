//go:build unix && !linux

package main

// mayCapture is false: there is no AF_PACKET here.
func mayCapture() bool { return false }
