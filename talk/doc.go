// Package talk plays conversations against a server: scripts that say who sends
// what and who gets what. They stand in testdata/*.talk and in the specification,
// docs/protocol.md, so that its examples are tests. Only tests import it.
//
// # The language
//
//	# a comment
//	not over: ws, http        header: transports on which the script makes no sense; the comment before it says why
//	as datagrams              header: over UDP only, with everything that a client does there in the script
//	guests: nowhere           header: from where guests are let in: nowhere, local (if not said), everywhere
//	register: nowhere         header: from where names can be registered without an invitation
//	ann connects              opens a connection and says nothing
//	ann comes                 connects, says presence as the guest ann with "jim":2, and takes the 200
//	ann opens a terminal      connects as a person at nc does; from then on she types lines and reads lines; streams only
//	ann> TEXT                 sends TEXT: a line of a stream, a WebSocket message, the body of a POST
//	ann>> "…"                 sends a string in Go's quotes exactly as it is; streams only
//	ann< JSON                 the next object that ann gets
//	ann hears nothing         a ping comes back before anything else
//	ann is cut off            her connection drops without a goodbye
//	ann returns [SINCE]       connects and logs in again, with since in presence if it is given
//	ann is gone               the server has closed her connection
//	the server restarts       it says goodbye, ends, and starts again at the same addresses with the same store
//
// In a step, $repeat(x,40) is the text x forty times. An actor is one connection; two actors may be two devices of one account.
//
// # What matches
//
// In what is expected, every member given must be there and be equal, and so on
// inside objects; lists are equal item by item. Other members are allowed. The
// text "*" stands for any value, and members called time, since, seen, token and
// server match whatever value they have. A text "$word" matches anything the first
// time and the same value from then on; it can be sent, too. "$owner" is an
// invitation that makes an owner.
//
// What is expected at a terminal is a line as it is shown; a time in front of it is
// any time, and "*" is any line.
//
// Presence of others ("action":"presence") comes at a time of its own: it is
// passed over unless it is what the script expects, and is then looked for among
// all that came. Over HTTP answers and events come on different ways, so any object
// that has come and was not expected before may match.
//
// At the end of a script everybody who is still there must hear nothing: a script
// names everything that is said.
package talk
