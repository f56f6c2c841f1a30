// Package lastword is what a process does when it comes upon a fault of its own, a panic: it says
// so and ends. After one nobody knows what is locked for ever or half changed, so nothing may go on,
// neither beside the goroutine that panicked nor in it, where net/http would catch it.
//
// Only the goroutine itself can tell of its panic. So the owner of a goroutine has it begin with
//
//	defer lastword.Guard()
//
// A panic in one that belongs to a library ends the process too, by the Go runtime, and without words.
package lastword

import (
	"errors"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
)

// Say says what went wrong and where, and ends the process. It is called once, on the goroutine that
// panicked, whose deferred calls but the guard were made; it may hold no lock that it did not take itself.
type Say func(fault any, stack []byte)

var (
	say  atomic.Pointer[Say]
	once sync.Mutex // for ever of the first that speaks
)

// Give makes f the last word of this process. The command gives it; without one, as in tests of a
// package, a panic goes on as if there were no guard.
func Give(f Say) { say.Store(&f) }

// Guard is deferred at the beginning of a goroutine, or of a function whose caller would catch a panic.
// Those with one of the errors in but are no faults and go on, such as [net/http.ErrAbortHandler].
func Guard(but ...error) {
	f := say.Load()
	if f == nil {
		return
	}
	fault := recover()
	if fault == nil {
		return
	}
	if err, ok := fault.(error); ok && slices.ContainsFunc(but, func(e error) bool { return errors.Is(err, e) }) {
		panic(fault)
	}
	once.Lock() // whoever comes later waits here for the end
	(*f)(fault, debug.Stack())
	panic(fault)
}
