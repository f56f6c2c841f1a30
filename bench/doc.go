// Package bench puts a chat server of this machine under load and says what its process spent on
// it: the time its threads ran and the memory it held, read from /proc, so that what the
// load itself costs disturbs the figures little.
//
// A work ([Fanout], [Latency], [Durable], [Idle], [Storm], [History], [Hostile]) is a struct of sizes with a
// method Run, which takes a [Server] and gives [Figures]. [Fanout], [Latency], [Durable] and [Idle] can be done by
// other servers too (NATS, IRC), so that [Compare] can run both in turns.
//
// The load is made to be cheap: raw sockets, no JSON is decoded for a delivery, a receiver looks for
// a mark in the bytes that come. The text of every message begins with that mark and the time at which it was sent, and
// every message has an id of its own. What a server drops is counted and said.
//
// Only addresses of this machine are spoken to. A run leaves rooms and guests behind, whose names it chose
// at random: give it a server of its own.
package bench
