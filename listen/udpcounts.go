package listen

import "sync/atomic"

// udpCounts says how often something was told or dropped over UDP, by name.
type udpCounts struct {
	cookies   atomic.Uint64 // cookies given out
	garbage   atomic.Uint64 // datagrams that are no object, dropped
	oversized atomic.Uint64 // datagrams over the limit, dropped or answered 413
	unproven  atomic.Uint64 // datagrams without a good cookie that could not be told so: too short, too many, or not welcome
	full      atomic.Uint64 // datagrams of a session that reads too slowly, dropped
	places    atomic.Uint64 // sessions and single requests for which there was no place
	forgotten atomic.Uint64 // answers to single requests that were forgotten early, for want of room
	resets    atomic.Uint64 // packets of QUIC of a server before, told that their connection is no more
	repeats   atomic.Uint64 // requests that came again: dropped, or answered as before
	resent    atomic.Uint64 // events sent again
	givenUp   atomic.Uint64 // events that were never acknowledged
	tooLarge  atomic.Uint64 // events too large for a datagram, told as behind
}

// Counts are the counters of what came in, by name.
func (ls *Listeners) Counts() map[string]uint64 {
	c := &ls.counts
	return map[string]uint64{
		"udp_cookies": c.cookies.Load(), "udp_garbage": c.garbage.Load(), "udp_oversized": c.oversized.Load(),
		"udp_unproven": c.unproven.Load(), "udp_full": c.full.Load(), "udp_places": c.places.Load(),
		"udp_forgotten": c.forgotten.Load(), "udp_resets": c.resets.Load(),
		"udp_repeats": c.repeats.Load(), "udp_resent": c.resent.Load(), "udp_given_up": c.givenUp.Load(), "udp_too_large": c.tooLarge.Load(),
	}
}
