package check_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
)

// carryRequest hands on a request of HTTP as it is. There is one on each connection.
func (c *changed) carryRequest() {
	_, _ = io.Copy(c.server, c.client) // how it ends does not matter: the client may have gone
}

// carryResponse hands on the response: its body is one object, or a stream of them.
func (c *changed) carryResponse() {
	defer c.client.Close()
	r, err := http.ReadResponse(bufio.NewReader(c.server), nil)
	if err != nil {
		return
	}
	defer r.Body.Close()
	if c.m != nil && c.m.conn == c.number && c.m.status != 0 {
		r.StatusCode, r.Status = c.m.status, ""
	}
	switch {
	case strings.HasPrefix(r.Header.Get("Content-Type"), "text/event-stream"):
		events := r.Body
		read, write := io.Pipe()
		r.Body = read
		defer read.Close()
		go func() { _ = write.CloseWithError(c.carryEvents(events, write)) }()
	case r.StatusCode != http.StatusSwitchingProtocols:
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		raw = bytes.Join(c.object(bytes.TrimSpace(raw)), []byte{'\n'})
		r.Body, r.ContentLength, r.TransferEncoding = io.NopCloser(bytes.NewReader(raw)), int64(len(raw)), nil
	}
	_ = r.Write(c.client) // the client may have gone
}

// object is what comes instead of the next object.
func (c *changed) object(o []byte) [][]byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	o = bytes.Clone(o)
	at := len(c.came)
	c.came = append(c.came, o)
	if c.here(at) && c.m.edit != nil {
		return c.m.edit(o)
	}
	return [][]byte{o}
}

// carryEvents hands on the objects of a stream of events.
func (c *changed) carryEvents(from io.Reader, to io.Writer) error {
	lines := bufio.NewScanner(from)
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data:")
		if !ok {
			if _, err := fmt.Fprintln(to, lines.Text()); err != nil {
				return err
			}
			continue
		}
		for _, o := range c.object([]byte(strings.TrimSpace(data))) {
			if _, err := fmt.Fprintf(to, "data: %s\n", o); err != nil {
				return err
			}
		}
	}
	return lines.Err()
}

// carryFrames hands on the frames of a WebSocket, whose messages are one frame each here; what comes instead of an
// object comes in one message.
func (c *changed) carryFrames() {
	defer c.client.Close()
	from := bufio.NewReader(c.server)
	for line := ""; line != "\r\n"; {
		var err error
		if line, err = from.ReadString('\n'); err != nil {
			return
		}
		_, _ = io.WriteString(c.client, line) // the client may have gone
	}
	for {
		head := make([]byte, 2)
		if _, err := io.ReadFull(from, head); err != nil {
			return
		}
		size := int(head[1])
		if size == 126 {
			long := make([]byte, 2)
			if _, err := io.ReadFull(from, long); err != nil {
				return
			}
			size = int(long[0])<<8 | int(long[1])
		}
		o := make([]byte, size)
		if _, err := io.ReadFull(from, o); err != nil {
			return
		}
		if head[0] == 0x81 {
			o = bytes.Join(c.object(o), []byte{'\n'})
		}
		_, _ = c.client.Write(append([]byte{head[0], 126, byte(len(o) >> 8), byte(len(o))}, o...))
	}
}

// peer is the client of a socket of datagrams.
type peer struct {
	net.Conn // to nobody; it is there for what nobody calls
	socket   net.PacketConn
	to       net.Addr
}

func (p *peer) Write(b []byte) (int, error) { return p.socket.WriteTo(b, p.to) }
func (p *peer) Close() error                { return nil }

// changingDatagrams is changing for datagrams: a connection is what travels to and from one port.
func changingDatagrams(to string, m *mutant) (address string, tape *recording, end func(), err error) {
	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		return "", nil, nil, err
	}
	tape = &recording{}
	var all sync.WaitGroup
	all.Go(func() {
		known := map[string]*changed{}
		buf := make([]byte, 64<<10)
		for {
			n, from, err := socket.ReadFrom(buf)
			if err != nil {
				return
			}
			c := known[from.String()]
			if c == nil {
				server, err := net.Dial("udp", to)
				if err != nil {
					continue
				}
				c = tape.add(&changed{m: m, client: &peer{socket: socket, to: from}, server: server, whole: true})
				known[from.String()] = c
				all.Go(c.carryDatagrams)
			}
			c.mu.Lock()
			lost := m != nil && m.loses && c.here(len(c.sent))
			c.mu.Unlock()
			if !lost {
				_, _ = c.server.Write(buf[:n]) // what is lost is sent again
			}
			c.sends(buf[:n])
		}
	})
	return "udp://" + socket.LocalAddr().String(), tape, func() {
		_ = socket.Close()
		tape.close()
		all.Wait()
	}, nil
}

func (c *changed) carryDatagrams() {
	buf := make([]byte, 64<<10)
	for {
		n, err := c.server.Read(buf)
		if err != nil {
			return
		}
		c.comes(buf[:n])
	}
}
