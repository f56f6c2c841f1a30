// Package lines is JIM for people who type: somebody at nc or telnet gets a
// conversation of plain lines instead of objects.
//
// A [Conn] is a [chat.Conn] over a stream of bytes. What is typed becomes requests
// of JIM/2, and what the session answers and tells becomes lines. Everything that
// goes out passes through the session's outbox: where a command needs no answer
// of the server, such as /help, the line is told in the answer to a ping. So a
// person who does not read costs no more than a program that does not, and is
// closed in the same way.
//
// One command is under way at a time: the next line is looked at when the one
// before has been answered, so that a script can be piped in. Messages do not wait
// for each other.
//
// docs/dialects.md says what a person sees.
package lines
