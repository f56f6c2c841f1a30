package talk

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"jim/chat"
)

// terminals are the transports on which lines are typed.
var terminals = []string{"tcp", "tls", "unix"}

// overTerminals runs a test with a server for each of terminals, and looks that
// nothing is left of it.
func overTerminals(t *testing.T, test func(*testing.T, *House)) {
	t.Helper()
	for _, transport := range terminals {
		before := used()
		t.Run(transport, func(t *testing.T) {
			folder, err := TempFolder()
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { os.RemoveAll(folder) })
			h, err := Open(transport, folder, chat.Options{NoLimits: true, OperatorUID: -1})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := h.Close(); err != nil {
					t.Error(err)
				}
			})
			test(t, h)
		})
		checkLeaks(t, transport, before)
	}
}

// plug connects as nc does, or openssl where TLS is served.
func plug(t *testing.T, h *House) net.Conn {
	t.Helper()
	scheme, _, _ := strings.Cut(h.Address, "://")
	var c net.Conn
	var err error
	if scheme == "tls" {
		c, err = tls.Dial("tcp", h.place(), &tls.Config{InsecureSkipVerify: true})
	} else {
		c, err = net.Dial(scheme, h.place())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(Patience)); err != nil {
		t.Fatal(err)
	}
	return c
}

func typeIn(t *testing.T, c net.Conn, text string) {
	t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
}

func readAll(t *testing.T, c net.Conn) string {
	t.Helper()
	all, err := io.ReadAll(c)
	if err != nil {
		t.Fatalf("after %q: %v", all, err)
	}
	return string(all)
}

// said is what was said in #ops, as lines without times.
func said(t *testing.T, h *House) string {
	t.Helper()
	c := plug(t, h)
	typeIn(t, c, "/nick looker\n/msg #ops\n/history 200\n/quit\n")
	var lines []string
	for line := range strings.Lines(readAll(t, c)) {
		if _, text, ok := strings.Cut(timeless(line), "12:00 <"); ok {
			lines = append(lines, "<"+strings.TrimSuffix(text, "\n"))
		}
	}
	return strings.Join(lines, "\n")
}

func TestPipesDeliverEverythingAndEnd(t *testing.T) {
	const hello = "You are bob, a guest. /register makes a name yours.\n" +
		"/join #lobby goes into a room, /rooms lists them, /help lists the commands.\n" +
		"You are in #ops.%s\nGoodbye. Messages kept: %d.\n"
	overTerminals(t, func(t *testing.T, h *House) {
		for i, end := range []string{"/quit\n", "", "last"} {
			c := plug(t, h)
			typeIn(t, c, "/nick bob\n/join #ops\n"+strings.Repeat("hello\n", 150)+end)
			if end != "/quit\n" {
				if err := c.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
					t.Fatal(err)
				}
			}
			earlier, kept := " /history shows what was said.", 150
			if i == 0 {
				earlier = ""
			}
			if end == "last" {
				kept++
			}
			if got, want := readAll(t, c), fmt.Sprintf(hello, earlier, kept); got != want {
				t.Errorf("a pipe that ends with %q is told %q, want %q", end, got, want)
			}
		}
		all := said(t, h)
		if n := strings.Count(all, "<bob> hello"); n < 48 || !strings.HasSuffix(all, "<bob> hello\n<bob> last") {
			t.Errorf("%d lines and the end %.40q were kept", n, all[max(0, len(all)-40):])
		}
		c := plug(t, h)
		typeIn(t, c, "hello\n")
		if err := c.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		if got := readAll(t, c); !strings.HasSuffix(got, "Nobody has heard \"hello\": first say who you are, with /nick NAME.\nGoodbye.\n") {
			t.Errorf("a lonely hello is told %q", got)
		}
	})
}

// telnetClient is a telnet in line mode: it shows what is typed unless the server echoes,
// and what the server sends, and negotiates.
type telnetClient struct {
	net.Conn
	in     *bufio.Reader
	screen bytes.Buffer
	hidden bool
}

// read shows what comes, until a line ends with text.
func (c *telnetClient) read(t *testing.T, text string) {
	t.Helper()
	for !strings.HasSuffix(c.screen.String(), text+"\n") {
		b, err := c.in.ReadByte()
		if err != nil {
			t.Fatalf("%v; on the screen:\n%s", err, c.screen.String())
		}
		if b != 0xff {
			if b != '\r' {
				c.screen.WriteByte(b)
			}
			continue
		}
		verb, err1 := c.in.ReadByte()
		option, err2 := c.in.ReadByte()
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		if option != 1 {
			continue
		}
		switch verb {
		case 0xfb: // WILL ECHO: DO
			c.hidden = true
			typeIn(t, c, "\xff\xfd\x01")
		case 0xfc: // WONT ECHO: DONT
			c.hidden = false
			typeIn(t, c, "\xff\xfe\x01")
		}
	}
}

// press types byte by byte, each in a packet of its own.
func (c *telnetClient) press(t *testing.T, text string) {
	t.Helper()
	for i := range len(text) {
		typeIn(t, c, text[i:i+1])
		if !c.hidden && text[i] >= ' ' && text[i] < 0xf0 {
			c.screen.WriteByte(text[i])
		}
	}
	if !c.hidden {
		c.screen.WriteByte('\n')
	}
}

func TestTelnetNeverShowsThePassword(t *testing.T) {
	overTerminals(t, func(t *testing.T, h *House) {
		conn := plug(t, h)
		c := &telnetClient{Conn: conn, in: bufio.NewReader(conn)}
		c.press(t, "\xff\xfb\x1f\xff\xfb\x18\xff\xfd\x03\xff\xfa\x1f\x00\x50\x00\x18\xff\xf0/register bob\r\n")
		c.read(t, "An empty line for none.")
		c.press(t, "correct horse\r\x00")
		c.read(t, "lists the commands.")
		c.press(t, "/join #ops\r\n")
		c.read(t, "You are in #ops.")
		c.press(t, "привет\r\n/quit")
		typeIn(t, c, "\r\n") // at once: behind CR it may be closed
		c.read(t, "Goodbye. Messages kept: 1.")
		screen := c.screen.String()
		if strings.Contains(screen, "horse") || !strings.Contains(screen, "привет") || !strings.Contains(screen, "bob is yours") {
			t.Errorf("on the screen:\n%s", screen)
		}
		if got := said(t, h); got != "<bob> привет" {
			t.Errorf("kept %q", got)
		}
	})
}

// TestHostileTerminals: what a peer does costs it its connection, and nobody else
// anything.
func TestHostileTerminals(t *testing.T) {
	const flooding = 5 << 18 // more than may come without a line ending
	for name, flood := range map[string]string{
		"an endless line":           strings.Repeat("x", flooding),
		"telnet without end":        "x" + strings.Repeat("\xff\xfd\x03\xff\xfb\x18", flooding/6),
		"an endless subnegotiation": "x\xff\xfa" + strings.Repeat("y\n", flooding/2),
		"keys without end":          "x" + strings.Repeat("\x1b[A", flooding/3),
	} {
		t.Run(name, func(t *testing.T) {
			overTerminals(t, func(t *testing.T, h *House) {
				c := plug(t, h)
				wrote := make(chan struct{})
				go func() {
					defer close(wrote)
					_, _ = io.WriteString(c, flood) // it is closed on the way
				}()
				all, _ := io.ReadAll(c) // which may say that the connection was reset
				c.Close()
				<-wrote
				if len(all) > len(flood) {
					t.Errorf("%d bytes were answered with %d", len(flood), len(all))
				}
				ok := plug(t, h)
				typeIn(t, ok, "/nick bob\n/quit\n")
				if got := readAll(t, ok); !strings.Contains(got, "You are bob") {
					t.Errorf("the next one is told %q", got)
				}
			})
		})
	}
}

// TestWhoDoesNotReadIsNotReadFrom sends commands with long answers and takes none.
func TestWhoDoesNotReadIsNotReadFrom(t *testing.T) {
	overTerminals(t, func(t *testing.T, h *House) {
		c := plug(t, h)
		if err := c.SetWriteDeadline(time.Now().Add(time.Second / 2)); err != nil {
			t.Fatal(err)
		}
		help := []byte(strings.Repeat("/help\n", 1<<16))
		var err error
		for sent := 0; err == nil && sent < 256<<20; sent += len(help) {
			_, err = c.Write(help)
		}
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("writing without reading ended with %v", err)
		}
		if s, ok := c.(*tls.Conn); ok {
			c = s.NetConn() // closing TLS would wait to say so
		}
		c.Close()
	})
}

// TestSlowTerminalIsToldThatItMisses has a terminal that stops reading for a while.
func TestSlowTerminalIsToldThatItMisses(t *testing.T) {
	folder, err := TempFolder()
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(folder)
	h, err := Open("unix", folder, chat.Options{NoLimits: true, OperatorUID: -1})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	}()
	slow := plug(t, h)
	defer slow.Close()
	in := bufio.NewReader(slow)
	typeIn(t, slow, "/nick slow\n/join #ops\n")
	readTo(t, in, "You are in #ops.")
	// What is kept as one group is told as one: only what follows a full outbox is left out.
	const n, text = 100, 16000
	for _, name := range []string{"first", "second"} {
		quick := plug(t, h)
		typeIn(t, quick, "/nick "+name+"\n/join #ops\n"+strings.Repeat(strings.Repeat("x", text)+"\n", n)+"/quit\n")
		if got := readAll(t, quick); !strings.Contains(got, fmt.Sprintf("kept: %d.\n", n)) {
			t.Fatalf("%s is told %q", name, got)
		}
	}
	readTo(t, in, "something said in #ops was left out. /history shows it there.")
	typeIn(t, slow, "/history 1\n")
	readTo(t, in, "<second> "+strings.Repeat("x", text))
}

// readTo reads lines up to one that ends with text.
func readTo(t *testing.T, in *bufio.Reader, text string) {
	t.Helper()
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			t.Fatalf("%.80q was never read: %v", text, err)
		}
		if strings.HasSuffix(line, text+"\n") {
			return
		}
	}
}
