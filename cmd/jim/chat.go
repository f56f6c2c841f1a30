package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"jim/client"
	"jim/wire"
)

// newChatCommand is `jim chat`, the terminal client.
func newChatCommand() *cobra.Command {
	var ch chatting
	c := &cobra.Command{
		Use:   "chat [ADDRESS]",
		Short: "Talk",
		Long: `Talk, in a terminal or through a pipe.

Without ADDRESS it is the server of this machine. A name that is registered is asked for
its password once; a token is then kept in $XDG_STATE_HOME/jim or ~/.local/state/jim,
readable by you only. When stdin is no terminal, each line is sent, what is said goes
to stdout, and at the end of stdin it leaves when all is on the server's disk.

Environment: JIM_NAME (your name), NO_COLOR, JIM_LANG (en, ru, zh).
Exit codes: 0 left · 69 nobody answers · 75 refused, try again later · 77 wrong
login or not allowed`,
		Example: `  jim chat
  jim chat chat.example.org --name ann
  jim chat --room '#tea'
  printf 'hello\n/who\n' | jim chat`,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				ch.to = args[0]
			}
			return ch.run(c)
		},
	}
	ch.addFlags(c, false)
	c.Flags().StringVar(&ch.room, "room", lobby, "begin in this `#ROOM`, or with this person")
	return c
}

// chatting is one run of `jim chat`. Lines go one after the other from the face through
// queue to its worker, so they keep their order; what the server tells is shown by a
// goroutine of its own.
type chatting struct {
	login
	room string

	jim   *client.Client
	lang  language
	queue chan string

	// mu guards what follows. Nothing is sent while it is held.
	mu     sync.Mutex
	face   face              // nil until the client is logged in
	here   string            // the conversation that lines go to; "" = none
	shown  map[string]uint64 // by lower-case name: the newest number shown
	acked  map[string]uint64 // and the newest that the server has confirmed
	people map[string]string // by lower-case name: names to complete
	day    string            // of the newest line
	lost   bool              // it was said that the connection is lost
	unsent []string

	held string // the line that was read and found no room any more; it belongs to take, and then to talk

	news chan struct{} // room for one: shown has changed
}

const (
	queueMost     = 100              // lines that wait to be sent
	askPatience   = 20 * time.Second // for answers to commands
	leavePatience = 2 * time.Second  // for what is still being sent, when somebody leaves
)

func (ch *chatting) run(c *cobra.Command) error {
	if err := ch.find(c); err != nil {
		return err
	}
	ch.lang = speaks()
	ch.shown, ch.acked, ch.people = map[string]uint64{}, map[string]uint64{}, map[string]string{}
	ch.queue, ch.news = make(chan string, queueMost), make(chan struct{}, 1)
	ctx, stop := signal.NotifyContext(c.Context(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	jim, err := ch.dial(ctx, c, client.Options{OnState: ch.state})
	if err != nil {
		return err
	}
	defer jim.Close()
	ch.jim = jim
	face, err := ch.openFace(c)
	if err != nil {
		return err
	}
	defer face.close()
	ch.mu.Lock()
	ch.face = face
	ch.mu.Unlock()
	err = ch.talk(ctx, face)
	face.close()
	why := sayHalted.in(ch.lang)
	if err != nil {
		why = visibleError(err)
	}
	for _, text := range ch.unsent {
		fmt.Fprintln(c.ErrOrStderr(), "jim:", fmt.Sprintf(sayNotSent.in(ch.lang), why, visibleLine(text)))
	}
	return clientError(err)
}

// openFace finds out whether there is somebody at a terminal.
func (ch *chatting) openFace(c *cobra.Command) (face, error) {
	in, inFile := c.InOrStdin().(*os.File)
	out, outFile := c.OutOrStdout().(*os.File)
	if !inFile || !outFile || !term.IsTerminal(int(in.Fd())) || !term.IsTerminal(int(out.Fd())) {
		p := newPlain(c.InOrStdin(), c.OutOrStdout(), c.ErrOrStderr())
		go p.read()
		return p, nil
	}
	t, err := openTerminal(in, out)
	if err != nil {
		return nil, err
	}
	s := newScreen(t, style{color: os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"}, ch.choices)
	go s.read()
	return s, nil
}

// talk goes on until somebody leaves or the client gives up.
func (ch *chatting) talk(ctx context.Context, face face) error {
	ch.welcome(ctx)
	work, cancel := context.WithCancel(ctx)
	defer cancel()
	var listening, working sync.WaitGroup
	listening.Go(func() {
		for e := range ch.jim.Events() {
			ch.hear(e)
		}
	})
	working.Go(func() {
		for line := range ch.queue {
			ch.do(work, line)
		}
	})
	err := ch.take(ctx, face)
	close(ch.queue)
	done := make(chan struct{})
	go func() { working.Wait(); close(done) }()
	ch.finish(ctx, face, done)
	cancel()
	face.close() // which ends a question nobody will answer
	<-done
	if ch.held != "" {
		ch.unsent = append(ch.unsent, ch.held)
	}
	ch.markRead()
	ch.jim.Close()
	listening.Wait()
	return err
}

// take hands lines to the worker until there are no more.
func (ch *chatting) take(ctx context.Context, face face) error {
	_, patient := face.(*plain)
	for {
		select {
		case line, ok := <-face.lines():
			switch {
			case !ok || strings.TrimSpace(line) == "/quit":
				return nil
			case strings.TrimSpace(line) == "":
				continue
			case patient:
				select {
				case ch.queue <- line:
					continue
				case <-ch.jim.Done():
				case <-ctx.Done():
				}
				ch.held = line
				if ctx.Err() != nil {
					return nil
				}
				return ch.jim.Err()
			}
			select {
			case ch.queue <- line:
			default:
				face.note(fmt.Sprintf(sayFull.in(ch.lang), visibleLine(line)))
			}
		case <-ch.jim.Done():
			return ch.jim.Err()
		case <-ctx.Done():
			return nil
		}
	}
}

// finish waits until what was typed is with the server: at the end of stdin for as long as
// it takes, with somebody who wants to leave only a moment.
func (ch *chatting) finish(ctx context.Context, face face, done <-chan struct{}) {
	if _, patient := face.(*plain); patient {
		select {
		case <-done:
		case <-ctx.Done():
		case <-ch.jim.Done():
		}
		ch.awaitShown()
		return
	}
	select {
	case <-done:
	case <-time.After(leavePatience):
	case <-ctx.Done():
	}
}

// awaitShown waits a moment until all that was confirmed has been told too.
func (ch *chatting) awaitShown() {
	over := time.After(leavePatience)
	for {
		ch.mu.Lock()
		missing := false
		for name, seq := range ch.acked {
			missing = missing || ch.shown[name] < seq
		}
		ch.mu.Unlock()
		if !missing {
			return
		}
		select {
		case <-ch.news:
		case <-over:
			return
		case <-ch.jim.Done():
			return
		}
	}
}

// say sends a text and tells when that takes long or fails.
func (ch *chatting) say(ctx context.Context, to, text string) {
	slow := time.AfterFunc(3*time.Second, func() { ch.note(saySlow, visibleLine(text)) })
	seq, err := ch.jim.Send(ctx, to, text)
	slow.Stop()
	switch {
	case err == nil:
		ch.mu.Lock()
		ch.acked[strings.ToLower(to)] = seq
		ch.mu.Unlock()
	case ctx.Err() != nil || errors.Is(err, client.ErrClosed):
		ch.mu.Lock()
		ch.unsent = append(ch.unsent, text)
		ch.mu.Unlock()
	case refusedWith(err, wire.NotFound) && wire.IsRoom(to):
		ch.note(sayNoRoom, visibleLine(to), visibleLine(to))
	case refusedWith(err, wire.NotFound):
		ch.note(sayNobody, visibleLine(to))
	default:
		ch.note(sayNotSent, err, visibleLine(text))
		if _, typed := ch.getFace().(*screen); typed {
			ch.note(sayPressUp)
		}
	}
}

// state tells what became of the connection, each thing once.
func (ch *chatting) state(s client.State) {
	ch.mu.Lock()
	before := ch.lost
	ch.lost = s.Kind == client.Lost
	ch.mu.Unlock()
	switch {
	case s.Kind == client.Lost && !before:
		ch.note(sayLost)
	case s.Kind == client.Resumed:
		ch.note(sayBack)
	case s.Kind == client.Ended:
		ch.note(sayEnded, s.Err)
	}
}

// note tells something about the chat itself.
func (ch *chatting) note(p phrase, args ...any) {
	for i, arg := range args {
		if err, ok := arg.(error); ok {
			args[i] = visibleError(err)
		}
	}
	if f := ch.getFace(); f != nil {
		f.note(fmt.Sprintf(p.in(ch.lang), args...))
	}
}

func (ch *chatting) getFace() face {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	return ch.face
}
