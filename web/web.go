// Package web is the page that a browser gets at /: files written by hand, embedded, and
// served with headers that let the page do what it needs and nothing else. The page talks
// JIM/2 over the WebSocket of the server it came from, like any other client: this
// package knows nothing of the protocol and could serve it from another machine.
package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Policy is the Content-Security-Policy of everything served here (W3C CSP, level 3).
// Nothing is loaded but scripts, styles and pictures from this server, nothing is sent
// anywhere but to it, and no script can come to be out of a text: 'self' does
// not allow inline scripts, and Trusted Types refuses innerHTML and its like. A browser
// takes 'self' in connect-src for ws: and wss: of the same host and port.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// folder is where the files are: embedded, and as index.html names them. What is served is
// named folder + version + name, so that a new version of any file has new names for all.
const folder = "page/"

//go:embed page
var embedded embed.FS

// Handler serves GET and HEAD of / and of the files that the page at / names; anything else
// is 404, and other methods 405. Files whose name holds their version may be kept for ever;
// the page itself is asked for again each time and answered 304 while it is the same.
func Handler() http.Handler { return handler{} }

type handler struct{}

// file is what is sent: all of it is made when the first request comes.
type file struct {
	kind      string // Content-Type
	tag       string // ETag (RFC 9110, section 8.8.3)
	zipped    string // that of the compressed form
	keep      string // Cache-Control
	text, zip []byte
}

// files are all there are, by path. What cannot be read was not built in, which no request can mend.
var files = sync.OnceValue(func() map[string]*file {
	texts := map[string][]byte{}
	entries, err := fs.ReadDir(embedded, strings.TrimSuffix(folder, "/"))
	if err != nil {
		panic("web: " + err.Error())
	}
	whole := sha256.New()
	for _, e := range entries {
		b, err := fs.ReadFile(embedded, folder+e.Name())
		if err != nil {
			panic("web: " + err.Error())
		}
		texts[e.Name()] = b
		whole.Write([]byte(e.Name() + "\x00"))
		whole.Write(b)
	}
	version := hex.EncodeToString(whole.Sum(nil)[:8])
	all := map[string]*file{}
	for name, text := range texts {
		if name == "index.html" {
			all["/"] = newFile(name, bytes.ReplaceAll(text, []byte(folder), []byte("/"+folder+version+"/")), "no-cache")
			continue
		}
		all["/"+folder+version+"/"+name] = newFile(name, text, "public, max-age=31536000, immutable")
	}
	return all
})

// kinds are the types of the files here; package mime asks the system, which may not know.
var kinds = map[string]string{
	".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8",
	".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
}

func newFile(name string, text []byte, keep string) *file {
	sum := sha256.Sum256(text)
	tag := hex.EncodeToString(sum[:12])
	f := &file{kind: kinds[path.Ext(name)], text: text, keep: keep, tag: `"` + tag + `"`, zipped: `"` + tag + `-gzip"`}
	var zip bytes.Buffer
	w, _ := gzip.NewWriterLevel(&zip, gzip.BestCompression) // the level is a good one
	w.Write(text)                                           // a buffer takes everything
	w.Close()
	f.zip = zip.Bytes()
	return f
}

// ServeHTTP is [http.Handler]'s.
func (handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", Policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()")
	f := files()[r.URL.Path]
	switch {
	case f == nil:
		http.Error(w, "there is no page here; the page is at /", http.StatusNotFound)
		return
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "a page can only be read", http.StatusMethodNotAllowed)
		return
	}
	text, tag := f.text, f.tag
	if takesGzip(r.Header.Get("Accept-Encoding")) {
		text, tag = f.zip, f.zipped
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", f.keep)
	h.Set("ETag", tag)
	h.Set("Vary", "Accept-Encoding")
	// It answers If-None-Match, HEAD and Range, and has no date to compare.
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(text))
}

// takesGzip tells whether an Accept-Encoding header (RFC 9110, section 12.5.3) allows gzip.
func takesGzip(accept string) bool {
	return slices.ContainsFunc(strings.Split(accept, ","), func(one string) bool {
		coding, of, err := mime.ParseMediaType(strings.TrimSpace(one))
		q, bad := strconv.ParseFloat(of["q"], 64)
		return err == nil && coding == "gzip" && (of["q"] == "" || bad == nil && q > 0)
	})
}
