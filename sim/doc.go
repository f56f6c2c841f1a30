// Package sim drives the chat itself, and nothing around it, through a random
// schedule in virtual time: the real hub and its sessions, over connections and a store
// in memory that are as bad as real ones. Connections are cut at any byte, lag and block; commits
// wait, fail, or are known only after a restart; the server crashes.
//
// One seed is one world. A world does one step at a time and waits until nothing moves any
// more, and nobody writes to a client before, so the same seed gives the same history, whatever the scheduler of Go does.
// Package history judges what the clients lived through. [Play] must run in a bubble of testing/synctest.
package sim
