package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// peers are the other servers that can do some of the work, by the scheme of their addresses.
var peers = map[string]*tongue{"nats": &natsTongue, "irc": &ircTongue}

// natsTongue is the protocol of NATS; the durable work is JetStream's, on disk.
var natsTongue = tongue{
	enter: func(c *conn, room string) (uint64, error) {
		info, err := c.await("INFO ")
		if err != nil {
			return 0, err
		}
		var about struct{ Version string }
		if json.Unmarshal(info[len("INFO "):], &about) == nil {
			c.server.named("nats-server " + about.Version)
		}
		fmt.Fprint(c, "CONNECT {\"verbose\":false,\"pedantic\":false}\r\n")
		if room != "" {
			fmt.Fprintf(c, "SUB room.%s 1\r\n", room)
		}
		fmt.Fprint(c, "PING\r\n")
		_, err = c.await("PONG")
		return 0, err
	},
	say: func(dst []byte, room string, _, text []byte, ack string) []byte {
		dst = append(append(dst, "PUB room."...), room...)
		if ack != "" {
			dst = append(append(dst, ' '), ack...)
		}
		dst = fmt.Appendf(dst, " %d\r\n", len(text))
		return append(append(dst, text...), '\r', '\n')
	},
	echo: true,
	odd:  []byte("PING\r\n"),
	onOdd: func(r *receiver, _ []byte) {
		fmt.Fprint(r.conn, "PONG\r\n") // when that fails, so does the next read
	},
	refused: []byte("-ERR"),
	rare:    []byte("-ERR"),
	prepare: func(c *conn, tag string) error {
		body := fmt.Sprintf(`{"name":"%s","subjects":["room.%s.>"],"storage":"file","retention":"limits","max_bytes":4294967296,"discard":"old"}`, tag, tag)
		fmt.Fprintf(c, "SUB _INBOX.%s.made 8\r\nPUB $JS.API.STREAM.CREATE.%s _INBOX.%s.made %d\r\n%s\r\n", tag, tag, tag, len(body), body)
		answer, err := c.await("{")
		if err == nil && bytes.Contains(answer, []byte(`"error"`)) {
			err = fmt.Errorf("no stream was made; does the server run with JetStream? %s", answer)
		}
		return err
	},
	ackTo: func(c *conn, tag string) (string, error) {
		inbox := "_INBOX." + tag + "." + c.name
		fmt.Fprintf(c, "SUB %s 9\r\nPING\r\n", inbox)
		_, err := c.await("PONG")
		return inbox, err
	},
	kept: []byte(`"seq":`),
}

// ircTongue is IRC (RFC 2812); a writer does not hear itself.
var ircTongue = tongue{
	enter: func(c *conn, room string) (uint64, error) {
		fmt.Fprintf(c, "NICK %s\r\nUSER %s 0 * :%s\r\n", c.name, c.name, c.name)
		hello, err := c.await(" 004 ")
		if err != nil {
			return 0, err
		}
		if words := strings.Fields(string(hello)); len(words) > 4 {
			c.server.named(words[4])
		}
		if room == "" {
			return 0, nil
		}
		fmt.Fprintf(c, "JOIN #%s\r\n", room)
		_, err = c.await(" 366 ")
		return 0, err
	},
	say: func(dst []byte, room string, _, text []byte, _ string) []byte {
		dst = append(append(dst, "PRIVMSG #"...), room...)
		return append(append(append(dst, " :"...), text...), '\r', '\n')
	},
	odd: []byte("PING "),
	onOdd: func(r *receiver, between []byte) {
		for line := range bytes.Lines(between) {
			if word, ok := bytes.CutPrefix(line, []byte("PING ")); ok {
				fmt.Fprintf(r.conn, "PONG %s", word)
			}
		}
	},
	refused: []byte(" 404 "),
	rare:    []byte(" 404 "),
}
