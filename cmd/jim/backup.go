package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"jim/store"
)

var (
	sayBackedUp = phrase{
		"%s holds people: %d, rooms: %d, entries: %d, as they were at %s.",
		"%s содержит людей: %d, комнат: %d, записей: %d, по состоянию на %s.",
		"%s 包含 %d 人、%d 个房间、%d 条记录，状态截至 %s。",
	}
	sayVerified = phrase{
		"%s is whole: people: %d, rooms: %d, entries: %d, as they were at %s.",
		"%s цела: людей: %d, комнат: %d, записей: %d, по состоянию на %s.",
		"%s 完好：%d 人、%d 个房间、%d 条记录，状态截至 %s。",
	}
	sayRestored = phrase{
		"%s is restored and proved: people: %d, rooms: %d, entries: %d, as they were at %s.",
		"%s восстановлена и проверена: людей: %d, комнат: %d, записей: %d, по состоянию на %s.",
		"%s 已恢复并验证：%d 人、%d 个房间、%d 条记录，状态截至 %s。",
	}
	sayInterrupted = phrase{
		"interrupted; nothing of it is left, so begin again",
		"прервано; ничего от этого не осталось, начните заново",
		"已中断；没有留下任何内容，请重新开始",
	}
	sayPrivate = phrase{
		"It holds everything that was said, and the hashes of passwords: keep it private.",
		"В ней всё сказанное и хеши паролей: храните её в тайне.",
		"其中有全部聊天内容和密码散列：请妥善保密。",
	}
	sayLogins = phrase{
		"Logins are as they were then, too: passwords, tokens of devices, who is disabled or an owner. Invitations used since then work again, and names registered since then are free.",
		"Входы теперь тоже такие, какими были тогда: пароли, токены устройств, кто отключён, кто владелец. Использованные с тех пор приглашения снова действуют, а имена, занятые с тех пор, свободны.",
		"登录状态也与当时相同：密码、设备令牌、谁被停用、谁是所有者。此后用过的邀请码重新有效，此后注册的名字又可注册。",
	}
	doLogins = phrase{
		"as soon as the server runs, do again what was changed since: jim user passwd NAME (logs out all devices, too), jim user disable NAME",
		"как только сервер запущен, повторите сделанное с тех пор: jim user passwd ИМЯ (заодно отключает все устройства), jim user disable ИМЯ",
		"服务器启动后请立即重做此后的更改：jim user passwd 名字（同时注销所有设备）、jim user disable 名字",
	}
)

// newBackupCommand is `jim backup`.
func newBackupCommand() *cobra.Command {
	var verify, asJSON bool
	c := &cobra.Command{
		Use:   "backup [FILE|-]",
		Short: "Write a backup of the data folder, or prove one",
		Long: `Write a backup of the data folder, while the server runs or not.

It is one file (a tar archive) with the database as it was when the command began,
so with everything that had been acknowledged by then, and with all other files of
the data folder. Not in it are what is outside of the folder (the settings, and a
certificate that they name), and copies that were made before upgrades. The copy is
examined, and the backup is on the disk, before it gets its name. Without FILE it is called jim-DATE-TIME.tar; - is
stdout.

--verify reads a backup and proves that it could be restored.`,
		Example: `  jim backup
  jim backup /backup/jim.tar
  jim backup - | zstd > jim.tar.zst
  jim backup --verify /backup/jim.tar`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			ctx, over := untilSignal(c)
			defer over()
			if verify {
				if len(args) == 0 {
					return exitf(exitUsage, "--verify: say which file, or - for stdin")
				}
				return verifyBackup(ctx, c, args[0], asJSON)
			}
			conf, _, err := load(c.Flags())
			if err != nil {
				return err
			}
			name := time.Now().Format("jim-20060102-150405.tar")
			if len(args) > 0 {
				name = args[0]
			}
			if name == "" {
				return exitf(exitUsage, "say which file to write, or - for stdout")
			}
			return makeBackup(ctx, c, conf.data, name, asJSON)
		},
	}
	addSettings(c.Flags(), "data")
	c.Flags().BoolVar(&verify, "verify", false, "prove a backup instead of making one")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON: what the backup holds (on stderr when the backup goes to stdout)")
	return c
}

// newRestoreCommand is `jim restore`.
func newRestoreCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "restore FILE|-",
		Short: "Put a backup into an empty data folder",
		Long: `Put a backup into a data folder that is empty or not there yet.

Nothing is put in place before all of the backup has been proved: that no bit of it
has changed, that its database is without fault, and that it holds what the backup
says.`,
		Example: `  jim restore /backup/jim.tar --data /var/lib/jim
  zstd -dc jim.tar.zst | jim restore - --data /var/lib/jim`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			conf, _, err := load(c.Flags())
			if err != nil {
				return err
			}
			ctx, over := untilSignal(c)
			defer over()
			in, err := openBackup(ctx, c, args[0])
			if err != nil {
				return err
			}
			defer in.Close()
			m, err := store.Restore(ctx, in, conf.data)
			if err != nil {
				return unlessInterrupted(ctx, err)
			}
			if err := tell(c.OutOrStdout(), c.ErrOrStderr(), sayRestored, conf.data, m, asJSON); err != nil || asJSON {
				return err
			}
			_, err = fmt.Fprintf(c.ErrOrStderr(), "%s\n→ %s\n", sayLogins.in(speaks()), doLogins.in(speaks()))
			return err
		},
	}
	addSettings(c.Flags(), "data")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON: what was restored")
	return c
}

// makeBackup writes a backup to a file, which has its name only when it is whole
// and on stable storage; or to stdout.
func makeBackup(ctx context.Context, c *cobra.Command, data, name string, asJSON bool) error {
	program := thisBuild().Version
	if name == "-" {
		m, err := store.Backup(ctx, data, data, program, c.OutOrStdout())
		if err != nil {
			return unlessInterrupted(ctx, err)
		}
		return tell(c.ErrOrStderr(), c.ErrOrStderr(), sayBackedUp, name, m, asJSON)
	}
	if _, err := os.Lstat(name); err == nil {
		return exitf(exitFailed, "%s is there already; a backup never replaces another", name)
	}
	dir := filepath.Dir(name)
	part, err := os.CreateTemp(dir, filepath.Base(name)+".*.part") // with mode 0600
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return exitf(exitFailed, "there is no folder %s to write the backup to", dir)
	case errors.Is(err, syscall.ENOTDIR):
		return exitf(exitFailed, "%s is no folder to write the backup to", dir)
	case err != nil:
		return backupError(err)
	}
	defer os.Remove(part.Name())
	defer part.Close()
	m, err := store.Backup(ctx, data, dir, program, part)
	if errors.Is(err, syscall.EROFS) { // a server that was killed has left a log, which is not read without an index
		err = fmt.Errorf("%w; copy the data folder to a disk that can be written, and make a backup of the copy", err)
	}
	if err != nil {
		return unlessInterrupted(ctx, err)
	}
	if err := errors.Join(part.Sync(), part.Close()); err != nil {
		return backupError(err)
	}
	// A link, and not a new name, fails where somebody else was quicker.
	if err := os.Link(part.Name(), name); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return backupError(err)
		}
		if err := os.Rename(part.Name(), name); err != nil { // a file system without links
			return backupError(err)
		}
	}
	if err := syncDir(dir); err != nil {
		return backupError(err)
	}
	if err := tell(c.OutOrStdout(), c.ErrOrStderr(), sayBackedUp, name, m, asJSON); err != nil || asJSON {
		return err
	}
	_, err = fmt.Fprintln(c.ErrOrStderr(), sayPrivate.in(speaks()))
	return err
}

// syncDir puts the names in a folder on stable storage, where the system can.
func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Sync(); err != nil && hasModes {
		return err
	}
	return nil
}

func verifyBackup(ctx context.Context, c *cobra.Command, name string, asJSON bool) error {
	in, err := openBackup(ctx, c, name)
	if err != nil {
		return err
	}
	defer in.Close()
	m, err := store.VerifyBackup(ctx, in, os.TempDir())
	if err != nil {
		return unlessInterrupted(ctx, err)
	}
	return tell(c.OutOrStdout(), c.ErrOrStderr(), sayVerified, name, m, asJSON)
}

// openBackup opens a backup to be read until ctx ends, also where nobody writes what is
// to be read.
func openBackup(ctx context.Context, c *cobra.Command, name string) (io.ReadCloser, error) {
	if name != "-" {
		info, err := os.Stat(name)
		if err != nil {
			return nil, backupError(err)
		}
		if info.IsDir() {
			return nil, exitf(exitUsage, "%s is a folder, and a backup is one file", name)
		}
		if info.Mode()&os.ModeNamedPipe == 0 {
			f, err := os.Open(name)
			if err != nil {
				return nil, backupError(err)
			}
			return f, nil
		}
	}
	r, w := io.Pipe()
	go func() { // ends with what it reads, or the process
		in := c.InOrStdin()
		if name != "-" {
			f, err := os.Open(name) // waits for whoever writes
			if err != nil {
				w.CloseWithError(err)
				return
			}
			defer f.Close()
			in = f
		}
		_, err := io.Copy(w, in)
		w.CloseWithError(err)
	}()
	context.AfterFunc(ctx, func() { r.CloseWithError(ctx.Err()) })
	return r, nil
}

// untilSignal is a context that ends at a signal that asks to stop, so that no half of
// a backup is left. The next signal ends the process. Where nobody reads stdout any
// more, writing to it fails, and does not end the process on the spot.
func untilSignal(c *cobra.Command) (ctx context.Context, over func()) {
	unread := make(chan os.Signal, 1)
	signal.Notify(unread, syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(c.Context(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	context.AfterFunc(ctx, stop)
	return ctx, func() { stop(); signal.Stop(unread) }
}

// unlessInterrupted is backupError, unless ctx has ended.
func unlessInterrupted(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return exitf(exitInterrupted, "%s", sayInterrupted.in(speaks()))
	}
	return backupError(err)
}

// tell says what a backup holds: JSON goes to out, words to talk.
func tell(out, talk io.Writer, says phrase, name string, m *store.Manifest, asJSON bool) error {
	if asJSON {
		return printJSON(out, m)
	}
	_, err := fmt.Fprintf(talk, says.in(speaks())+"\n", name, m.Inventory.Accounts, m.Inventory.Rooms, m.Inventory.Entries, m.Made.Format(time.RFC3339))
	return err
}

// backupError gives an error of a backup its exit code.
func backupError(err error) error {
	switch {
	case errors.Is(err, store.ErrBackup), errors.Is(err, store.ErrDamaged):
		return exitf(exitDamaged, "%w", err)
	case errors.Is(err, store.ErrNewer):
		return exitf(exitConfig, "%w", err)
	case errors.Is(err, store.ErrInUse):
		return exitf(exitTryAgain, "%w", err)
	case errors.Is(err, fs.ErrNotExist):
		return exitf(exitFailed, "nothing is there: %w", err)
	case errors.Is(err, syscall.ENOSPC):
		return exitf(exitFailed, "%w; make room, or choose a folder on another disk", err)
	}
	return exitf(exitFailed, "%w", err)
}
