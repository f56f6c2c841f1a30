package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"jim/wire"
)

// conn is one connection of the load, read line by line. One goroutine may read while another writes.
type conn struct {
	net.Conn
	server *Server
	name   string // that it logged in with
	buf    []byte // buf[from:] has come and was not read
	from   int
}

// open connects and logs in as name. room "" = only that; joined is the number that entering it got, where the
// server counts.
func (s *Server) open(ctx context.Context, i int, name, room string) (c *conn, joined uint64, err error) {
	raw, err := s.dial(ctx, i)
	if err != nil {
		return nil, 0, fmt.Errorf("connecting to %s: %w", s.Address, err)
	}
	c = &conn{Conn: raw, server: s, name: name}
	stop := context.AfterFunc(ctx, func() { raw.Close() })
	joined, err = s.tongue.enter(c, room)
	if !stop() && err != nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		raw.Close()
		return nil, 0, fmt.Errorf("logging in to %s as %s: %w", s.Address, name, err)
	}
	c.SetDeadline(time.Time{})
	return c, joined, nil
}

// longest is what a line may have: an answer with a page of history, and some room.
const longest = 256 << 10

var errLine = errors.New("the server sent a line that does not end")

// line is the next line without its end, good until the next call.
func (c *conn) line() ([]byte, error) {
	for looked := 0; ; {
		if i := bytes.IndexByte(c.buf[c.from+looked:], '\n'); i >= 0 {
			line := c.buf[c.from : c.from+looked+i]
			c.from += looked + i + 1
			return bytes.TrimSuffix(line, []byte("\r")), nil
		}
		looked = len(c.buf) - c.from
		if err := c.more(); err != nil {
			return nil, err
		}
	}
}

// more reads what has come behind what was not read.
func (c *conn) more() error {
	rest := copy(c.buf, c.buf[c.from:])
	c.buf, c.from = c.buf[:rest], 0
	if rest == cap(c.buf) {
		if rest >= longest {
			return errLine
		}
		grown := make([]byte, rest, max(512, 4*rest))
		copy(grown, c.buf)
		c.buf = grown
	}
	n, err := c.Read(c.buf[rest:cap(c.buf)])
	c.buf = c.buf[:rest+n]
	if n > 0 {
		return nil
	}
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// rest is what has come and was not read; the buffer is given back.
func (c *conn) rest() []byte {
	rest := c.buf[c.from:]
	c.buf, c.from = nil, 0
	return rest
}

// await reads until a line has want in it, and returns that line.
func (c *conn) await(want string) ([]byte, error) {
	for {
		line, err := c.line()
		if err != nil {
			return nil, fmt.Errorf("waiting for %q: %w", want, err)
		}
		if bytes.Contains(line, []byte(want)) {
			return line, nil
		}
	}
}

// ask sends a request of JIM whose id is id, and reads until its answer has come; errors are answers too.
func (c *conn) ask(id, request string) (*wire.Response, error) {
	if _, err := c.Write([]byte(request + "\n")); err != nil {
		return nil, err
	}
	return c.answer(id)
}

// answer reads until the answer to the request with that id has come.
func (c *conn) answer(id string) (*wire.Response, error) {
	for {
		line, err := c.line()
		if err != nil {
			return nil, err
		}
		if !bytes.Contains(line, []byte(`"response":`)) {
			continue
		}
		m, err := wire.DecodeFromServer(line)
		if err != nil {
			return nil, err
		}
		if r := m.Response; r != nil && r.Code.IsError() {
			return nil, fmt.Errorf("the server refused: %d %s", r.Code, r.Error)
		}
		if r := m.Response; r != nil && r.ID == id {
			return r, nil
		}
	}
}
