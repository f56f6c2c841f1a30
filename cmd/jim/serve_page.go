package main

import (
	"net"
	"net/http"
	"net/http/pprof"

	"jim/web"
)

// pages answers HTTP requests that are not the protocol's: the page to talk in, and,
// on the administrator's socket only, the profiles of the running server (net/http/pprof).
func pages(socket string) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", web.Handler())
	mux.Handle("/debug/pprof/", bySocketOnly(socket, http.HandlerFunc(pprof.Index)))
	mux.Handle("/debug/pprof/profile", bySocketOnly(socket, http.HandlerFunc(pprof.Profile)))
	mux.Handle("/debug/pprof/trace", bySocketOnly(socket, http.HandlerFunc(pprof.Trace)))
	mux.Handle("/debug/pprof/symbol", bySocketOnly(socket, http.HandlerFunc(pprof.Symbol)))
	return mux
}

// bySocketOnly lets h answer what came in by the UNIX socket of that path, which only
// the server's own user can open. Elsewhere there is nothing.
func bySocketOnly(path string, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
		if !ok || a.Network() != "unix" || a.String() != path {
			http.NotFound(w, r)
			return
		}
		h.ServeHTTP(w, r)
	})
}
