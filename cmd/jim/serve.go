package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"jim/chat"
	"jim/lastword"
	"jim/listen"
	"jim/store"
)

// newServeCommand is `jim serve`.
func newServeCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "serve",
		Short: "Run the server",
		Long: `Run the server. Alone it needs nothing: it listens on 127.0.0.1:7777 and keeps
everything in your data folder.`,
		Example: `  jim serve
  jim serve --listen tls://0.0.0.0:7777 --listen quic://0.0.0.0:7777 --cert chat.pem --key chat.key
  jim serve --listen tcp://127.0.0.1:7777 --listen unix:///run/jim/public.sock
  jim serve --data /var/lib/jim --log json`,
		Args:              cobra.NoArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, _ []string) error {
			conf, all, err := load(c.Flags())
			if err != nil {
				return err
			}
			if err := conf.check(all); err != nil {
				return err
			}
			return serve(c.Context(), conf, all, store.On{}, c.OutOrStdout(), newLog(conf, c.ErrOrStderr()))
		},
	}
	addSettings(c.Flags())
	return c
}

// serve is the server, from its beginning to its end. It is where the rooms of
// the house meet: what is kept, the chat, and the addresses. on is what the store stands on.
func serve(ctx context.Context, conf *config, all map[string]said, on store.On, stdout io.Writer, log *slog.Logger) error {
	guardServer(os.Stderr, log)
	keepToMemory(os.DirFS("/"), log)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)

	kept, err := store.OpenOn(ctx, conf.data, log, on)
	if err != nil {
		return openError(conf.data, err)
	}
	var frugal sync.WaitGroup
	ctx, over := context.WithCancel(ctx)
	frugal.Go(func() {
		defer lastword.Guard()
		keepMemory(ctx, func() uint64 { return kept.Meters()["keep_entries"] })
	})
	defer func() { over(); frugal.Wait() }()

	s := &server{log: log, kept: kept}
	o := s.hubOptions(conf)
	o.Clock = on.Clock
	s.hub = chat.New(kept, o)
	doors := listenOptions(conf, s.hub, log)
	if all["listen"].by == "default" {
		doors.Beside = []string{usualDatagrams}
	}
	s.doors, err = listen.Open(ctx, conf.addresses(), doors)
	s.counted.Store(s.doors)
	if err != nil {
		s.end(patience)
		return listenError(err, all["listen"].exit)
	}
	if err := s.hub.MakeRoom(ctx, lobby); err != nil {
		s.end(patience)
		return openError(conf.data, err)
	}
	if err := s.greet(ctx, conf, stdout); err != nil {
		s.end(patience)
		return err
	}
	select {
	case caught := <-signals:
		log.Info("stopping", "signal", caught.String())
		over := hurry(signals)
		defer over()
		return s.end(patience)
	case err := <-s.hub.Failed():
		s.end(haste)
		return exitf(exitStorage, "the storage failed, so nothing more can be kept: %w", err)
	}
}

// lobby is the room that every server has, so that there is somewhere to talk.
const lobby = "#lobby"

// server is the parts that run.
type server struct {
	log   *slog.Logger
	kept  *store.Store
	hub   *chat.Hub
	doors *listen.Listeners // nil = they could not be opened

	counted atomic.Pointer[listen.Listeners] // doors, for who asks for the counters
}

// hubOptions are those of conf, and the counters of the store and of the doors, which are opened later.
func (s *server) hubOptions(conf *config) chat.Options {
	o := hubOptions(conf, s.log)
	o.Meters = func() map[string]uint64 {
		all := s.kept.Meters()
		if doors := s.counted.Load(); doors != nil {
			maps.Copy(all, doors.Counts())
		}
		return all
	}
	return o
}

// greet says on stdout what a person needs to know, and in the log what a
// program does.
func (s *server) greet(ctx context.Context, conf *config, stdout io.Writer) error {
	known, err := s.kept.AccountList(ctx, "", 1)
	if err != nil {
		return openError(conf.data, err)
	}
	invitation, err := s.hub.OwnerInvite(ctx)
	if err != nil {
		return openError(conf.data, err)
	}
	g := greeting{
		addresses:   s.doors.Addresses(),
		data:        conf.data,
		fingerprint: s.doors.Fingerprint(),
		invitation:  invitation,
		first:       len(known) == 0,
	}
	if err := g.print(stdout, speaks()); err != nil {
		return fmt.Errorf("writing to stdout: %w", err)
	}
	for _, a := range g.addresses {
		s.log.Info("listening", "address", a)
	}
	s.log.Info("ready", "version", thisBuild().Version, "data", conf.data)
	return nil
}

// patience is how long people are given to take what was said to them; haste is
// the same when nothing more can be kept, so that some answers never come; and
// retryAfter is when people are asked to come back.
const (
	patience   = 8 * time.Second
	haste      = time.Second
	retryAfter = time.Second
)

// end stops what runs, the outermost first, so that everything that was
// acknowledged is kept and everybody is told goodbye.
func (s *server) end(patience time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if s.doors != nil {
		s.doors.Stop()
	}
	if err := s.hub.Shutdown(ctx, retryAfter); err != nil {
		s.log.Warn("some connections were cut without a goodbye", "err", err)
	}
	if s.doors != nil {
		s.doors.Close()
	}
	if err := s.kept.Close(); err != nil {
		return exitf(exitStorage, "closing the storage: %w", err)
	}
	s.log.Info("stopped")
	return nil
}

// hurry ends the process at the next signal, until the function that it returns
// is called.
func hurry(signals <-chan os.Signal) (over func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		select {
		case <-signals:
			os.Exit(exitFailed)
		case <-done:
		}
	}()
	return func() {
		close(done)
		<-ended
	}
}
