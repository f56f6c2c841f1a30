//go:build unix && !linux

package lab

// synCount is an option of Linux; elsewhere that part is left out.
var synCount func(*Sock) error
