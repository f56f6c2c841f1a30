package lab

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// withoutRight takes CAP_NET_RAW from the thread that calls; it is never used again.
func withoutRight(t *testing.T) {
	runtime.LockOSThread()
	head := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var rights [2]unix.CapUserData
	if err := unix.Capget(&head, &rights[0]); err != nil {
		t.Error(err)
	}
	rights[0].Effective &^= 1 << unix.CAP_NET_RAW
	rights[0].Permitted &^= 1 << unix.CAP_NET_RAW
	if err := unix.Capset(&head, &rights[0]); err != nil {
		t.Error(err)
	}
}

// TestCaptureSaysWhatRightItNeeds in every language, with and without a trace.
func TestCaptureSaysWhatRightItNeeds(t *testing.T) {
	for language := English; language <= Chinese; language++ {
		for _, trace := range []bool{false, true} {
			var out, talk bytes.Buffer
			err := Run(context.Background(), Options{Language: language, Trace: trace, Out: &out, Talk: &talk}, func(l *Lab) error {
				withoutRight(t)
				return Capture{Interface: "lo", Port: 1}.Run(l)
			})
			said := strings.Join(strings.Fields(talk.String()), " ") // it is folded
			if !errors.Is(err, unix.EPERM) || !strings.Contains(said, "setcap cap_net_raw+ep") || !strings.Contains(said, "CAP_NET_RAW") {
				t.Errorf("%d %v: %v\n%s", language, trace, err, &talk)
			}
		}
	}
}

// TestCaptureSeesWhatPasses, over IPv4 and IPv6 where that is there. Where this machine lets the test open
// no raw socket, the sentence about it is what comes.
func TestCaptureSeesWhatPasses(t *testing.T) {
	for _, host := range []string{"127.0.0.1", "::1"} {
		server, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
		if err != nil {
			t.Logf("nothing was captured at %s: %v", host, err)
			continue
		}
		defer server.Close()
		ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
		defer stop()
		in, talk := io.Pipe()
		var out bytes.Buffer
		ended := make(chan error, 1)
		go func() {
			c := Capture{Interface: "lo", Port: server.Addr().(*net.TCPAddr).Port, Count: 6}
			ended <- Run(ctx, Options{Out: &out, Talk: talk}, c.Run)
			talk.Close()
		}()
		said := bufio.NewReader(in)
		first, err := said.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		go io.Copy(io.Discard, said) // ends with the command
		if strings.Contains(first, "raw sockets") {
			if err := <-ended; !errors.Is(err, unix.EPERM) {
				t.Fatal(err)
			}
			t.Log("nothing was captured: this test may not open raw sockets here")
			continue
		}
		say(t, server)
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"SYN · connect()", "SYN+ACK", `{"action":"presence","n":1}`, `{"response":200}`, "FIN ·", " → " + server.Addr().String()} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s: no %s in\n%s", host, want, out.String())
			}
		}
	}
}

// say lets a client and a server say an object each and close.
func say(t *testing.T, server net.Listener) {
	t.Helper()
	client, err := net.Dial("tcp", server.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	conn, err := server.Accept()
	if err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 64)
	for _, step := range []struct {
		from, to net.Conn
		text     string
	}{{client, conn, `{"action":"presence","n":1}` + "\n"}, {conn, client, `{"response":200}` + "\n"}} {
		if _, err := io.WriteString(step.from, step.text); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(step.to, buf[:len(step.text)]); err != nil {
			t.Fatal(err)
		}
	}
	client.Close()
	conn.Close()
}
