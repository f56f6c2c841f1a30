package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"
)

// Storm is everybody coming back at once, as after a restart of the server: each connects, logs in with its token,
// joins its room, where it is a member, and gets the messages that it missed.
type Storm struct {
	Conns   int `json:"conns"`
	Room    int `json:"room"`     // members of one room
	Missed  int `json:"missed"`   // messages
	AtATime int `json:"parallel"` // who come at the same time
}

// Check says what is wrong with the sizes.
func (w Storm) Check() error {
	return errors.Join(
		between("conns", w.Conns, 1, 64_000),
		between("room", w.Room, 1, 5000),
		between("missed", w.Missed, 0, 1000),
		between("parallel", w.AtATime, 1, 1000),
	)
}

// storm is a run of the work.
type storm struct {
	Storm
	server *Server
	tag    string
	tokens []string
	since  []uint64 // what each has of its room
	conns  []*conn
	took   histogram
}

// Run measures on s.
func (w Storm) Run(ctx context.Context, s *Server, say Say) (Figures, error) {
	r := &storm{
		Storm: w, server: s, tag: newTag(),
		tokens: make([]string, w.Conns), since: make([]uint64, w.Conns), conns: make([]*conn, w.Conns),
	}
	defer func() { closeAll(r.conns) }()
	if err := r.prepare(ctx, say); err != nil {
		return nil, err
	}
	if err := sleepUntil(ctx, time.Now().Add(time.Second)); err != nil {
		return nil, err
	}
	meter, began := s.meter(), time.Now()
	err := inParallel(ctx, w.Conns, w.AtATime, func(i int) error { return r.comeBack(ctx, i) },
		func(done int) { say(fmt.Sprintf("%d of %d are back", done, w.Conns)) })
	if err != nil {
		return nil, err
	}
	d := time.Since(began)
	var f Figures
	f.add("logins_s", "back a second", "", float64(w.Conns)/d.Seconds())
	if spent, ok := meter.spent(); ok {
		f.add("server_cpu_us_per_login", "server CPU for each", "µs", us(spent)/float64(w.Conns))
		f.add("server_cores", "cores the server used", "", spent.Seconds()/d.Seconds())
	}
	f = append(f, r.took.percentiles("back", "from connecting to having all")...)
	if bytes, ok := resident(s.PID); ok {
		f.add("rss_mib", "server resident memory", "MiB", bytes/(1<<20))
	}
	return f, nil
}

// prepare makes the guests, lets them join, takes them away, and says what they miss.
func (r *storm) prepare(ctx context.Context, say Say) error {
	err := inParallel(ctx, r.Conns, atATime, func(i int) error { return r.meet(ctx, i) },
		func(done int) { say(fmt.Sprintf("%d of %d guests got their token", done, r.Conns)) })
	if err != nil {
		return err
	}
	say("saying what they miss")
	rooms := (r.Conns + r.Room - 1) / r.Room
	if err := r.speak(ctx, rooms); err != nil {
		return fmt.Errorf("saying what they miss: %w", err)
	}
	for i := range r.since {
		r.since[i] = max(r.since[i], r.since[i/r.Room*r.Room]) // of all its members, the last to join
	}
	return nil
}

func (r *storm) room(i int) string { return roomName(r.tag, i/r.Room) }

// meet makes guest i, who joins its room and goes away.
func (r *storm) meet(ctx context.Context, i int) error {
	c, err := r.connect(ctx, i)
	if err != nil {
		return err
	}
	defer c.Close()
	hello, err := c.ask("1", presenceRequest(c.name, `,"device":"bench"`))
	if err != nil {
		return err
	}
	r.server.named(hello.Server)
	r.tokens[i] = hello.Token
	joined, err := c.ask("2", `{"action":"join","id":"2","to":"#`+r.room(i)+`"}`)
	if err != nil {
		return err
	}
	r.since[i] = joined.Seq
	_, err = c.ask("3", `{"action":"quit","id":"3"}`)
	return err
}

// connect opens connection i and says nothing.
func (r *storm) connect(ctx context.Context, i int) (*conn, error) {
	raw, err := r.server.dial(ctx, i)
	if err != nil {
		return nil, err
	}
	return &conn{Conn: raw, server: r.server, name: guestName(r.tag, i)}, nil
}

// speak says in each room what its members miss, with all of a room under way at a time.
func (r *storm) speak(ctx context.Context, rooms int) error {
	if r.Missed == 0 {
		return nil
	}
	c, _, err := r.server.open(ctx, 0, "m"+r.tag, "")
	if err != nil {
		return err
	}
	defer c.Close()
	var b, text []byte
	epoch := time.Now()
	for i := range rooms {
		b = b[:0]
		id := ""
		for k := range r.Missed {
			id = fmt.Sprintf("m%dx%d", i, k)
			text = stamp(text, epoch, 100)
			b = jimTongue.say(b, roomName(r.tag, i), []byte(id), text, "")
		}
		c.SetDeadline(time.Now().Add(patience))
		sent := make(chan error, 1)
		go func() { _, err := c.Write(b); sent <- err }() // ends with the answers, or with the connection
		last, err := c.answer(id)
		if err != nil {
			c.Close()
		}
		if wrote := <-sent; err == nil {
			err = wrote
		}
		if err != nil {
			return err
		}
		first := i * r.Room
		r.since[first] = last.Seq - uint64(r.Missed)
	}
	return nil
}

// comeBack is what is measured.
func (r *storm) comeBack(ctx context.Context, i int) error {
	began := time.Now()
	c, err := r.connect(ctx, i)
	if err != nil {
		return err
	}
	r.conns[i] = c
	_, err = fmt.Fprintf(c, "%s\n{\"action\":\"join\",\"id\":\"2\",\"to\":\"#%s\"}\n{\"action\":\"sync\",\"id\":\"3\",\"since\":{\"#%s\":%d}}\n",
		tokenRequest(c.name, r.tokens[i]), r.room(i), r.room(i), r.since[i])
	if err != nil {
		return err
	}
	missed := 0
	for {
		line, err := c.line()
		switch {
		case err != nil:
			return fmt.Errorf("%s coming back: %w", c.name, err)
		case bytes.Contains(line, mark):
			missed++
		case bytes.Contains(line, jimTongue.refused):
			return fmt.Errorf("%s was refused: %.300s", c.name, line)
		case bytes.Contains(line, []byte(`"id":"3"`)):
			if missed != r.Missed {
				return fmt.Errorf("%s got %d of the %d messages that it missed", c.name, missed, r.Missed)
			}
			r.took.add(time.Since(began))
			c.rest()
			c.SetDeadline(time.Time{})
			return nil
		}
	}
}

func tokenRequest(name, token string) string {
	return fmt.Sprintf(`{"action":"presence","jim":2,"id":"1","user":{"account_name":"%s","token":"%s"}}`, name, token)
}
