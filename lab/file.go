//go:build unix

package lab

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// How a file travels: one line "file SIZE NAME" with NAME in quotes as in Go. Back comes "go". Then the
// bytes, and one line "sha256 HEX" of what was sent; back comes the same of what was kept. "no REASON"
// may come back at any time instead.

// MostBytes is the largest file that is sent or taken.
const MostBytes = 1 << 30

// longestLine is the longest line of those that go before and behind a file.
const longestLine = 1024

// filePatience is how long the other side may be silent.
const filePatience = time.Minute

// TransferError is a file that did not arrive whole, or could not be read or kept.
type TransferError struct {
	why   phrase
	about []any
	lang  Language
	err   error // of the file, where it is one
}

func (e *TransferError) Error() string {
	text := e.why.in(e.lang, e.about...)
	if e.err != nil {
		text += ": " + e.err.Error()
	}
	return text
}

func (e *TransferError) Unwrap() error { return e.err }

func (l *Lab) failed(err error, why phrase, about ...any) error {
	return &TransferError{why: why, about: about, lang: l.Language, err: err}
}

// SendFile sends a file.
type SendFile struct {
	To     Address
	Path   string // empty: the sample picture
	Buffer int    // how many bytes one send takes at most
	Bar    bool   // draw the progress as a bar on Talk, a terminal
}

// Run sends it and compares the checksums.
func (f SendFile) Run(l *Lab) error {
	content, name, size, err := f.open(l)
	if err != nil {
		return err
	}
	defer content.Close()
	s, err := side{l, f.side()}.Connect(f.To)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := s.patienceOf(filePatience); err != nil {
		return err
	}
	header := fmt.Sprintf("file %d %q\n", size, name)
	l.say(sayFileHeader, quoted([]byte(header), 0))
	if err := s.SendAll([]byte(header)); err != nil {
		return err
	}
	in := &lineReader{sock: s}
	if err := awaitGo(l, in); err != nil {
		return err
	}
	sum, err := f.content(l, s, content, size)
	if err != nil {
		return err
	}
	if err := s.SendAll([]byte("sha256 " + sum + "\n")); err != nil {
		return err
	}
	answer, err := in.line()
	if err != nil {
		return l.failed(err, sayFileNoAnswer)
	}
	return judge(l, size, sum, answer)
}

// awaitGo waits until the receiver wants the bytes.
func awaitGo(l *Lab, in *lineReader) error {
	answer, err := in.line()
	switch {
	case err != nil:
		return l.failed(err, sayFileNoAnswer)
	case answer != "go":
		return judge(l, 0, "go", answer)
	}
	return nil
}

// side is which side of a demonstration it is.
func (f SendFile) side() phrase {
	if f.Path == "" {
		return sideSender
	}
	return phrase{}
}

func (f SendFile) open(l *Lab) (content io.ReadCloser, name string, size int64, err error) {
	if f.Path == "" {
		picture := samplePicture()
		return io.NopCloser(bytes.NewReader(picture)), "sample.png", int64(len(picture)), nil
	}
	file, err := os.Open(f.Path)
	if err != nil {
		return nil, "", 0, l.failed(bare(err), sayFileUnreadable, quoted([]byte(f.Path), 0))
	}
	about, err := file.Stat()
	switch {
	case err != nil:
	case !about.Mode().IsRegular():
		err = l.failed(nil, sayFileNotPlain, quoted([]byte(f.Path), 0))
	case about.Size() > MostBytes:
		err = l.failed(nil, sayFileTooLarge, about.Size(), MostBytes)
	}
	if err != nil {
		file.Close()
		return nil, "", 0, err
	}
	return file, filepath.Base(f.Path), about.Size(), nil
}

// content sends the bytes and gives their checksum.
func (f SendFile) content(l *Lab, s *Sock, from io.Reader, size int64) (sum string, err error) {
	hash, bar := sha256.New(), newBar(l, f.Bar, sayFileSent, size)
	defer bar.end()
	buf := make([]byte, f.Buffer)
	for done := int64(0); done < size; {
		n, err := from.Read(buf[:min(int64(len(buf)), size-done)])
		if err != nil && n == 0 {
			return "", l.failed(bare(err), sayFileShrank, done, size)
		}
		hash.Write(buf[:n])
		if err := s.SendAll(buf[:n]); err != nil {
			return "", l.failed(err, sayFileCutSending, done, size)
		}
		done += int64(n)
		bar.at(done)
	}
	return fmt.Sprintf("%x", hash.Sum(nil)), nil
}

// judge looks at what the receiver has answered.
func judge(l *Lab, size int64, sum, answer string) error {
	switch {
	case answer == "sha256 "+sum:
		l.report(sayFileSame, size, sum)
		return nil
	case strings.HasPrefix(answer, "no "):
		return l.failed(nil, sayFileRefused, quoted([]byte(answer[3:]), 0))
	}
	return l.failed(nil, sayFileOther, sum, quoted([]byte(answer), 0))
}

// lineReader cuts lines from what a socket gives, and keeps what stands behind them.
type lineReader struct {
	sock *Sock
	rest []byte
}

// line is the next line without its end. Its error is a [*CallError], or says that none came.
func (r *lineReader) line() (string, error) {
	buf := make([]byte, longestLine)
	for {
		if line, rest, ok := bytes.Cut(r.rest, []byte("\n")); ok {
			r.rest = rest
			return string(line), nil
		}
		if len(r.rest) >= longestLine {
			return "", r.sock.lab.fault(sayFileNoLine)
		}
		n, err := r.sock.Recv(buf)
		if err != nil {
			return "", err
		}
		if n == 0 {
			return "", r.sock.lab.fault(sayFileNoLine)
		}
		r.rest = append(r.rest, buf[:n]...)
	}
}

// Read gives what is kept, then what the socket gives.
func (r *lineReader) Read(b []byte) (int, error) {
	if len(r.rest) > 0 {
		n := copy(b, r.rest)
		r.rest = r.rest[n:]
		return n, nil
	}
	n, err := r.sock.Recv(b)
	if err == nil && n == 0 {
		err = io.EOF
	}
	return n, err
}

// fileHeader reads "file SIZE NAME".
func fileHeader(line string) (size int64, name string, ok bool) {
	rest, found := strings.CutPrefix(line, "file ")
	number, inQuotes, two := strings.Cut(rest, " ")
	size, err := strconv.ParseInt(number, 10, 64)
	if err != nil || !found || !two || size < 0 {
		return 0, "", false
	}
	name, err = strconv.Unquote(inQuotes)
	return size, name, err == nil
}

// bare is the reason in an error of the file system, without the path in front.
func bare(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		if errno, ok := path.Err.(unix.Errno); ok {
			return errors.New(errnoWords(errno))
		}
		return path.Err
	}
	return err
}
