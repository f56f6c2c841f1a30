package bench

import (
	"context"
	"fmt"
)

// Work is something that is measured once on one server.
type Work func(ctx context.Context, s *Server, say Say) (Figures, error)

// Compare measures in rounds, so that both servers meet the same machine. server gives the server for a round and
// stops it afterwards with over; peer nil = there is none. Who comes first changes with every round.
func Compare(ctx context.Context, rounds int, work Work, server func(context.Context) (s *Server, over func() error, err error), peer *Server, say Say) (own, others []Figures, err error) {
	for round := range rounds {
		tell := func(who string) Say {
			return func(doing string) {
				if rounds > 1 {
					doing = fmt.Sprintf("round %d of %d, %s: %s", round+1, rounds, who, doing)
				}
				say(doing)
			}
		}
		one := func() error {
			s, over, err := server(ctx)
			if err != nil {
				return err
			}
			f, err := work(ctx, s, tell("jim"))
			if stop := over(); err == nil {
				err = stop
			}
			own = append(own, f)
			return err
		}
		other := func() error {
			if peer == nil {
				return nil
			}
			f, err := work(ctx, peer, tell("the peer"))
			if err != nil {
				return fmt.Errorf("%s: %w", peer.Address, err)
			}
			others = append(others, f)
			return nil
		}
		turns := []func() error{other, one}
		if round%2 == 1 {
			turns = []func() error{one, other}
		}
		for _, turn := range turns {
			if err := turn(); err != nil {
				return nil, nil, err
			}
		}
	}
	return own, others, nil
}
