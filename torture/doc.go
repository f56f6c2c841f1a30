// Package torture tries to make a server break its promises: that what was
// acknowledged is on stable storage, that there is one copy of it for ever, in one
// order, that nobody misses anything, and that nothing is told that could be taken
// back.
//
// There are six works, each a way to hurt a server:
//
//	kill   the process is killed at any instant, and started again
//	power  the disk loses power, and keeps of what was not synced what the lot decides
//	sync   a sync fails once, and the next one succeeds
//	full   the disk is full, and has room again
//	clock  the clock jumps by years, and the same id is sent again
//	lines  connections are cut at any byte, and delayed
//
// While that happens a crowd of [voice]s talks: clients that see every byte the
// server says, come back by themselves, and send again what was not acknowledged,
// under the same id. All of them write down what they sent and were told, in one
// history. In the end every conversation is read whole, and package history says
// whether the promises were kept.
//
// A crowd talks for a chapter and then makes room for the next one, with other names and
// rooms, so that a history stays short enough to be kept in memory. The data of all chapters
// stays in one folder.
//
// The works kill, sync, full, clock and lines hurt a process of its own, which the caller
// provides ([Options].Server); power, and most of sync, a hub over a store in this one.
package torture
