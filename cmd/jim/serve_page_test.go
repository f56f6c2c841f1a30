package main

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// The page to talk in is at /, beside the profiles.
func TestPageIsAtTheRoot(t *testing.T) {
	w := httptest.NewRecorder()
	pages("/s").ServeHTTP(w, httptest.NewRequest("GET", "http://127.0.0.1:7777/", nil))
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "<title>JIM</title>") {
		t.Errorf("%d %s", w.Code, w.Body)
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
