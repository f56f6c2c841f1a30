// Package check is a conformance suite for programs that speak JIM: it plays short conversations with
// a server, each of which proves one rule of docs/protocol.md or docs/dialects.md, and says of each what
// was expected and what came.
//
// A [Check] says which rule; a [Result] how it went; a [Report] is all of them, with the grade. The
// report knows nothing of how its results came about, so that whatever judges a program of JIM can use it.
//
// A [Judge] asks nothing: it looks at a conversation of two others and tells which of its [Rules] they break.
// `jim tap` shows what it says, and package check/lesson hands it what clients send.
package check
