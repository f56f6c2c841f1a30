package bench

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"time"
)

// sender sends messages over one connection and takes their acknowledgements, which come in the same order. Two goroutines
// work on it: one reads, the other writes.
type sender struct {
	*conn
	run   *acking
	room  string
	size  int
	ackTo string

	gap, first time.Duration // between two messages of pace, and before the first

	sent chan time.Duration // when each message under way was sent, or should have been
	nth  uint64
	text []byte
}

// read takes acknowledgements until the connection ends.
func (s *sender) read() error {
	kept, refused := s.server.tongue.kept, s.server.tongue.refused
	for {
		line, err := s.line()
		if err != nil {
			return err
		}
		switch {
		case bytes.Contains(line, refused) || bytes.Contains(line, []byte(`"error":`)):
			return fmt.Errorf("the server refused a message: %.300s", line)
		case bytes.Contains(line, mark) || !bytes.Contains(line, kept):
			if string(line) == "PING" {
				fmt.Fprint(s, "PONG\r\n") // when that fails, so does the next line
			}
			continue // the message itself, or a head of it
		}
		select {
		case at := <-s.sent:
			if s.run.timed.Load() {
				s.run.ages.add(time.Since(s.run.epoch) - at)
			}
		default:
			return fmt.Errorf("more acknowledgements than messages: %.300s", line)
		}
		s.run.acks.Add(1)
	}
}

// push keeps the window full: what there is room for goes out in one write.
func (s *sender) push(ctx context.Context) error {
	var b []byte
	for {
		select {
		case s.sent <- time.Since(s.run.epoch):
		case <-ctx.Done():
			return nil
		}
		b = s.message(b[:0])
		for room := true; room; {
			select {
			case s.sent <- time.Since(s.run.epoch):
				b = s.message(b)
			default:
				room = false
			}
		}
		if _, err := s.Write(b); err != nil {
			return err
		}
	}
}

// pace sends one message each gap. A message counts from when it was due, so a server that makes
// the sender wait does not hide it.
func (s *sender) pace(ctx context.Context) error {
	var b []byte
	for i := 0; ; i++ {
		due := s.first + time.Duration(i)*s.gap
		if err := sleepUntil(ctx, s.run.epoch.Add(due)); err != nil {
			return nil
		}
		select {
		case s.sent <- due:
		case <-ctx.Done():
			return nil
		}
		b = s.message(b[:0])
		if _, err := s.Write(b); err != nil {
			return err
		}
	}
}

// message appends the next message.
func (s *sender) message(dst []byte) []byte {
	var id [8]byte
	var digits [16]byte
	binary.BigEndian.PutUint64(id[:], s.nth)
	hex.Encode(digits[:], id[:])
	s.nth++
	s.text = stamp(s.text, s.run.epoch, s.size)
	return s.server.tongue.say(dst, s.room, digits[:], s.text, s.ackTo)
}
