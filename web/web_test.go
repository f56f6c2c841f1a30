package web_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"jim/web"
)

// get asks the handler for a path; headers are pairs of name and value.
func get(t *testing.T, method, path string, headers ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, "http://jim.example"+path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	web.Handler().ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

var named = regexp.MustCompile(`(?:src|href)="([^"]+)"`)

// names are the paths of the files that the page names.
func names(t *testing.T) (paths []string) {
	t.Helper()
	for _, m := range named.FindAllStringSubmatch(body(t, get(t, "GET", "/")), -1) {
		paths = append(paths, m[1])
	}
	if len(paths) < 9 {
		t.Fatalf("the page names only %q", paths)
	}
	return paths
}

func TestOnlyWhatIsThere(t *testing.T) {
	for _, path := range []string{"/index.html", "/page/page.js", "/page/", "/page", "//", "/page/../web.go", "/favicon.ico", "/page/0000000000000000/page.js"} {
		r := get(t, "GET", path)
		if r.StatusCode != http.StatusNotFound || r.Header.Get("Content-Security-Policy") != web.Policy || r.Header.Get("Cache-Control") != "" {
			t.Errorf("%s: %d %v", path, r.StatusCode, r.Header)
		}
	}
}

func TestOtherMethodsAreRefused(t *testing.T) {
	for _, method := range []string{"POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"} {
		r := get(t, method, "/")
		if r.StatusCode != http.StatusMethodNotAllowed || r.Header.Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: %d, allowed %q", method, r.StatusCode, r.Header.Get("Allow"))
		}
	}
}

// The headers that make a hole in the page harmless.
func TestHeaders(t *testing.T) {
	for _, path := range append(names(t), "/") {
		r := get(t, "GET", path)
		for name, want := range map[string]string{
			"Content-Security-Policy":      web.Policy,
			"X-Content-Type-Options":       "nosniff",
			"Referrer-Policy":              "no-referrer",
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin",
			"Vary":                         "Accept-Encoding",
		} {
			if got := r.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
		if r.StatusCode != http.StatusOK || !strings.Contains(r.Header.Get("Content-Type"), map[bool]string{true: "svg", false: "charset=utf-8"}[strings.HasSuffix(path, ".svg")]) {
			t.Errorf("%s: %d %s", path, r.StatusCode, r.Header.Get("Content-Type"))
		}
	}
	for _, directive := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'", "require-trusted-types-for 'script'"} {
		if !strings.Contains(web.Policy+";", directive+";") {
			t.Errorf("the policy lacks %s", directive)
		}
	}
	if strings.Contains(web.Policy, "unsafe") || strings.Contains(web.Policy, "*") {
		t.Errorf("the policy allows too much: %s", web.Policy)
	}
}

// The policy forbids scripts and styles in the page, so there must be none, and no other site.
func TestNothingIsInline(t *testing.T) {
	page := body(t, get(t, "GET", "/"))
	for _, bad := range []string{`<style`, `(?i)\sstyle=`, `(?i)\son\w+=`, `<script[^>]*>[^<]`, `(?i)(src|href)="(https?:)?//`, `javascript:`} {
		if found := regexp.MustCompile(bad).FindString(page); found != "" {
			t.Errorf("the page has %q", found)
		}
	}
	for _, path := range names(t) {
		text := body(t, get(t, "GET", path))
		for _, bad := range []string{`innerHTML`, `outerHTML`, `insertAdjacentHTML`, `document\.write`, `\beval\(`, `new Function`, `@import`, `url\(`} {
			if found := regexp.MustCompile(bad).FindString(text); found != "" {
				t.Errorf("%s has %q", path, found)
			}
		}
	}
}

func TestNotModified(t *testing.T) {
	for _, path := range append(names(t), "/") {
		for _, coding := range []string{"gzip", "identity"} {
			first := get(t, "GET", path, "Accept-Encoding", coding)
			tag := first.Header.Get("ETag")
			again := get(t, "GET", path, "Accept-Encoding", coding, "If-None-Match", tag)
			if again.StatusCode != http.StatusNotModified || body(t, again) != "" || again.Header.Get("ETag") != tag || len(tag) < 10 {
				t.Errorf("%s: %d %s", path, again.StatusCode, tag)
			}
			if r := get(t, "GET", path, "Accept-Encoding", coding, "If-None-Match", `"older"`); r.StatusCode != http.StatusOK {
				t.Errorf("%s: %d for an old tag", path, r.StatusCode)
			}
		}
		want := "public, max-age=31536000, immutable"
		if path == "/" {
			want = "no-cache" // it names the others, which change their names
		}
		if got := get(t, "GET", path).Header.Get("Cache-Control"); got != want {
			t.Errorf("%s: Cache-Control %q", path, got)
		}
	}
}

func TestHead(t *testing.T) {
	head, whole := get(t, "HEAD", "/"), get(t, "GET", "/")
	if head.StatusCode != http.StatusOK || body(t, head) != "" || head.Header.Get("Content-Length") != whole.Header.Get("Content-Length") || head.Header.Get("ETag") != whole.Header.Get("ETag") {
		t.Errorf("%d %v", head.StatusCode, head.Header)
	}
}

func TestCompressed(t *testing.T) {
	for _, accept := range []string{"gzip", "gzip, deflate, br", "br;q=1.0, gzip;q=0.8", "deflate,gzip"} {
		r := get(t, "GET", "/", "Accept-Encoding", accept)
		plain, err := gzip.NewReader(r.Body)
		if err != nil || r.Header.Get("Content-Encoding") != "gzip" {
			t.Fatalf("%s: %v %v", accept, err, r.Header)
		}
		text, err := io.ReadAll(plain)
		if err != nil || string(text) != body(t, get(t, "GET", "/")) {
			t.Errorf("%s: another text, %v", accept, err)
		}
	}
	for _, accept := range []string{"", "br", "gzip;q=0", "gzip;q=0.000", "xgzip", "identity"} {
		if r := get(t, "GET", "/", "Accept-Encoding", accept); r.Header.Get("Content-Encoding") != "" {
			t.Errorf("%q: %s", accept, r.Header.Get("Content-Encoding"))
		}
	}
}

// lightest is what the page may weigh on its way, compressed, all files together.
const lightest = 32 << 10

func TestPageIsLight(t *testing.T) {
	all := 0
	seen := map[string]bool{}
	for _, path := range append(names(t), "/") {
		if n := len(body(t, get(t, "GET", path, "Accept-Encoding", "gzip"))); !seen[path] {
			all += n
		}
		seen[path] = true
	}
	t.Logf("%d files, %d bytes compressed", len(seen), all)
	if all > lightest {
		t.Errorf("the page weighs %d bytes, %d are allowed", all, lightest)
	}
}
