// Package chat is the chat itself: sessions, rooms, people, and what one may do
// with them. It takes objects from a [Conn], keeps what is said in a [Store],
// and tells those who are here.
//
// It must not know a socket, a byte order of the wire or a line of SQL. What it
// needs of the outside is [Conn] and [Store].
//
// # The way of a message
//
// Session.run reads an object and decodes it; the table in command.go finds the
// handler; say (talk.go) hands an Entry to Store.Keep and goes on reading. The
// store commits a group of entries and calls Hub.kept from one goroutine: each
// sender is answered, the events of each room are encoded once, and Room.deliver
// puts the same bytes into the outbox of every member. An outbox has a writer
// only while there is something to write.
//
// # Order of locks
//
// person.mu, then Session.mu, then Hub.mu, then Room.mu, then outbox.mu. None is
// held across I/O; the store is never called with one held. Below outbox.mu
// nothing is locked.
package chat
