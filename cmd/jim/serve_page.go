package main

import (
	"html/template"
	"net"
	"net/http"
	"net/http/pprof"
	"strings"

	"jim/wire"
)

// pages answers HTTP requests that are not the protocol's: a page at / that says
// what this is, and, on the administrator's socket only, the profiles of the
// running server (net/http/pprof).
func pages(socket string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", home)
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

// home is the page at /.
func home(w http.ResponseWriter, r *http.Request) {
	l := reads(r.Header.Get("Accept-Language"))
	scheme, shell := "ws", "nc "+hostAndPort(r.Host)
	if r.TLS != nil {
		scheme, shell = "wss", "openssl s_client -quiet -connect "+strings.Replace(hostAndPort(r.Host), " ", ":", 1)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Vary", "Accept-Language")
	// A browser that has gone is no error of ours.
	_ = homePage.Execute(w, map[string]string{
		"Lang": []string{"en", "ru", "zh"}[l], "What": sayWhat.in(l), "How": sayHow.in(l),
		"Chat": "jim chat " + r.Host, "Shell": shell, "Hello": wire.Hello, "Socket": scheme + "://" + r.Host + "/jim/ws",
	})
}

// hostAndPort is a Host header as two words for nc.
func hostAndPort(host string) string {
	h, port, err := net.SplitHostPort(host)
	if err != nil {
		return host + " 80"
	}
	return h + " " + port
}

// reads is the first language of an Accept-Language header (RFC 9110, section
// 12.5.4) that jim speaks; people's browsers list them in order.
func reads(accept string) language {
	for tag := range strings.SplitSeq(strings.ToLower(accept), ",") {
		switch tag = strings.TrimSpace(tag); {
		case strings.HasPrefix(tag, "en"):
			return english
		case strings.HasPrefix(tag, "ru"):
			return russian
		case strings.HasPrefix(tag, "zh"):
			return chinese
		}
	}
	return english
}

var (
	sayWhat = phrase{
		"This is a JIM server: a messenger that anything with a socket can join. It has no page to talk in yet.",
		"Это сервер JIM: мессенджер, к которому подключится всё, у чего есть сокет. Страницы для разговора здесь пока нет.",
		"这是一台 JIM 服务器：凡是有套接字的程序都能加入的聊天系统。目前还没有网页聊天界面。",
	}
	sayHow = phrase{"Ways to talk to it:", "Как с ним поговорить:", "可以这样与它对话："}
)

var homePage = template.Must(template.New("home").Parse(`<!doctype html>
<html lang="{{.Lang}}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>JIM</title>
<style>
:root { color-scheme: light dark }
body { font: 16px/1.6 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; max-width: 42rem; margin: 12vh auto; padding: 0 1rem }
code { display: block; overflow-x: auto; padding: .5rem .75rem; margin: .5rem 0; border: 1px solid #8886; border-radius: 6px; white-space: pre }
</style>
<h1>JIM</h1>
<p>{{.What}}
<p>{{.How}}
<code>{{.Chat}}</code>
<code>{{.Shell}}
{{.Hello}}</code>
<code>{{.Socket}}</code>
`))
