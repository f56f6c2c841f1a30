package tap_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"jim/chat"
	"jim/check"
	"jim/client"
	"jim/talk"
	"jim/tap"
	"jim/wire"
)

// house is a real server.
func house(t *testing.T, transport string) *talk.House {
	t.Helper()
	folder, err := talk.TempFolder()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	h, err := talk.Open(transport, folder, chat.Options{Guests: chat.Local, NoLimits: true, OperatorUID: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

// pinned is a tls address with the fingerprint of who answers there.
func pinned(t *testing.T, address string) string {
	t.Helper()
	c, err := tls.Dial("tcp", strings.TrimPrefix(address, "tls://"), &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	sum := sha256.Sum256(c.ConnectionState().PeerCertificates[0].Raw)
	return address + "#fingerprint=" + hex.EncodeToString(sum[:])
}

// TestRealConversations has the real client and the real server talk through a tap.
func TestRealConversations(t *testing.T) {
	for _, transport := range []string{"tcp", "unix", "tls", "ws", "udp"} {
		t.Run(transport, func(t *testing.T) {
			address := house(t, transport).Address
			if transport == "tls" {
				address = pinned(t, address)
			}
			tt := start(t, address, "")
			through := tt.Address()
			if transport == "ws" {
				through = strings.Replace(through, "tcp://", "ws://", 1)
			}
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			jim, err := client.Dial(ctx, through, client.Options{Name: "ann"})
			if err != nil {
				t.Fatal(err)
			}
			defer jim.Close()
			for _, q := range []wire.Request{
				{Action: wire.ActJoin, To: "#tea"},
				{Action: wire.ActMsg, ID: "k", To: "#tea", Message: "привет, 你好"},
				{Action: wire.ActHistory, To: "#tea"},
			} {
				if _, err := jim.Do(ctx, q); err != nil {
					t.Fatal(err)
				}
			}
			items := tt.until(t, func(all []tap.Item) bool { return slices.ContainsFunc(all, isEvent) })
			jim.Close()
			sum := tt.stop()
			if len(sum.Broken) > 0 || sum.Objects[check.FromClient] < 4 || sum.Objects[check.FromServer] < 5 || sum.Slowest <= 0 {
				t.Errorf("the sum is %+v", sum)
			}
			answered := slices.ContainsFunc(items, func(i tap.Item) bool {
				return i.Side == check.FromServer && i.Trip > 0 && strings.Contains(string(i.Text), `"id":"k"`)
			})
			if last := items[len(items)-1]; !answered || last.Level != check.JIM2 || last.Datagram != (transport == "udp") {
				t.Errorf("the answer is not shown as one: %+v", items)
			}
		})
	}
}

func isEvent(i tap.Item) bool {
	return i.Kind == tap.Object && i.Side == check.FromServer && strings.HasPrefix(string(i.Text), `{"action":"msg"`)
}

// TestWrongObjectsAreMarked has a server that does everything wrong.
func TestWrongObjectsAreMarked(t *testing.T) {
	wrong := []struct{ text, rule string }{
		{`{"response":200,"id":"p","time":1,"jim":2,"user":{"account_name":"ann"},"limits":{}}` + "\n", ""},
		{`{"action":"dance","time":1}` + "\n", "event-unknown"},
		{`{"response":299,"id":"1","time":1}` + "\n", "code-unknown"},
		{`{"action":"msg","to":"#tea","from":"bob","seq":5,"time":1,"message":"` + "\xff" + `"}` + "\n", "utf8"},
		{"just words\n", "not-object"},
		{`{"action":"typing","to":"#tea","from":"bob"}`, ""},
		{`{"action":"bye","time":1}` + "\n", "lf"},
		{`{"action":"bye","time":1}` + "\n", "after-bye"},
	}
	address := server(t, "tcp", func(c net.Conn) {
		in := bufio.NewReader(c)
		for _, w := range wrong {
			if w.rule != "lf" {
				if _, err := in.ReadString('\n'); err != nil {
					return
				}
			}
			if _, err := io.WriteString(c, w.text); err != nil {
				t.Error(err)
			}
		}
		_, _ = io.Copy(io.Discard, in)
	})
	tt := start(t, address, "")
	c := tt.reach(t)
	var want, got []string
	for i, w := range wrong {
		if w.rule != "" {
			want = append(want, w.rule)
		}
		if w.rule == "lf" {
			continue
		}
		said := fmt.Sprintf(`{"action":"ping","id":"%d"}`, i)
		if i == 0 {
			said = `{"action":"presence","jim":2,"id":"p","user":{"account_name":"ann"}}`
		}
		seen := len(tt.all())
		if _, err := io.WriteString(c, said+"\n"); err != nil {
			t.Fatal(err)
		}
		// what comes back was shown before the next is sent
		tt.until(t, func(all []tap.Item) bool {
			return len(all) > seen && slices.ContainsFunc(all[seen:], func(i tap.Item) bool { return i.Side == check.FromServer })
		})
	}
	tt.stop()
	for _, i := range tt.all() {
		for _, v := range i.Broken {
			got = append(got, v.ID)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("marked are %q, want %q", got, want)
	}
}

// TestAnEndlessObjectPasses: what is too large to be shown as one is shown in parts.
func TestAnEndlessObjectPasses(t *testing.T) {
	const size = 3 << 20
	came := make(chan int64, 1)
	address := server(t, "tcp", func(c net.Conn) {
		n, _ := io.Copy(io.Discard, c)
		came <- n
	})
	tt := start(t, address, "")
	c := tt.reach(t)
	if _, err := io.WriteString(c, `{"action":"msg","message":"`+strings.Repeat("x", size)); err != nil {
		t.Fatal(err)
	}
	c.Close()
	if n := <-came; n < size {
		t.Errorf("only %d bytes arrive", n)
	}
	tt.stop()
	parts, marked := 0, 0
	for _, i := range tt.all() {
		if i.Kind == tap.Part {
			parts += i.Size
			marked += len(i.Broken)
		}
		if len(i.Text) > check.Largest {
			t.Errorf("an item has %d bytes", len(i.Text))
		}
	}
	if parts < size || marked != 1 {
		t.Errorf("%d bytes are shown, marked %d times", parts, marked)
	}
}

func TestPeopleAndHTTP(t *testing.T) {
	h := house(t, "tcp")
	tt := start(t, h.Address, "")
	for said, want := range map[string]string{
		"/nick bob\n/quit\n": "You are bob, a guest. /register makes a name yours.",
		"POST /jim HTTP/1.1\r\nHost: x\r\nAuthorization: Basic Y2FybDo=\r\nContent-Length: 17\r\nConnection: close\r\n\r\n{\"action\":\"ping\"}": "HTTP/1.1 200 OK",
	} {
		c := tt.reach(t)
		if _, err := io.WriteString(c, said); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(c); err != nil {
			t.Fatal(err)
		}
		tt.until(t, func(all []tap.Item) bool {
			return slices.ContainsFunc(all, func(i tap.Item) bool { return i.Kind == tap.Line && string(i.Text) == want })
		})
	}
	if sum := tt.stop(); len(sum.Broken) > 0 {
		t.Errorf("broken were %v", sum.Broken)
	}
}

// TestDatagramsPassUnchanged sends datagrams of all sizes and kinds, from two clients at once.
func TestDatagramsPassUnchanged(t *testing.T) {
	echo, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer echo.Close()
	go func() {
		for b := make([]byte, 1<<16); ; {
			n, from, err := echo.ReadFrom(b)
			if err != nil {
				return
			}
			_, _ = echo.WriteTo(b[:n], from) // what is lost comes again
		}
	}()
	tt := start(t, "udp://"+echo.LocalAddr().String(), "")
	one, two := tt.reach(t), tt.reach(t)
	dice := rand.New(rand.NewPCG(5, 5))
	for i, size := range []int{0, 1, 2, 1200, 1201, 9000, 60000} {
		p := noise(dice, size)
		for _, c := range []net.Conn{one, two} {
			if !echoes(t, c, p) {
				t.Errorf("%d: a datagram of %d bytes does not come back as it was", i, size)
			}
		}
	}
	if sum := tt.stop(); sum.Connections != 2 {
		t.Errorf("the sum is %+v", sum)
	}
}

// echoes sends a datagram, again where it is lost, and tells whether it comes back.
func echoes(t *testing.T, c net.Conn, p []byte) bool {
	t.Helper()
	const tries = 20
	b := make([]byte, 1<<16)
	for range tries {
		if _, err := c.Write(p); err != nil {
			t.Fatal(err)
		}
		if err := c.SetReadDeadline(time.Now().Add(patience / tries)); err != nil {
			t.Fatal(err)
		}
		for {
			n, err := c.Read(b)
			if err != nil {
				break
			}
			if bytes.Equal(b[:n], p) { // otherwise it is one before it, which was only late
				return true
			}
		}
	}
	return false
}
