package main

import (
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strings"

	"jim/wire"
)

// greeting is what a server that has started says to the person who started it,
// on stdout. It may hold a secret and so never goes to the log.
type greeting struct {
	addresses   []string // that it listens on, with the real ports
	data        string
	fingerprint string // of a certificate that the server made itself; "" = none
	invitation  string // makes the first owner; "" = there is one
	first       bool   // nobody has been here yet
}

// The words of greeting.
var (
	sayRunning    = phrase{"JIM is running.", "JIM работает.", "JIM 已启动。"}
	sayAddresses  = phrase{"listening on", "адреса", "监听地址"}
	sayData       = phrase{"data folder", "папка данных", "数据目录"}
	sayPrint      = phrase{"TLS fingerprint", "отпечаток TLS", "TLS 指纹"}
	sayInvitation = phrase{
		"The server has no owner yet. This invitation makes one, once:",
		"У сервера ещё нет владельца. Это приглашение сделает им вас, один раз:",
		"服务器还没有所有者。凭此邀请码可以成为所有者，仅能使用一次：",
	}
	sayOpenIt = phrase{
		"Open this in a browser:",
		"Откройте в браузере:",
		"在浏览器中打开：",
	}
	sayUseIt = phrase{
		"or type this in jim chat, which then asks for a password:",
		"или наберите это в jim chat: он спросит пароль:",
		"或在 jim chat 中输入下面一行，然后设置密码：",
	}
	sayUseOnly = phrase{
		"Type this in jim chat, which then asks for a password:",
		"Наберите это в jim chat: он спросит пароль:",
		"在 jim chat 中输入下面一行，然后设置密码：",
	}
	sayHidden = phrase{
		"The server has no owner yet. Make one: jim user add YOU, then jim user owner YOU",
		"У сервера ещё нет владельца. Назначьте его: jim user add ВЫ, затем jim user owner ВЫ",
		"服务器还没有所有者。请设置：先 jim user add 名字，再 jim user owner 名字",
	}
	sayPage   = phrase{"in a browser", "в браузере", "浏览器"}
	sayNext   = phrase{"Now, in another terminal:", "Теперь, в другом терминале:", "现在，在另一个终端中："}
	sayChat   = phrase{"talk", "разговаривать", "聊天"}
	sayNetcat = phrase{"see the protocol; then type:", "увидеть протокол; затем наберите:", "直接看协议；然后输入："}
	sayScript = phrase{"let a script say something", "сказать что-нибудь из скрипта", "让脚本说话"}
	sayStop   = phrase{"Ctrl-C stops the server.", "Ctrl-C останавливает сервер.", "按 Ctrl-C 停止服务器。"}
)

// print writes the greeting in a language: all of it at the first start, later
// only what changes.
func (g greeting) print(w io.Writer, l language) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", sayRunning.in(l))
	for i, a := range g.addresses {
		label := ""
		if i == 0 {
			label = sayAddresses.in(l)
		}
		g.row(&b, label, a)
	}
	if page := g.page(); page != "" {
		g.row(&b, sayPage.in(l), page)
	}
	g.row(&b, sayData.in(l), g.data)
	if g.fingerprint != "" {
		g.row(&b, sayPrint.in(l), g.fingerprint)
	}
	g.invite(&b, l)
	if g.first {
		g.next(&b, l)
	}
	fmt.Fprintf(&b, "\n%s\n", sayStop.in(l))
	_, err := io.WriteString(w, b.String())
	return err
}

func (greeting) row(b *strings.Builder, label, value string) {
	fmt.Fprintf(b, "  %s  %s\n", pad(label, 16), value)
}

// invite tells how to become the owner. Where the output is kept by the system's
// journal, the invitation would be a secret in a log, so another way is told.
func (g greeting) invite(b *strings.Builder, l language) {
	switch {
	case g.invitation == "":
	case os.Getenv("JOURNAL_STREAM") != "":
		fmt.Fprintf(b, "\n%s\n", sayHidden.in(l))
	default:
		fmt.Fprintf(b, "\n%s\n", sayInvitation.in(l))
		use := sayUseOnly
		if page := g.page(); page != "" {
			use = sayUseIt
			// What is behind # is told to no server and so stands in no log.
			fmt.Fprintf(b, "\n%s\n\n  %s#invite=%s\n", sayOpenIt.in(l), page, g.invitation)
		}
		fmt.Fprintf(b, "\n%s\n\n  /register %s\n", use.in(l), g.invitation)
	}
}

// next tells what to type now.
func (g greeting) next(b *strings.Builder, l language) {
	host, port := g.plain()
	fmt.Fprintf(b, "\n%s\n\n", sayNext.in(l))
	chat, script := "jim chat", "echo hi | jim send '#lobby'"
	if to := g.to(host, port); to != "" {
		chat, script = chat+" "+to, script+" --to "+to
	}
	line := func(command string, why phrase) {
		fmt.Fprintf(b, "  %s  %s\n", pad(command, len(script)), why.in(l))
	}
	line(chat, sayChat)
	line(script, sayScript)
	if port != "" {
		line("nc "+host+" "+port, sayNetcat)
		fmt.Fprintf(b, "    %s\n", wire.Hello)
	}
}

// page is the address of the page for a browser on this machine, or "" where there
// is none: on this machine plain HTTP is good enough, and browsers trust it more than a
// certificate that the server made itself.
func (g greeting) page() string {
	for _, a := range g.addresses {
		u, err := url.Parse(a)
		if err != nil || u.Scheme != "tcp" && u.Scheme != "tls" {
			continue
		}
		host, port, _ := net.SplitHostPort(u.Host)
		ip := net.ParseIP(host)
		if ip != nil && ip.IsUnspecified() {
			host = "127.0.0.1"
		}
		scheme := "https"
		if u.Scheme == "tcp" && (ip == nil || ip.IsUnspecified() || ip.IsLoopback()) {
			scheme = "http"
		}
		return scheme + "://" + net.JoinHostPort(host, port) + "/"
	}
	return ""
}

// plain finds an address that nc understands; "" = none.
func (g greeting) plain() (host, port string) {
	for _, a := range g.addresses {
		u, err := url.Parse(a)
		if err != nil || u.Scheme != "tcp" {
			continue
		}
		host, port, _ = net.SplitHostPort(u.Host)
		if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
			host = "127.0.0.1"
		}
		return host, port
	}
	return "", ""
}

// to is what a command on this machine must be told to find the server: nothing
// where it looks anyway.
func (g greeting) to(host, port string) string {
	tcp := "tcp://" + net.JoinHostPort(host, port)
	switch {
	case g.data == standardData() || tcp == usualAddress:
		return ""
	case port != "":
		return tcp
	}
	return "unix://" + (&config{data: g.data}).socket()
}

// pad fills text with spaces up to width columns; Chinese characters take two.
func pad(text string, width int) string {
	for _, r := range text {
		width--
		if r >= 0x1100 && r < 0x10000 && (r < 0x2000 || r >= 0x2e80) {
			width--
		}
	}
	return text + strings.Repeat(" ", max(width, 0))
}
