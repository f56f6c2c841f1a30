//go:build unix

// Package browser drives Chromium for tests, through the DevTools protocol
// (https://chromedevtools.github.io/devtools-protocol/) over a pipe: there is no port that
// others could reach, and when the test ends, however it does, the pipe ends and Chromium with it.
package browser

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Find is the path of Chromium, or "" where there is none: what JIM_CHROMIUM says, or the first of the
// names under which systems have it.
func Find() string {
	for _, name := range []string{os.Getenv("JIM_CHROMIUM"), "chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"} {
		if path, err := exec.LookPath(name); name != "" && err == nil {
			return path
		}
	}
	return ""
}

// Browser is a running Chromium. Its methods may be called from any goroutine.
type Browser struct {
	process *exec.Cmd
	profile string
	stderr  bytes.Buffer
	read    chan struct{} // closed when nothing more comes

	out sync.Mutex // held while a command is written
	in  io.Writer

	mu      sync.Mutex
	last    int
	waiting map[int]chan answer
	pages   map[string]*Page // by session
	over    bool             // nothing more comes
}

type answer struct {
	Result jsontext.Value `json:"result"`
	Error  *struct {
		Message string `json:"message"`
	} `json:"error"`
}

// patience is how long anything may take that is waited for here.
const patience = 20 * time.Second

// Start starts the Chromium at path with an empty profile, without a window. The caller
// ends it with Close.
func Start(path string) (*Browser, error) {
	profile, err := os.MkdirTemp("", "jim-chromium-")
	if err != nil {
		return nil, err
	}
	b := &Browser{profile: profile, read: make(chan struct{}), waiting: map[int]chan answer{}, pages: map[string]*Page{}}
	b.process = exec.Command(path, "--headless=new", "--remote-debugging-pipe", "--user-data-dir="+profile,
		"--no-first-run", "--no-default-browser-check", "--disable-gpu", "--disable-dev-shm-usage", "--disable-extensions",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-breakpad",
		"--hide-scrollbars", "--mute-audio", "--password-store=basic", "about:blank")
	if os.Getuid() == 0 { // the sandbox cannot be made by root
		b.process.Args = append(b.process.Args, "--no-sandbox")
	}
	b.process.Env = append(os.Environ(), "HOME="+profile, "TZ=UTC")
	b.process.Stderr = &b.stderr
	commands, in, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(profile))
	}
	out, events, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(profile))
	}
	b.process.ExtraFiles = []*os.File{commands, events} // 3 and 4 over there
	b.in = in
	err = b.process.Start()
	commands.Close()
	events.Close()
	if err != nil {
		return nil, errors.Join(err, in.Close(), out.Close(), os.RemoveAll(profile))
	}
	go b.listen(out)
	return b, nil
}

// Close ends Chromium, waits for it, and removes its profile.
func (b *Browser) Close() error {
	b.call("", "Browser.close", nil, nil) // one that is broken is killed below
	timeout := time.AfterFunc(patience, func() { b.process.Process.Kill() })
	defer timeout.Stop()
	<-b.read
	b.in.(io.Closer).Close()
	err := b.process.Wait()
	for range 50 { // processes of its own may still be writing there
		if os.RemoveAll(b.profile) == nil {
			break
		}
	}
	if left, _ := filepath.Glob(b.profile); len(left) > 0 {
		err = errors.Join(err, fmt.Errorf("%s is left", b.profile))
	}
	return err
}

// listen takes what Chromium says, one object after another, each ended by a NUL.
func (b *Browser) listen(out io.ReadCloser) {
	defer out.Close()
	var text []byte
	buffer := make([]byte, 64<<10)
	for {
		n, err := out.Read(buffer)
		text = append(text, buffer[:n]...)
		for end := bytes.IndexByte(text, 0); end >= 0; end = bytes.IndexByte(text, 0) {
			b.take(text[:end])
			text = text[end+1:]
		}
		if err != nil {
			b.mu.Lock()
			b.over = true
			for _, w := range b.waiting {
				close(w)
			}
			b.waiting = nil
			b.mu.Unlock()
			close(b.read)
			return
		}
	}
}

func (b *Browser) take(text []byte) {
	var m struct {
		ID      int            `json:"id"`
		Session string         `json:"sessionId"`
		Method  string         `json:"method"`
		Params  jsontext.Value `json:"params"`
		answer
	}
	if json.Unmarshal(text, &m, jsontext.AllowInvalidUTF8(true)) != nil {
		return // the command that it answers will not be
	}
	b.mu.Lock()
	w, page := b.waiting[m.ID], b.pages[m.Session]
	delete(b.waiting, m.ID)
	b.mu.Unlock()
	if w != nil {
		w <- m.answer
	} else if page != nil {
		page.note(m.Method, m.Params)
	}
}

// call runs a command of a page's session, or of the browser's own "", and decodes its result.
func (b *Browser) call(session, method string, params, result any) error {
	if params == nil {
		params = struct{}{}
	}
	w := make(chan answer, 1)
	b.mu.Lock()
	if b.over {
		b.mu.Unlock()
		return fmt.Errorf("%s: chromium has ended: %s", method, strings.TrimSpace(b.stderr.String()))
	}
	b.last++
	id := b.last
	b.waiting[id] = w
	b.mu.Unlock()
	command := map[string]any{"id": id, "method": method, "params": params}
	if session != "" {
		command["sessionId"] = session
	}
	text, err := json.Marshal(command)
	if err != nil {
		return err
	}
	b.out.Lock()
	_, err = b.in.Write(append(text, 0))
	b.out.Unlock()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*patience)
	defer cancel()
	select {
	case a, ok := <-w:
		switch {
		case !ok:
			return fmt.Errorf("%s: chromium has ended", method)
		case a.Error != nil:
			return fmt.Errorf("%s: %s", method, a.Error.Message)
		case result == nil:
			return nil
		}
		return json.Unmarshal(a.Result, result, jsontext.AllowInvalidUTF8(true))
	case <-ctx.Done():
		return fmt.Errorf("%s: no answer", method)
	}
}
