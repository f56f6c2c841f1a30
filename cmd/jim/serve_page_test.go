package main

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestHomeSpeaksTheReadersLanguage(t *testing.T) {
	for accept, want := range map[string]phrase{
		"": sayWhat, "ru-RU,ru;q=0.9,en;q=0.8": {en: sayWhat.ru}, "zh-CN": {en: sayWhat.zh}, "de, zh;q=0.5": {en: sayWhat.zh}, "fr": sayWhat,
	} {
		r := httptest.NewRequest("GET", "http://127.0.0.1:7777/", nil)
		r.Header.Set("Accept-Language", accept)
		w := httptest.NewRecorder()
		pages("/s").ServeHTTP(w, r)
		body := w.Body.String()
		if w.Code != 200 || !strings.Contains(body, want.en) || !strings.Contains(body, "nc 127.0.0.1 7777") {
			t.Errorf("%q: %d %s", accept, w.Code, body)
		}
		if !strings.Contains(w.Header().Get("Content-Security-Policy"), "default-src 'none'") {
			t.Error("no policy for the page's content")
		}
	}
}

func TestHomeQuotesTheHost(t *testing.T) {
	r := httptest.NewRequest("GET", "http://x/", nil)
	r.Host = "<script>alert(1)</script>"
	w := httptest.NewRecorder()
	pages("/s").ServeHTTP(w, r)
	if strings.Contains(w.Body.String(), "<script") {
		t.Errorf("the host became part of the page: %s", w.Body)
	}
}

// Profiles tell what is in memory: they are for who may open the socket in the data folder.
func TestProfilesAreOnTheSocketOnly(t *testing.T) {
	for _, c := range []struct {
		at   net.Addr
		code int
	}{
		{&net.UnixAddr{Net: "unix", Name: "/data/jim.sock"}, http.StatusOK},
		{&net.UnixAddr{Net: "unix", Name: "/tmp/other.sock"}, http.StatusNotFound},
		{&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 7777}, http.StatusNotFound},
		{nil, http.StatusNotFound},
	} {
		for _, path := range []string{"/debug/pprof/", "/debug/pprof/heap", "/debug/pprof/symbol"} {
			r := httptest.NewRequest("GET", "http://jim"+path, nil)
			if c.at != nil {
				r = r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, c.at))
			}
			w := httptest.NewRecorder()
			pages("/data/jim.sock").ServeHTTP(w, r)
			if w.Code != c.code {
				t.Errorf("%s at %v: %d, want %d", path, c.at, w.Code, c.code)
			}
		}
	}
}
