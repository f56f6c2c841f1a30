//go:build unix

package main

import (
	"fmt"
	"io"
	"net"
	"os"
)

// stoppedClock is the program stopped-clock of scripts: a client of the course that is right but for its clock.
func stoppedClock() {
	c, err := net.Dial("tcp", os.Getenv("JIM_ADDRESS"))
	if err == nil {
		_, err = fmt.Fprintf(c, `{"action":"presence","time":5,"type":"status","user":{"account_name":%q,"status":"x"}}`, os.Getenv("JIM_NAME"))
	}
	if err == nil {
		_, err = io.Copy(io.Discard, c)
	}
	fmt.Println("ended:", err)
}
