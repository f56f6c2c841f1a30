package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// History is reading what was said: pages anywhere in rooms with many messages, and catching up in many conversations.
type History struct {
	Messages      int `json:"messages"`      // said before it is measured, in all rooms together
	Rooms         int `json:"rooms"`         // that they are in
	Page          int `json:"page"`          // events in a page
	Pages         int `json:"pages"`         // that are read
	Conversations int `json:"conversations"` // of one person, who missed one message in each
	Syncs         int `json:"syncs"`         // how often that person catches up

	// Restart stops the server and starts it again on the same data; nil = it is not ours to stop.
	Restart func(context.Context) (*Server, error) `json:"-"`
}

// Check says what is wrong with the sizes.
func (w History) Check() error {
	return errors.Join(
		between("messages", w.Messages, 1, 20_000_000),
		between("rooms", w.Rooms, 1, 1000),
		between("page", w.Page, 1, 200),
		between("pages", w.Pages, 1, 1_000_000),
		between("conversations", w.Conversations, 0, 3000), // whose names still fit into one request
		between("syncs", w.Syncs, 1, 10_000),
	)
}

// Run measures on s.
func (w History) Run(ctx context.Context, s *Server, say Say) (Figures, error) {
	r := &history{History: w, tag: newTag(), newest: make([]uint64, w.Rooms), say: say}
	f, err := r.fill(ctx, s)
	if err != nil {
		return nil, err
	}
	if w.Conversations > 0 {
		if err := r.meet(ctx, s); err != nil {
			return nil, fmt.Errorf("making the conversations: %w", err)
		}
	}
	if w.Restart != nil {
		say("starting the server again")
		began := time.Now()
		if s, err = w.Restart(ctx); err != nil {
			return nil, err
		}
		c, _, err := s.open(ctx, 0, "h"+r.tag, "")
		if err != nil {
			return nil, err
		}
		f.add("first_answer_ms", "from starting it to its first answer", "ms", ms(time.Since(began)))
		c.Close()
	}
	pages, err := r.read(ctx, s)
	if err != nil {
		return nil, err
	}
	f = append(f, pages...)
	if w.Conversations == 0 {
		return f, nil
	}
	syncs, err := r.catchUp(ctx, s)
	return append(f, syncs...), err
}

// history is a run of the work.
type history struct {
	History
	tag    string
	newest []uint64 // number of the last message in each room
	many   []string // the conversations of one person
	say    Say
}

// fill says the messages, from as many connections as there are rooms.
func (r *history) fill(ctx context.Context, s *Server) (Figures, error) {
	if err := makeRooms(ctx, s, r.tag, r.Rooms); err != nil {
		return nil, err
	}
	began := time.Now()
	err := inParallel(ctx, r.Rooms, r.Rooms, func(i int) error {
		c, _, err := s.open(ctx, i, guestName(r.tag, i), "")
		if err != nil {
			return err
		}
		defer c.Close()
		n := r.Messages*(i+1)/r.Rooms - r.Messages*i/r.Rooms
		r.newest[i], err = c.tell(ctx, n, func(dst []byte, k int, text []byte) []byte {
			return jimTongue.say(dst, roomName(r.tag, i), fmt.Appendf(nil, "%08x", k), text, "")
		})
		return err
	}, func(int) { r.say(fmt.Sprintf("saying %s messages", thousands(fmt.Sprint(r.Messages)))) })
	var f Figures
	f.add("fill_s", "messages a second while filling", "", float64(r.Messages)/time.Since(began).Seconds())
	return f, err
}

// tell says n messages, 128 under way at a time, and returns the number of the last.
func (c *conn) tell(ctx context.Context, n int, message func(dst []byte, k int, text []byte) []byte) (last uint64, err error) {
	const together = 128
	stop := context.AfterFunc(ctx, func() { c.Close() })
	defer stop()
	epoch := time.Now()
	var b, text []byte
	for sent, acked := 0, 0; acked < n; {
		if sent < n && sent-acked <= together/2 {
			for b = b[:0]; sent < n && sent-acked < together; sent++ {
				text = stamp(text, epoch, 100)
				b = message(b, sent, text)
			}
			c.SetDeadline(time.Now().Add(patience))
			if _, err := c.Write(b); err != nil {
				return 0, err
			}
		}
		line, err := c.line()
		switch {
		case err != nil:
			return 0, err
		case bytes.Contains(line, jimTongue.refused):
			return 0, fmt.Errorf("the server refused a message: %.300s", line)
		case bytes.Contains(line, jimTongue.kept):
			acked++
			last, _ = numberIn(line, `"seq":`)
		}
	}
	return last, nil
}

// read reads pages anywhere.
func (r *history) read(ctx context.Context, s *Server) (Figures, error) {
	c, _, err := s.open(ctx, 0, "r"+r.tag, "")
	if err != nil {
		return nil, err
	}
	defer c.Close()
	var took histogram
	meter, began := s.meter(), time.Now()
	for i := range r.Pages {
		if i%64 == 0 {
			c.SetDeadline(time.Now().Add(patience))
			r.say(fmt.Sprintf("%d of %d pages", i, r.Pages))
			if ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
		}
		room := rand.IntN(r.Rooms)
		after := rand.Uint64N(max(r.newest[room], uint64(r.Page)) - uint64(r.Page) + 1)
		asked := time.Now()
		_, err := fmt.Fprintf(c, "{\"action\":\"history\",\"id\":\"h\",\"to\":\"#%s\",\"after\":%d,\"limit\":%d}\n", roomName(r.tag, room), after, r.Page)
		if err != nil {
			return nil, err
		}
		line, err := c.await(`"response":`)
		if err != nil {
			return nil, err
		}
		took.add(time.Since(asked))
		if n := bytes.Count(line, mark); n < min(r.Page, int(r.newest[room]))-2 { // two entries of a room are no messages
			return nil, fmt.Errorf("a page had %d messages: %.300s", n, line)
		}
	}
	f := took.percentiles("page", "a page")
	f.add("pages_s", "pages a second, one reader", "", float64(r.Pages)/time.Since(began).Seconds())
	if spent, ok := meter.spent(); ok {
		f.add("server_cpu_us_per_page", "server CPU for a page", "µs", us(spent)/float64(r.Pages))
	}
	return f, nil
}

// meet makes a person of many conversations, in each of which one message is then missed.
func (r *history) meet(ctx context.Context, s *Server) error {
	r.say(fmt.Sprintf("%d conversations", r.Conversations))
	c, _, err := s.open(ctx, 0, "c"+r.tag, "")
	if err != nil {
		return err
	}
	_, err = c.tell(ctx, r.Conversations, func(dst []byte, k int, _ []byte) []byte {
		r.many = append(r.many, fmt.Sprintf("c%sn%d", r.tag, k))
		return fmt.Appendf(dst, "{\"action\":\"join\",\"id\":\"%d\",\"to\":\"#%s\"}\n", k, r.many[k])
	})
	c.Close()
	if err != nil {
		return err
	}
	c, _, err = s.open(ctx, 1, "d"+r.tag, "")
	if err != nil {
		return err
	}
	defer c.Close()
	_, err = c.tell(ctx, r.Conversations, func(dst []byte, k int, text []byte) []byte {
		return jimTongue.say(dst, r.many[k], fmt.Appendf(nil, "%08x", k), text, "")
	})
	return err
}

// catchUp lets that person come back, again and again, each time without the messages.
func (r *history) catchUp(ctx context.Context, s *Server) (Figures, error) {
	var since strings.Builder
	for i, name := range r.many {
		if i > 0 {
			since.WriteByte(',')
		}
		fmt.Fprintf(&since, `"#%s":1`, name)
	}
	c, _, err := s.open(ctx, 0, "c"+r.tag, "")
	if err != nil {
		return nil, err
	}
	defer c.Close()
	var took histogram
	meter := s.meter()
	for i := range r.Syncs {
		r.say(fmt.Sprintf("%d of %d times caught up", i, r.Syncs))
		c.SetDeadline(time.Now().Add(patience))
		asked := time.Now()
		missed, err := c.sync(fmt.Sprintf("s%d", i), since.String())
		if err != nil {
			return nil, err
		}
		took.add(time.Since(asked))
		if missed != r.Conversations {
			return nil, fmt.Errorf("%d of %d messages came by sync", missed, r.Conversations)
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
	}
	f := took.percentiles("sync", "catching up in all conversations")
	if spent, ok := meter.spent(); ok {
		f.add("server_cpu_us_per_conversation", "server CPU for each conversation", "µs", us(spent)/float64(r.Syncs*r.Conversations))
	}
	return f, nil
}

// sync asks for what is after the numbers of since and counts the messages that come.
func (c *conn) sync(id, since string) (missed int, err error) {
	if _, err := fmt.Fprintf(c, "{\"action\":\"sync\",\"id\":\"%s\",\"since\":{%s}}\n", id, since); err != nil {
		return 0, err
	}
	done := fmt.Appendf(nil, `"id":"%s"`, id)
	for {
		line, err := c.line()
		switch {
		case err != nil:
			return 0, err
		case bytes.Contains(line, jimTongue.refused):
			return 0, fmt.Errorf("the server refused to sync: %.300s", line)
		case bytes.Contains(line, mark):
			missed++
		case bytes.Contains(line, done):
			return missed, nil
		}
	}
}
