package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"jim/bench"
	"jim/store"
	"jim/torture"
)

// newTortureCommand is `jim torture`.
func newTortureCommand() *cobra.Command {
	t := torturing{server: serverUnder}
	c := &cobra.Command{
		Use:   "torture",
		Short: "Try to make a server lose something, on this machine",
		Long: `Try to make a server lose something, on this machine.

A server is started for it, with its data in a temporary folder or in an empty one of yours (--data), on
the disk that you want to know about. It is killed, its disk loses power, fills up and fails, its clock
jumps and its connections are cut, while clients talk. In the end everything is
read again, and what was acknowledged must be there: once, in order, for everybody.

The works: power, kill, lines, sync, full, clock. They share the time.
Your own server and its data are never touched.`,
		Example: `  jim torture                              all works, in ten minutes
  jim torture --for 1m --only power,kill   two of them
  jim torture --data /mnt/disk/empty       on that disk
  jim torture --seed 7                     the same choices as a run that printed seed 7
  jim torture check history-3.jsonl        look again at what a run has kept`,
		Args:              cobra.NoArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, _ []string) error {
			if !c.Flags().Changed("seed") {
				t.seed = rand.Uint64N(1_000_000_000)
			}
			return t.run(c)
		},
	}
	flags := c.Flags()
	flags.Uint64Var(&t.seed, "seed", 0, "`NUMBER` that decides what is left to chance (default: a new one, which is printed)")
	flags.DurationVar(&t.long, "for", 10*time.Minute, "how long all works take together")
	flags.StringSliceVar(&t.only, "only", nil, "do these `WORKS` only, with commas between")
	flags.StringVar(&t.data, "data", "", "an empty `DIR` for all data (default: a new one in $TMPDIR)")
	flags.BoolVar(&t.asJSON, "json", false, "print one JSON object")
	c.AddCommand(newTortureCheckCommand(), newTortureServeCommand())
	return c
}

// torturing is the flags.
type torturing struct {
	seed   uint64
	long   time.Duration
	only   []string
	data   string
	asJSON bool

	server func(self, config, data, listen string, frail bool) *exec.Cmd // makes one that is going to be hurt
}

// check checks what was said on the command line.
func (t *torturing) check() error {
	if t.long < time.Second || t.long > 24*time.Hour {
		return exitf(exitUsage, "--for is %v; it can be 1s to 24h", t.long)
	}
	for _, name := range t.only {
		if !torture.Known(name) {
			return exitf(exitUsage, "there is no work %q; there are %s", name, strings.Join(workNames(), ", "))
		}
	}
	return nil
}

func workNames() []string {
	var names []string
	for _, w := range torture.Works {
		names = append(names, w.Name)
	}
	return names
}

// asked are the works that were asked for, in the order in which they are done.
func (t *torturing) asked() []string {
	if len(t.only) == 0 {
		return workNames()
	}
	return slices.DeleteFunc(workNames(), func(name string) bool { return !slices.Contains(t.only, name) })
}

// folder is the empty folder for all data; remove takes away what was made.
func (t *torturing) folder() (dir string, remove func() error, err error) {
	if t.data == "" {
		dir, err := os.MkdirTemp("", "jim-torture-")
		return dir, func() error { return os.RemoveAll(dir) }, err
	}
	if dir, err = filepath.Abs(t.data); err != nil {
		return "", nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", nil, err
	}
	list, err := os.ReadDir(dir)
	if err != nil {
		return "", nil, err
	}
	if len(list) > 0 {
		return "", nil, exitf(exitUsage, "%s is not empty; what is in it is none of this command's business", dir)
	}
	return dir, func() error { return nil }, nil
}

// tortureSpace is the room on a disk that all works may need. On a disk that is full in
// fact nothing can be found out.
const tortureSpace = 256 << 20

func enough(dir string, free int64) error {
	if free >= tortureSpace {
		return nil
	}
	return exitf(exitFailed, sayNoSpace.in(speaks()), inBytes(free), dir, inBytes(tortureSpace))
}

// run does the works and prints what they found.
func (t *torturing) run(c *cobra.Command) error {
	if err := t.check(); err != nil {
		return err
	}
	dir, remove, err := t.folder()
	if err != nil {
		return err
	}
	if disk, err := diskOf(dir); err == nil {
		if err := enough(dir, disk.free); err != nil {
			return errors.Join(err, remove())
		}
	}
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("finding this program: %w", err)
	}
	config := filepath.Join(dir, "jim.toml") // empty: no setting of the user's own server counts
	if err := os.WriteFile(config, nil, 0o600); err != nil {
		return err
	}
	ctx, over := untilSignal(c)
	defer over()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	say, quiet := progress(c.ErrOrStderr())
	p := &tortured{torturing: t, command: c, dir: dir, began: time.Now(), quiet: quiet, unread: stop, machine: bench.ThisMachine(thisBuild().words(), dir)}
	p.begin()
	err = torture.Run(ctx, torture.Options{
		Seed: t.seed, For: t.long, Only: t.only, Dir: dir, Say: say, Full: func() bool { disk, err := diskOf(dir); return err == nil && disk.free < startSpace },
		Server: func(data, listen string, frail bool) *exec.Cmd { return t.server(self, config, data, listen, frail) },
	}, p.done)
	quiet()
	p.stopped = ctx.Err() != nil
	return p.end(err, remove)
}

// serverUnder is a server that is going to be hurt.
func serverUnder(self, config, data, listen string, frail bool) *exec.Cmd {
	args := []string{"serve"}
	if frail {
		args = []string{"torture", "serve"}
	}
	p := exec.Command(self, append(args, "--config", config, "--limits", "off", "--data", data, "--listen", listen, "--log", "json")...)
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "JIM_") {
			p.Env = append(p.Env, v)
		}
	}
	return p
}

// newTortureServeCommand is the server on a disk and a clock that misbehave when told so on stdin. It
// is no command for people.
func newTortureServeCommand() *cobra.Command {
	c := &cobra.Command{
		Use:               "serve",
		Short:             "Run a server whose disk and clock misbehave when told so on stdin",
		Hidden:            true,
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
			log, frail := newLog(conf, c.ErrOrStderr()), torture.NewFrail()
			go func() { // ends with stdin, or the process
				err := frail.Obey(c.InOrStdin(), func(order string) { log.Info("obeyed", "order", order) })
				if err != nil {
					log.Error("orders", "err", err)
				}
			}()
			return serve(c.Context(), conf, all, store.On{Disk: frail.Disk, Clock: frail.Now}, c.OutOrStdout(), log)
		},
	}
	addSettings(c.Flags())
	return c
}

// newTortureCheckCommand is `jim torture check`.
func newTortureCheckCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:     "check FILE",
		Short:   "Check a history again that a run has kept",
		Example: "  jim torture check history-3.jsonl\n  jim torture check history-3.jsonl --json",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			checked, err := torture.Check(args[0])
			if errors.Is(err, torture.ErrHistory) {
				return exitf(exitDamaged, "%w", err)
			}
			if err != nil {
				return err
			}
			return printCheck(c, asJSON, args[0], checked)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return c
}
