package main

import (
	"errors"
	"fmt"
)

// The exit codes of jim, as docs/operating.md lists them. Where there is one, the number is that
// of BSD's sysexits; 124 is what timeout(1) uses, 130 what
// shells make of Ctrl-C.
const (
	exitDone        = 0
	exitFailed      = 1   // something else went wrong
	exitUsage       = 2   // the command line is wrong
	exitFault       = 3   // jim torture: a promise was not kept; jim tap: a rule was broken
	exitDamaged     = 65  // the database, the backup or the history is damaged
	exitNotFound    = 67  // no such person or room
	exitUnreachable = 69  // nobody answers at that address
	exitPanic       = 70  // a fault of the program itself
	exitStorage     = 74  // the disk failed
	exitTryAgain    = 75  // refused now; the same may succeed later
	exitRefused     = 77  // wrong login, or not allowed
	exitConfig      = 78  // the configuration is wrong
	exitTimedOut    = 124 // --timeout was over
	exitInterrupted = 130 // jim check, backup, restore: Ctrl-C, or SIGTERM, before it was done
)

// exitError is an error that chose its exit code.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

// exitf makes an error that ends the program with code.
func exitf(code int, format string, args ...any) error {
	return &exitError{code, fmt.Errorf(format, args...)}
}

// exitCode is the code that err ends the program with.
func exitCode(err error) int {
	var e *exitError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &e):
		return e.code
	}
	return exitFailed
}
