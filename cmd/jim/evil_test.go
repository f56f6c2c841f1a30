package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"jim/printable"
	"jim/tcptest"
	"jim/wire"
)

// evil is what a terminal must not get to see: to clear it, to colour it, to set
// its title, to answer in its user's name, to turn the direction of writing.
const evil = "e\x1b[2J\x1b]0;owned\a\x1b[6n\x9b31m\u009b31m\u202e\u2066\x00\x7f\b\rvil"

// speakEvil answers everything with texts like that, as a server may whose
// administrator means harm.
func speakEvil(c net.Conn) {
	text, _ := json.Marshal(strings.ToValidUTF8(strings.ReplaceAll(evil, "\x00", ""), ""))
	in := bufio.NewScanner(c)
	for in.Scan() {
		var q struct {
			Action string `json:"action"`
			ID     string `json:"id"`
		}
		if json.Unmarshal(in.Bytes(), &q) != nil {
			return
		}
		answer := `"response":200,"jim":2,"server":$,"user":{"account_name":$,"status":$,"guest":true},"to":$,"topic":$,"seq":3,"more":true,
			"rooms":[{"to":$,"seq":9,"member":true,"topic":$}],"members":[{"account_name":$,"status":$}],"accounts":[{"account_name":$}],
			"events":[{"action":"msg","to":"#lobby","from":$,"seq":1,"message":$},{"action":"topic","to":"#lobby","from":$,"seq":2,"topic":$},{"action":"join","to":"#lobby","from":$,"seq":3}]`
		switch q.Action {
		case wire.ActMsg, wire.ActSync:
			answer = `"response":403,"error":$,"retry":false`
		case wire.ActTyping:
			continue
		}
		event := `{"action":"msg","to":"#lobby","from":$,"seq":4,"time":1763.5,"message":$}`
		line := strings.ReplaceAll(fmt.Sprintf(`{"id":%q,%s}`, q.ID, strings.ReplaceAll(strings.ReplaceAll(answer, "\n", ""), "\t", "")), "$", string(text)) + "\n"
		if q.Action == wire.ActJoin {
			line += strings.ReplaceAll(event, "$", string(text)) + "\n"
		}
		if _, err := c.Write([]byte(line)); err != nil {
			return
		}
	}
}

// TestNoServerControlsTheTerminal uses every command against such a server, and
// looks at all that would reach the terminal.
func TestNoServerControlsTheTerminal(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	address, _ := tcptest.Serve(t, speakEvil)
	for _, args := range [][]string{
		{"chat", address, "--name", "ann"},
		{"tail", "#lobby", "--to", address, "--name", "ann", "--since", "0", "--count", "1", "--timeout", "1s"},
		{"tail", "#lobby", "--to", address, "--name", "ann", "--since", "0", "--count", "1", "--timeout", "1s", "--json"},
		{"send", "#lobby", "hi", "--to", address, "--name", "ann", "--timeout", "5s"},
		{"user", "list", "--to", address, "--name", "ann", "--login-file", "-"},
		{"user", "list", "--to", address, "--name", "ann", "--login-file", "-", "--json"},
	} {
		t.Run(strings.Join(args[:1], " "), func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			var out, talk bytes.Buffer
			root := newRootCommand()
			root.SetIn(strings.NewReader("correct horse\n/who\n/rooms\n/topic\n/join #tea\n/register\n/nonsense\x1b[2J\n/quit\n"))
			execute(ctx, root, args, &out, &talk)
			all := out.String() + talk.String()
			if !strings.Contains(all, "vil") {
				t.Errorf("nothing of the server's is shown: %q", all)
			}
			for _, r := range all {
				if r != '\n' && printable.Unsafe(r) {
					t.Fatalf("%q reaches the terminal in %q", r, all)
				}
			}
		})
	}
}
