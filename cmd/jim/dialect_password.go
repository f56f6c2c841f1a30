package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"jim/dialect"
)

// secrets is the file in the data folder that has what the handshakes of the course's
// second year compare with. It is apart from the database, since it is as good as the
// passwords: whoever wants none of it in a backup leaves the file out.
type secrets string

func secretsIn(folder string) secrets {
	return secrets(filepath.Join(folder, "dialect-passwords.json"))
}

// all are the secrets that are turned on.
func (file secrets) all() ([]dialect.Secret, error) {
	text, err := os.ReadFile(string(file))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the dialect passwords: %w", err)
	}
	var all []dialect.Secret
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, fmt.Errorf("reading the dialect passwords: %s: %w", file, err)
	}
	return all, nil
}

// find is [dialect.Options].Secret. The file is read each time, so that what an
// administrator changes holds at once.
func (file secrets) find(name string) (dialect.Secret, error) {
	all, err := file.all()
	if err != nil {
		return dialect.Secret{}, err
	}
	for _, s := range all {
		if strings.EqualFold(s.Name, name) {
			return s, nil
		}
	}
	return dialect.Secret{}, dialect.ErrNoSecret
}

// put keeps a secret in the place of that of the same name; nil removes it. It tells
// whether there was one. What it has kept is on stable storage, and the file belongs to whoever has the folder.
func (file secrets) put(name string, secret *dialect.Secret) (was bool, err error) {
	part, err := file.begin()
	if err != nil {
		return false, fmt.Errorf("keeping the dialect passwords: %w", err)
	}
	placed := false
	defer func() {
		if !placed {
			os.Remove(part.Name())
		}
	}()
	defer part.Close()
	all, err := file.all()
	if err != nil {
		return false, err
	}
	kept := slices.DeleteFunc(all, func(s dialect.Secret) bool { return strings.EqualFold(s.Name, name) })
	was = len(kept) < len(all)
	if secret != nil {
		kept = append(kept, *secret)
	}
	text, err := json.MarshalIndent(kept, "", "  ")
	if err != nil {
		return was, err
	}
	if _, err = part.Write(append(text, '\n')); err == nil {
		err = errors.Join(giveToOwnerOf(filepath.Dir(string(file)), part), part.Sync(), part.Close())
	}
	if err != nil {
		return was, fmt.Errorf("keeping the dialect passwords: %w", err)
	}
	if err := os.Rename(part.Name(), string(file)); err != nil {
		return was, err
	}
	placed = true // what has the name of part from now on is somebody else's
	return was, syncDir(filepath.Dir(string(file)))
}

// begin makes the file that will take the place of the one that is there. While it is there, nobody else begins.
func (file secrets) begin() (*os.File, error) {
	const patience, often = 5 * time.Second, 10 * time.Millisecond
	name := string(file) + ".part"
	for over := time.After(patience); ; {
		part, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if !errors.Is(err, fs.ErrExist) {
			return part, err
		}
		select {
		case <-time.After(often):
		case <-over:
			return nil, fmt.Errorf("another jim is changing them; if there is none, remove %s, which was cut off", name)
		}
	}
}

var (
	sayDialectPassword = phrase{
		"%[1]s can log in with programs of the course that prove a password by a handshake.\nWarning: %[2]s now holds something as good as this password, readable for the user of the server. Use it for nothing else.",
		"%[1]s может входить программами курса, которые доказывают пароль рукопожатием.\nВнимание: в %[2]s теперь лежит то, что не хуже самого пароля; его может прочесть пользователь сервера. Не используйте этот пароль больше нигде.",
		"%[1]s 现在可以用以握手证明密码的课程程序登录。\n警告：%[2]s 里保存了与该密码等效的内容，服务器的用户可以读到。请勿在别处使用此密码。",
	}
	sayNoDialectPassword = phrase{"%s has no dialect password any more", "у %s больше нет пароля для диалектов", "%s 不再有方言密码"}
)

// dialectPasswordCommand is `jim user dialect-password`. It works on the data folder, not
// through the server: what it keeps does not belong on a network.
func dialectPasswordCommand() *cobra.Command {
	var file, salt string
	var off bool
	c := &cobra.Command{
		Use:   "dialect-password NAME",
		Short: "Let somebody log in with a handshake of the course's second year",
		Long: `Let somebody log in with programs of the course's second year, which prove a password
by a handshake and never send it.

The password is one of its own: that of the account stays what it is. The server has
to keep something as good as the dialect password, so use it for nothing else. It is kept in
the data folder, apart from the database.`,
		Example: `  jim user dialect-password ann
  jim user dialect-password ann --password-file -
  jim user dialect-password ann --off`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, args []string) error {
			conf, _, err := load(c.Flags())
			if err != nil {
				return err
			}
			kept, name := secretsIn(conf.data), args[0]
			if off {
				if was, err := kept.put(name, nil); err != nil {
					return err
				} else if !was {
					return exitf(exitNotFound, "%s has no dialect password", name)
				}
				_, err := fmt.Fprintln(c.ErrOrStderr(), fmt.Sprintf(sayNoDialectPassword.in(speaks()), name))
				return err
			}
			password, err := newPassword(c.ErrOrStderr(), c.InOrStdin(), file, name)
			if err != nil {
				return err
			}
			secret, err := dialect.NewSecret(name, password, salt)
			if err != nil {
				return err
			}
			if _, err := kept.put(name, &secret); err != nil {
				return err
			}
			_, err = fmt.Fprintln(c.ErrOrStderr(), fmt.Sprintf(sayDialectPassword.in(speaks()), name, string(kept)))
			return err
		},
	}
	c.Flags().StringVar(&file, "password-file", "", "read the password from the first line of `FILE`; - is stdin")
	c.Flags().StringVar(&salt, "salt", "salt", "the fixed `TEXT` that the specification's programs mix into passwords")
	c.Flags().BoolVar(&off, "off", false, "let nobody log in like that under this name any more")
	return c
}
