package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"

	"jim/wire"
)

// refusingServer lets everybody in and answers each message so; "" = it cuts the connection.
func refusingServer(t *testing.T, answer string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() { refuse(c, answer) })
		}
	})
	t.Cleanup(func() { l.Close(); all.Wait() })
	return l.Addr().String()
}

func refuse(c net.Conn, answer string) {
	defer c.Close()
	for in := bufio.NewScanner(c); in.Scan(); {
		var q struct{ Action, ID string }
		if json.Unmarshal(in.Bytes(), &q) != nil || q.Action == wire.ActMsg && answer == "" {
			return
		}
		says := `"response":200,"jim":2,"user":{"account_name":"ann"}`
		if q.Action == wire.ActMsg {
			says = answer
		}
		if _, err := fmt.Fprintf(c, `{"id":%q,%s}`+"\n", q.ID, says); err != nil {
			return
		}
	}
}

// TestSendTriesOnce sends with --timeout 0: what can succeed later is not waited for.
func TestSendTriesOnce(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	for _, test := range []struct {
		answer, says string
		code         int
	}{
		{`"response":429,"error":"slower","retry":true,"retry_after":0.1`, "slower (429)", exitTryAgain},
		{`"response":503,"error":"stopping","retry":true`, "stopping (503)", exitTryAgain},
		{`"response":507,"error":"the disk is full","retry":true`, "the disk is full (507)", exitTryAgain},
		{"", "whether it was said is unknown, the same --id can be sent again", exitUnreachable},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), patient)
		var out, talk bytes.Buffer
		code := execute(ctx, newRootCommand(), []string{"send", "#tea", "hi", "--to", refusingServer(t, test.answer), "--name", "ann", "--timeout", "0"}, &out, &talk)
		if ctx.Err() != nil || code != test.code || !strings.Contains(talk.String(), test.says) {
			t.Errorf("%s: exit code %d, said %q, %v", test.answer, code, talk.String(), ctx.Err())
		}
		cancel()
	}
}
