package bench

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"sync/atomic"
	"time"
)

// harm is one hostile connection.
type harm struct {
	net.Conn
	*attack
	i       int
	refused atomic.Bool
}

// kind is a way to do harm. It returns when the server ends the connection.
type kind func(*harm) error

const kindsOfHarm = 10

// kinds are told apart by the number of a connection.
var kinds = [kindsOfHarm]kind{
	(*harm).silent,
	func(h *harm) error { return h.drip(`{"action":"msg","message":"`, "a") },
	func(h *harm) error { return h.drip("GET /jim/events HTTP/1.1\r\nHost: x\r\nX-Slow: ", "a") },
	func(h *harm) error {
		return h.drip("POST /jim HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n{\"action\":\"", "a")
	},
	func(h *harm) error { return h.drip("\x16\x03\x01\x02\x00\x01\x00", "") },
	func(h *harm) error { return h.drip(webSocketHello+"\x81\xfe\xea\x60mask", "a") }, // a frame of 60 000 bytes
	(*harm).neverReads,
	(*harm).broken,
	(*harm).floods,
	(*harm).churns,
}

const webSocketHello = "GET /jim/ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
	"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"

// hear reads what comes until the end, and looks for a refusal.
func (h *harm) hear() error {
	in := bufio.NewReaderSize(h, 512)
	for {
		line, err := in.ReadSlice('\n')
		for _, word := range refusals {
			if bytes.Contains(line, word) {
				h.refused.Store(true)
			}
		}
		switch {
		case bytes.HasPrefix(line, []byte(`{"response":429`)):
			h.tooMuch.Add(1)
		case bytes.HasPrefix(line, []byte(`{"response":413`)):
			h.tooLarge.Add(1)
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
	}
}

var refusals = [][]byte{
	[]byte(`{"response":408`), []byte(`{"response":413`), []byte(`{"response":429`), []byte(`{"response":503`),
	[]byte("HTTP/1.1 408"), []byte("HTTP/1.1 429"), []byte("HTTP/1.1 431"), []byte("HTTP/1.1 503"), []byte(`"action":"bye"`),
}

// silent says nothing.
func (h *harm) silent() error { return h.hear() }

// drip says a beginning, and then a little each second.
func (h *harm) drip(beginning, more string) error {
	_, err := h.Write([]byte(beginning))
	if err != nil {
		return err
	}
	return h.eachSecond(func() error {
		_, err := h.Write([]byte(more))
		return err
	})
}

// eachSecond reads what comes, and does something each second until that fails.
func (h *harm) eachSecond(do func() error) error {
	heard := make(chan error, 1)
	go func() { heard <- h.hear() }()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		h.acts.Add(1)
		if err := do(); err != nil {
			h.Close()
			<-heard
			return err
		}
		select {
		case err := <-heard:
			return err
		case <-tick.C:
		}
	}
}

// name is a guest's name, always the same for this connection.
func (h *harm) name() string { return guestName("h"+h.tag, h.i) }

// neverReads joins a room of the honest, asks for its history again and again, and reads nothing.
func (h *harm) neverReads() error {
	if t, ok := h.Conn.(*net.TCPConn); ok {
		if err := t.SetReadBuffer(4 << 10); err != nil {
			return err
		}
	}
	room := h.Rooms[h.i/kindsOfHarm%len(h.Rooms)]
	_, err := fmt.Fprintf(h, "%s\n{\"action\":\"join\",\"to\":\"#%s\"}\n", presenceRequest(h.name(), ""), room)
	request := []byte(strings.Repeat(`{"action":"history","limit":200,"to":"#`+room+"\"}\n", 10))
	for err == nil {
		h.acts.Add(1)
		if err = h.SetWriteDeadline(time.Now().Add(time.Second)); err == nil {
			_, err = h.Write(request)
		}
		if errors.Is(err, context.DeadlineExceeded) || isTimeout(err) {
			err = nil
		} else if err == nil {
			err = sleepUntil(h.ctx, time.Now().Add(time.Second))
		}
	}
	return err
}

func isTimeout(err error) bool {
	var e net.Error
	return errors.As(err, &e) && e.Timeout()
}

// broken sends what is no request: too large, too deep, cut short, not UTF-8. Its first whole object is of JIM/1, which
// knows no 413: only what came before that is refused so.
func (h *harm) broken() error {
	large := []byte(`{"action":"msg","message":"` + strings.Repeat("x", 80<<10) + "\"}\n")
	small := []byte(`{"a":` + strings.Repeat("[", 1000) + "\n{\"action\":\"msg\",\"message\":\"\xff\"}\n{\"action\":{}}\n{\"\n[1]\n{\"action\":\"ping\"}\n")
	return h.eachSecond(func() error {
		if _, err := h.Write(large); err != nil {
			return err
		}
		_, err := h.Write(small)
		return err
	})
}

// floods says fifty messages each second in a room of its own, which is more than an account may.
func (h *harm) floods() error {
	name := h.name()
	_, err := fmt.Fprintf(h, "%s\n{\"action\":\"join\",\"to\":\"#%s\"}\n", presenceRequest(name, ""), name)
	if err != nil {
		return err
	}
	messages := []byte(strings.Repeat(`{"action":"msg","to":"#`+name+`","message":"`+strings.Repeat("flood ", 20)+"\"}\n", 50))
	return h.eachSecond(func() error {
		_, err := h.Write(messages)
		return err
	})
}

// churns comes, says a little, and goes.
func (h *harm) churns() error {
	beginnings := [...]string{"", "{", "GET ", "\x16\x03", "\x80", "nonsense\n", "{}\n"}
	_, err := h.Write([]byte(beginnings[rand.N(len(beginnings))]))
	return err
}
