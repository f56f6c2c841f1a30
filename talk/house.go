package talk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"jim/chat"
	"jim/dialect"
	"jim/lines"
	"jim/listen"
	"jim/store"
)

// House is a server with everything it needs: a store in a folder of its own, a
// hub, and one open address.
type House struct {
	// Address is what is listened on, as a URI. It stays the same when the server
	// restarts.
	Address string

	folder    string
	log       *slog.Logger
	faults    faults
	options   chat.Options
	store     *store.Store
	hub       *chat.Hub
	listeners *listen.Listeners
	beside    []string // more addresses
	lossy     bool
	way       *way // that loses; nil = there is none
}

// openTimeout bounds how long a server may take to start or to end.
const openTimeout = 20 * time.Second

// RetryAfter is what a server that restarts says in its goodbye.
const RetryAfter = 2 * time.Second

// Open starts a server for one of [Transports], or for "both" TCP and UDP, with its data in folder, which
// the caller removes. Rates are as o says. What the server logs as an error is an
// error of Close.
func Open(transport, folder string, o chat.Options) (*House, error) {
	h := &House{folder: folder, options: o}
	h.log = slog.New(slog.NewTextHandler(&h.faults, &slog.HandlerOptions{Level: slog.LevelError}))
	h.options.Log = h.log
	switch transport {
	case "tcp", "ws", "http":
		h.Address = "tcp://127.0.0.1:0"
	case "tls", "quic", "udp":
		h.Address = transport + "://127.0.0.1:0"
	case "both":
		h.Address, h.beside = "tcp://127.0.0.1:0", []string{"udp://127.0.0.1:0"}
	case "lossy":
		h.Address = "udp://127.0.0.1:0"
		h.lossy = true
	case "unix":
		h.Address = "unix://" + filepath.Join(folder, "jim.sock")
	default:
		return nil, fmt.Errorf("no transport is called %q", transport)
	}
	return h, h.start()
}

func (h *House) start() error {
	ctx, cancel := context.WithTimeout(context.Background(), openTimeout)
	defer cancel()
	var err error
	if h.store, err = store.Open(ctx, filepath.Join(h.folder, "data"), h.log); err != nil {
		return err
	}
	o := h.options
	o.Interpret = dialect.New(dialect.Options{Lobby: "#lobby", Log: h.log}).Of
	h.hub = chat.New(h.store, o)
	h.listeners, err = listen.Open(context.Background(), []string{h.Address}, listen.Options{
		Serve: h.hub.Serve, Log: h.log, SelfSignedDir: h.folder, Beside: h.beside, NoLimits: true,
		Lines: func(stream io.ReadWriteCloser, peer *chat.Peer) chat.Conn { return lines.New(stream, peer) },
	})
	if err != nil {
		return errors.Join(err, h.store.Close())
	}
	h.Address = h.listeners.Addresses()[0]
	if h.lossy && h.way == nil {
		h.way, err = openWay(h.place())
	}
	return err
}

// Close ends the server, and the way to it.
func (h *House) Close() error {
	err := h.end()
	if h.way != nil {
		h.way.close()
	}
	return err
}

// end says goodbye to everybody and ends the server. One that does not end is an
// error, which shows what it is waiting for.
func (h *House) end() error {
	ended := make(chan error, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), openTimeout)
		defer cancel()
		h.listeners.Stop()
		err := h.hub.Shutdown(ctx, RetryAfter)
		h.listeners.Close()
		ended <- errors.Join(err, h.store.Close(), h.faults.err())
	}()
	select {
	case err := <-ended:
		return err
	case <-time.After(2 * openTimeout):
		stacks := make([]byte, 1<<18)
		return fmt.Errorf("the server does not end:\n%s", stacks[:runtime.Stack(stacks, true)])
	}
}

// faults is what a server logged as errors.
type faults struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (f *faults) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.text.Write(p)
}

func (f *faults) err() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.text.Len() == 0 {
		return nil
	}
	return fmt.Errorf("the server logged %s", f.text.String())
}

// Restart ends the server and starts it again.
func (h *House) Restart() error {
	if err := h.end(); err != nil {
		return err
	}
	return h.start()
}

// OwnerInvite is a one-time invitation that makes an owner.
func (h *House) OwnerInvite() (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), openTimeout)
	defer cancel()
	return h.hub.OwnerInvite(ctx)
}

// place is the address without its scheme.
func (h *House) place() string {
	_, place, _ := strings.Cut(h.Address, "://")
	return place
}

// TempFolder makes a folder with a short name: the path of a UNIX socket may have
// about a hundred bytes.
func TempFolder() (string, error) { return os.MkdirTemp("", "talk") }
