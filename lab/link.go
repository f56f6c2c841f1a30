//go:build unix

package lab

import (
	"math/rand/v2"
	"slices"

	"golang.org/x/sys/unix"
)

// Link is a bad road for datagrams: a program between two sockets. The same seed does the same harm.
type Link struct {
	Loss, Reorder, Double int // percent of the stones
	Seed                  uint64
}

// held is a datagram that the link has not handed on yet.
type held struct {
	stone []byte
	turn  int // it goes on in the order of these; see onTime and late
}

// onTime is the turn of the stone that came as number n; late is behind the one that comes delay later.
func onTime(n int) int      { return 2 * n }
func late(n, delay int) int { return 2*(n+delay) + 1 }

// carry takes what lies ready for the link and hands it on to at, or does not.
func (k Link) carry(link *Sock, at unix.Sockaddr) error {
	chance := rand.New(rand.NewPCG(k.Seed, 0))
	hits := func(percent int) bool { return chance.IntN(100) < percent }
	came := 0
	var waiting []held
	err := catch(link, func(b []byte) error {
		came++
		mine := held{append([]byte(nil), b...), onTime(came)}
		lost, holds, twice, delay := hits(k.Loss), hits(k.Reorder), hits(k.Double), 1+chance.IntN(3)
		switch {
		case lost:
			link.lab.remark(sayLinkLoses, stoneNumber(b))
			twice = false
		case holds:
			link.lab.remark(sayLinkHolds, stoneNumber(b))
			mine.turn = late(came, delay)
		}
		if !lost {
			waiting = append(waiting, mine)
		}
		if twice {
			link.lab.remark(sayLinkDoubles, stoneNumber(b))
			waiting = append(waiting, held{mine.stone, late(came, delay)})
		}
		var err error
		waiting, err = handOn(link, at, waiting, late(came, 0))
		return err
	})
	if err != nil {
		return err
	}
	_, err = handOn(link, at, waiting, late(came, 3)) // nothing waits longer
	return err
}

// handOn sends what has its turn by now, and gives back what has not.
func handOn(link *Sock, at unix.Sockaddr, waiting []held, now int) (still []held, err error) {
	slices.SortStableFunc(waiting, func(a, b held) int { return a.turn - b.turn })
	for i, h := range waiting {
		if h.turn > now {
			return waiting[i:], nil
		}
		if err := link.Sendto(h.stone, at); err != nil {
			return nil, err
		}
	}
	return nil, nil
}
