package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"jim/bench"
)

// benchCommand is a command below `jim bench`; work is looked at when the flags are known.
func (b *benching) benchCommand(use, short, long, example string, run func(c *cobra.Command) error) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Long: long, Example: example,
		Args:              cobra.NoArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(c *cobra.Command, _ []string) error { return run(c) },
	}
}

func (b *benching) fanout() *cobra.Command {
	var w bench.Fanout
	c := b.benchCommand("fanout", "Full rooms in which as much is said as comes through",
		`Full rooms in which as much is said as comes through. A writer has up to --window
messages under way; one is under way until every member has it. What the server's
CPU spends on one delivery is the figure that other machines disturb least.`,
		`  jim bench fanout
  jim bench fanout --members 1000 --seconds 4
  jim bench fanout --rooms 100 --members 20
  jim bench fanout --logins 16
  jim bench fanout --against nats://127.0.0.1:4222 --rounds 5`,
		func(c *cobra.Command) error { return b.run(c, w) })
	f := c.Flags()
	f.IntVar(&w.Rooms, "rooms", 1, "rooms")
	f.IntVar(&w.Members, "members", 100, "members of each room")
	f.IntVar(&w.Publishers, "publishers", 4, "of them, how many write")
	f.IntVar(&w.Window, "window", 64, "messages under way for each of those")
	f.IntVar(&w.Size, "size", 100, "bytes of text in a message")
	f.Float64Var(&w.Seconds, "seconds", 8, "measured time")
	f.Float64Var(&w.Warm, "warm", 2, "seconds before it is measured")
	f.IntVar(&w.Logins, "logins", 0, "people who log in with a password all the time: what they leave of the traffic, measured in turns afterwards")
	return c
}

func (b *benching) durable() *cobra.Command {
	var w bench.Durable
	c := b.benchCommand("durable", "How many messages a second are safe on disk",
		`How many messages a second are safe on disk: senders who keep --window messages
without an acknowledgement, over many rooms; then half of what came through, to see how long an
acknowledgement takes; then one sender in one room. The peer of a comparison is
JetStream, to be run with sync_interval: always if both are to keep the same promise.`,
		`  jim bench durable
  jim bench durable --senders 200 --rooms 200 --window 64 --data /var/tmp
  jim bench durable --rate 15000
  jim bench durable --against nats://127.0.0.1:4222`,
		func(c *cobra.Command) error { return b.run(c, w) })
	f := c.Flags()
	f.IntVar(&w.Rooms, "rooms", 64, "rooms")
	f.IntVar(&w.Senders, "senders", 64, "connections that send, in turns in the rooms")
	f.IntVar(&w.Window, "window", 64, "messages of one sender without an acknowledgement")
	f.IntVar(&w.Rate, "rate", 0, "messages a second of the timed part (default half of what came through)")
	f.IntVar(&w.Size, "size", 100, "bytes of text in a message")
	f.Float64Var(&w.Seconds, "seconds", 5, "measured time of each of the three")
	f.Float64Var(&w.Warm, "warm", 1, "seconds before each is measured")
	return c
}

func (b *benching) idle() *cobra.Command {
	var w bench.Idle
	c := b.benchCommand("idle", "What a connection that says nothing costs in memory",
		`What a connection that is logged in and says nothing costs the server in resident
memory, what the next one costs, and what is left after all said something at once and rested.`,
		`  jim bench idle
  jim bench idle --conns 19000 --steps 8
  jim bench idle --transport tls
  jim bench idle --to wss://127.0.0.1:7777`,
		func(c *cobra.Command) error { return b.run(c, w) })
	f := c.Flags()
	f.IntVar(&w.Conns, "conns", 10_000, "connections")
	f.IntVar(&w.Steps, "steps", 4, "how often memory is measured on the way there")
	f.Float64Var(&w.Settle, "settle", 12, "seconds of rest before each measurement: what the logins left is collected")
	f.IntVar(&w.Burst, "burst", 20, "messages that each says afterwards; 0 leaves the burst out")
	f.Float64Var(&w.Rest, "rest", 30, "seconds of rest after the burst")
	return c
}

func (b *benching) storm() *cobra.Command {
	var w bench.Storm
	c := b.benchCommand("storm", "Everybody comes back at once",
		`Everybody comes back at once: connects, logs in with a token, joins the room and
gets the messages that were missed.`,
		`  jim bench storm
  jim bench storm --conns 10000 --parallel 200`,
		func(c *cobra.Command) error { return b.run(c, w) })
	f := c.Flags()
	f.IntVar(&w.Conns, "conns", 5000, "who come back")
	f.IntVar(&w.Room, "room", 50, "members of one room")
	f.IntVar(&w.Missed, "missed", 50, "messages that each has missed")
	f.IntVar(&w.AtATime, "parallel", 64, "who come at the same time")
	return c
}

func (b *benching) hostile() *cobra.Command {
	var w bench.Hostile
	c := b.benchCommand("hostile", "How those who talk fare while many others mean harm",
		`How those who talk fare while many others on the same server mean harm: connections
that say nothing, that send a byte a second of an object, a header, a body or a frame, that stop
in a handshake, that read nothing, that send what is broken or too large, that say too much, that
come and go. The server keeps to its limits, as it does by default; --to must not be one with
--limits off. That one of the honest is cut off is an error.

The attackers are a process of their own, which gets a processor when nobody else wants one, as if
they were on other machines. A connection that does not pass through the server shows what
this machine and the load add to every latency.`,
		`  jim bench hostile
  jim bench hostile --hostile 5000 --honest 200`,
		func(c *cobra.Command) error {
			if b.against != "" {
				return exitf(exitUsage, "no peer does this work, so --against has no meaning here")
			}
			limited := *b
			limited.limited = true
			w.Attackers = attackElsewhere
			return limited.run(c, w)
		})
	f := c.Flags()
	f.IntVar(&w.Hostile, "hostile", 2000, "connections that mean harm")
	f.IntVar(&w.Sources, "sources", 20, "addresses that they come from")
	f.IntVar(&w.Honest, "honest", 200, "people who talk")
	f.IntVar(&w.Room, "room", 20, "of them in one room")
	f.IntVar(&w.Rate, "rate", 200, "messages a second that they say together")
	f.Float64Var(&w.Seconds, "seconds", 10, "measured time before, under and after the attack")
	f.Float64Var(&w.Warm, "warm", 5, "seconds of attack before it is measured")
	return c
}

func (b *benching) history() *cobra.Command {
	var w bench.History
	c := b.benchCommand("history", "How long reading takes where much was said",
		`How long reading takes where much was said: pages anywhere in the rooms, and one person
catching up in many conversations. A server that was started for it is started
again on what was said, to see when it first answers.`,
		`  jim bench history
  jim bench history --messages 10000000 --timeout 1h`,
		func(c *cobra.Command) error { return b.runHistory(c, w) })
	f := c.Flags()
	f.IntVar(&w.Messages, "messages", 200_000, "messages said before it is measured")
	f.IntVar(&w.Rooms, "rooms", 16, "rooms that they are in")
	f.IntVar(&w.Page, "page", 50, "events in a page")
	f.IntVar(&w.Pages, "pages", 5000, "pages read")
	f.IntVar(&w.Conversations, "conversations", 1000, "conversations of the person who catches up")
	f.IntVar(&w.Syncs, "syncs", 20, "how often that person does")
	return c
}

// runHistory is run for a work that wants to start the server again.
func (b *benching) runHistory(c *cobra.Command, w bench.History) error {
	if b.against != "" {
		return exitf(exitUsage, "no peer does this work, so --against has no meaning here")
	}
	if b.to != "" {
		return b.run(c, w)
	}
	t, err := b.begin(c, w)
	if err != nil {
		return err
	}
	w.Restart = func(ctx context.Context) (*bench.Server, error) { return t.own.restart(ctx) }
	t.work = w
	return t.finish()
}

func (b *benching) latency() *cobra.Command {
	var w bench.Latency
	var sweep, svg string
	c := b.benchCommand("latency", "How long a message takes to the members of a room",
		`How long a message takes to the members of a room, at a steady rate or, with --sweep,
at several, which are then plotted.`,
		`  jim bench latency
  jim bench latency --rate 1000 --members 1000
  jim bench latency --sweep 50,200,1000,4000 --svg latency.svg
  jim bench latency --against irc://127.0.0.1:6667`,
		func(c *cobra.Command) error {
			rates, err := ratesOf(sweep)
			switch {
			case err != nil:
				return err
			case rates == nil && svg != "":
				return exitf(exitUsage, "--svg draws what --sweep measures: say at which rates")
			case rates == nil:
				return b.run(c, w)
			}
			return b.sweep(c, w, rates, svg)
		})
	f := c.Flags()
	f.IntVar(&w.Members, "members", 100, "members of the room")
	f.IntVar(&w.Publishers, "publishers", 4, "of them, who write in turns")
	f.IntVar(&w.Rate, "rate", 200, "messages a second")
	f.IntVar(&w.Size, "size", 100, "bytes of text in a message")
	f.Float64Var(&w.Seconds, "seconds", 8, "measured time, at each rate")
	f.StringVar(&sweep, "sweep", "", "measure at several `RATES`, such as 50,200,1000")
	f.StringVar(&svg, "svg", "", "draw the sweep into `FILE`")
	return c
}

// ratesOf reads a list of rates; nil = there is none.
func ratesOf(text string) (rates []int, err error) {
	if text == "" {
		return nil, nil
	}
	for _, word := range strings.Split(text, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil || n < 1 || n > 1_000_000 {
			return nil, exitf(exitUsage, "--sweep takes rates from 1 to 1000000, such as 50,200,1000; %q is none", word)
		}
		rates = append(rates, n)
	}
	if len(rates) > 20 {
		return nil, exitf(exitUsage, "--sweep takes at most 20 rates")
	}
	return rates, nil
}

// sweep measures latency at several rates and plots it.
func (b *benching) sweep(c *cobra.Command, w bench.Latency, rates []int, svg string) error {
	if b.against != "" || b.rounds != 1 {
		return exitf(exitUsage, "--sweep measures one server once: leave out --against and --rounds")
	}
	t, err := b.begin(c, w)
	if err != nil {
		return err
	}
	ctx, stop := t.context()
	defer stop()
	s, over, err := t.serve(ctx)
	if err != nil {
		return t.explain(ctx, err)
	}
	points, err := w.Sweep(ctx, s, rates, t.say)
	if stopped := over(); err == nil {
		err = stopped
	}
	t.quiet()
	if err != nil {
		return t.explain(ctx, err)
	}
	if err := t.print(nil, points); err != nil || svg == "" {
		return err
	}
	file, err := os.Create(svg)
	if err != nil {
		return fmt.Errorf("drawing: %w", err)
	}
	if err := bench.SVG(file, points, t.machine().String()); err != nil {
		file.Close()
		return fmt.Errorf("drawing: %w", err)
	}
	return file.Close()
}
