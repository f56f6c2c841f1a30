package wire

import (
	"fmt"
	"time"
)

// Error is the only kind of error whose words a peer may read. Everything else
// is "internal" to a peer and goes to the log.
//
// There are two failures: a reply, after which the connection goes on, and a
// goodbye (Close), after which it ends.
type Error struct {
	Code       Code
	Text       string        // what happened, in words, without a full stop
	RetryAfter time.Duration // when trying again can help; 0 = not said
	Close      bool          // the connection ends after this
}

// Errorf makes an [Error] of a code and words.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Text: fmt.Sprintf(format, args...)}
}

// After returns a copy of e that says when to try again.
func (e *Error) After(d time.Duration) *Error {
	c := *e
	c.RetryAfter = d
	return &c
}

// Goodbye returns a copy of e that ends the connection.
func (e *Error) Goodbye() *Error {
	c := *e
	c.Close = true
	return &c
}

func (e *Error) Error() string { return fmt.Sprintf("%d %s", int(e.Code), e.Text) }

// Response is e as an answer to the request with that id ("" = none).
func (e *Error) Response(id string) *Response {
	r := &Response{Code: e.Code, ID: id, Error: e.Text}
	retry := e.Code.Retryable()
	r.Retry = &retry
	r.RetryAfter = e.RetryAfter.Seconds()
	return r
}
