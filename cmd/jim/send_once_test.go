package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"jim/client"
	"jim/tcptest"
	"jim/wire"
)

// patient is how long a test waits for something that should come at once.
const patient = 20 * time.Second

// refusingServer lets everybody in and answers each message so; "" = it cuts the connection.
func refusingServer(t *testing.T, answer string) string {
	t.Helper()
	address, _ := tcptest.Serve(t, func(c net.Conn) { refuse(c, answer) })
	return address
}

func refuse(c net.Conn, answer string) {
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
		{`"response":429,"error":"slower","retry":true,"retry_after":0.1`, "jim: slower (429); it was not said: try again\n", exitTryAgain},
		{`"response":503,"error":"stopping","retry":true`, "jim: stopping (503); it was not said: try again\n", exitTryAgain},
		{`"response":507,"error":"the disk is full","retry":true`, "jim: the disk is full (507); it was not said: try again\n", exitTryAgain},
		{"", "whether it was said is unknown, the same --id can be sent again: --id ", exitUnreachable},
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

// TestSendGivesUp when its time is over: it says why, and what to do.
func TestSendGivesUp(t *testing.T) {
	s, q := sending{timeout: time.Second}, wire.Request{ID: "k1", To: "#tea"}
	slower := &client.Error{Action: wire.ActMsg, Code: wire.TooMany, Text: "slower", Retry: true, RetryAfter: 7200 * time.Millisecond}
	for _, test := range []struct {
		err  error
		says string
		code int
	}{
		{fmt.Errorf("%w: %w", context.DeadlineExceeded, slower), "slower (429); it was not said: try again in 8s", exitTryAgain},
		{context.DeadlineExceeded, "no answer within 1s; whether it was said is unknown, the same --id can be sent again: --id k1", exitTimedOut},
	} {
		if err := s.explain(test.err, q); err.Error() != test.says || exitCode(err) != test.code {
			t.Errorf("%v: exit code %d, said %q", test.err, exitCode(err), err)
		}
	}
}
