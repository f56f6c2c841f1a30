//go:build unix

package lab

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/sys/unix"

	"jim/printable"
)

// ReceiveFile takes files from one sender after another and keeps them in a folder.
type ReceiveFile struct {
	Listen Address
	Folder string // must be there
	Buffer int    // how many bytes one recv takes at most
	Once   bool   // end after one sender
	Bar    bool   // draw the progress as a bar on Talk, a terminal

	told phrase // how the progress is told; empty where the sender tells it
}

// Run takes files until it is stopped; with Once, one, whose failure is the error.
func (f ReceiveFile) Run(l *Lab) error {
	folder, err := os.OpenRoot(f.Folder)
	if err != nil {
		return l.failed(bare(err), sayFileFolder, quoted([]byte(f.Folder), 0))
	}
	defer folder.Close()
	f.told = sayFileCame
	server, at, err := l.Listen(f.Listen, 1)
	if err != nil {
		return err
	}
	defer server.Close()
	l.say(sayFileWaits, at, quoted([]byte(f.Folder), 0))
	for {
		client, err := server.Accept()
		if err != nil {
			return err
		}
		err = f.take(l, client, folder)
		if f.Once || l.Stopped() {
			return err
		}
		if err != nil {
			l.say(sayFileFailed, err)
		}
	}
}

// take keeps one file and answers.
func (f ReceiveFile) take(l *Lab, client *Sock, folder *os.Root) error {
	defer client.Close()
	l.say(sayNew, client.Peer)
	if err := client.patienceOf(filePatience); err != nil {
		return err
	}
	in := &lineReader{sock: client}
	header, err := in.line()
	if err != nil {
		return l.failed(err, sayFileNoHeader)
	}
	l.report(sayFileHeader, quoted([]byte(header+"\n"), 0))
	size, wanted, ok := fileHeader(header)
	switch {
	case !ok:
		return f.refuse(client, l.failed(nil, sayFileNoHeader))
	case size > MostBytes:
		return f.refuse(client, l.failed(nil, sayFileTooLarge, size, MostBytes))
	}
	file, name, err := create(folder, safeName(wanted))
	if err != nil {
		return f.refuse(client, l.failed(bare(err), sayFileNotMade, quoted([]byte(name), 0)))
	}
	if name != wanted {
		l.say(sayFileRenamed, quoted([]byte(wanted), 60), quoted([]byte(name), 0))
	}
	var sum string
	if err = client.SendAll([]byte("go\n")); err == nil {
		sum, err = f.content(l, in, file, size)
	}
	if closed := file.Close(); err == nil && closed != nil {
		err = l.failed(bare(closed), sayFileNotKept, size, size)
	}
	if err == nil {
		err = confirm(l, in, sum)
	}
	if err != nil {
		_ = folder.Remove(name) // a part of a file is no file
		return f.refuse(client, err)
	}
	l.report(sayFileKept, quoted([]byte(name), 0), size, sum)
	return client.SendAll([]byte("sha256 " + sum + "\n"))
}

// content keeps the bytes and gives their checksum.
func (f ReceiveFile) content(l *Lab, in io.Reader, file io.Writer, size int64) (sum string, err error) {
	hash, bar := sha256.New(), newBar(l, f.Bar, f.told, size)
	defer bar.end()
	buf := make([]byte, f.Buffer)
	for done := int64(0); done < size; {
		n, err := in.Read(buf[:min(int64(len(buf)), size-done)])
		if err != nil {
			if err == io.EOF {
				err = nil
			}
			return "", l.failed(err, sayFileCut, done, size)
		}
		hash.Write(buf[:n])
		if _, err := file.Write(buf[:n]); err != nil {
			return "", l.failed(bare(err), sayFileNotKept, done, size)
		}
		done += int64(n)
		bar.at(done)
	}
	return fmt.Sprintf("%x", hash.Sum(nil)), nil
}

// confirm compares the sender's checksum with ours.
func confirm(l *Lab, in *lineReader, sum string) error {
	theirs, err := in.line()
	if err != nil {
		return l.failed(err, sayFileNoSum)
	}
	if theirs != "sha256 "+sum {
		return l.failed(nil, sayFileOther, sum, quoted([]byte(theirs), 0))
	}
	return nil
}

// refuse tells the sender why, and gives the same error back. It takes what the sender still sends:
// closing with bytes unread would break the connection (RST), and the reason would be lost with it.
func (f ReceiveFile) refuse(client *Sock, why error) error {
	line := "no " + printable.Line(why.Error())
	if client.SendAll([]byte(line[:min(len(line), longestLine-1)]+"\n")) != nil || client.Shutdown(unix.SHUT_WR) != nil {
		return why // the sender is gone
	}
	buf := make([]byte, f.Buffer)
	for took := 0; took <= MostBytes; {
		n, err := client.Recv(buf)
		if err != nil || n == 0 {
			break
		}
		took += n
	}
	return why
}

// longestName is how many bytes of a sender's name are used.
const longestName = 100

// safeName makes of a sender's name one that stands in the folder and nowhere else, and shows as
// what it is: the last part of a path of any system, without what a terminal would obey, a dot in
// front or a space at the ends.
func safeName(name string) string {
	name = strings.TrimPrefix(path.Base(strings.ReplaceAll(name, `\`, "/")), "/")
	name = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || printable.Unsafe(r) || !unicode.IsPrint(r) || strings.ContainsRune(`:*?"<>|`, r) {
			return '_'
		}
		return r
	}, name)
	name = strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(name), ". "))
	for len(name) > longestName {
		ending := path.Ext(name)
		if len(ending) > longestName/2 {
			ending = ""
		}
		stem := strings.TrimSuffix(name, ending)
		_, last := utf8.DecodeLastRuneInString(stem)
		name = stem[:len(stem)-last] + ending
	}
	if name == "" {
		return "file"
	}
	return name
}

// create makes a new file; where the name is taken, "photo (2).png" and so on. It never opens one
// that is there.
func create(folder *os.Root, name string) (*os.File, string, error) {
	ending := path.Ext(name)
	stem, free := strings.TrimSuffix(name, ending), name
	for i := 2; ; i++ {
		file, err := folder.OpenFile(free, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if !errors.Is(err, unix.EEXIST) || i > 1000 {
			return file, free, err
		}
		free = fmt.Sprintf("%s (%d)%s", stem, i, ending)
	}
}
