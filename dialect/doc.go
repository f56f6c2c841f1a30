// Package dialect lets programs that speak other dialects of JIM take part: those
// of the programming course JIM comes from, in which one read is one object, and
// names of members differ from program to program. docs/dialects.md says what each
// of them gets.
//
// An [Interpreter] looks at the first object of a connection. Where that is not
// JIM/2 it puts a [chat.Conn] in front of the connection, which turns what the
// program says into requests of JIM/2, and responses and events into what the
// program expects. The chat itself knows one protocol. A connection that speaks
// JIM/2 is left as it is and costs nothing.
//
// A Conn of this package has no goroutine: the session reads and writes through it.
// Answers of the chat come in the order of requests, so that a queue of what to do
// with each of them is all that has to be remembered.
package dialect
