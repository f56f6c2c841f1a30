package main

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"

	"jim/check"
	"jim/tap"
)

// tapPrinter shows what a tap sees.
type tapPrinter struct {
	out   io.Writer
	looks style
	lang  language
	raw   bool
	width func() int
	err   error // why nothing more can be shown
}

// tapGutter is the columns in front of what was sent: number, arrow, time.
const tapGutter = 16

// begin says where to connect. It goes to stderr: stdout has what passes.
func (p *tapPrinter) begin(w io.Writer, server, address string) {
	fmt.Fprintf(w, sayTapListens.in(p.lang)+"\n", address, visibleLine(server))
	if strings.HasPrefix(server, "tls://") || strings.HasPrefix(server, "wss://") {
		fmt.Fprintln(w, sayTapPlain.in(p.lang))
	}
	switch {
	case strings.HasPrefix(server, "unix://") && !strings.HasPrefix(address, "unix://"):
		fmt.Fprintln(w, sayTapYou.in(p.lang))
	case !isLoopback(address):
		fmt.Fprintln(w, sayTapOpen.in(p.lang))
	}
	how := "jim chat " + address
	switch path, ok := strings.CutPrefix(address, "unix://"); {
	case ok:
		how += "    nc -U " + path
	case strings.HasPrefix(server, "wss://"), strings.HasPrefix(server, "ws://"):
		_, rest, _ := strings.Cut(server, "://")
		_, path, _ := strings.Cut(rest, "/")
		how = "jim chat " + strings.Replace(address, "tcp://", "ws://", 1) + strings.TrimSuffix("/"+path, "/jim/ws")
	case strings.HasPrefix(address, "tcp://"):
		how += "    nc " + strings.Replace(strings.TrimPrefix(address, "tcp://"), ":", " ", 1)
	}
	fmt.Fprintf(w, sayTapTry.in(p.lang)+"\n", how)
}

// isLoopback tells whether only this machine can reach an address.
func isLoopback(address string) bool {
	_, place, _ := strings.Cut(address, "://")
	at, err := netip.ParseAddrPort(place)
	return err != nil || at.Addr().IsLoopback() // otherwise it is a path
}

// show prints an item.
func (p *tapPrinter) show(i tap.Item) {
	if i.Kind == tap.Ended && i.Last && len(i.Broken) == 0 {
		return // that it is closed says the same
	}
	gutter := p.gutter(&i)
	var body string
	switch i.Kind {
	case tap.Object:
		body = p.object(&i)
	case tap.Line:
		body = p.fit(visibleLine(p.unsecret(i.Text)))
	case tap.Stray, tap.Part:
		body = p.stray(&i)
	case tap.Bytes:
		body = p.dump(&i)
	case tap.Control:
		body = p.looks.dim(fmt.Sprintf("WebSocket %s %s", visibleLine(i.Note), visibleLine(string(i.Text))))
	default:
		body = p.looks.dim(p.fit(p.event(&i)))
	}
	var b strings.Builder
	b.WriteString(gutter + body + "\n")
	for _, v := range i.Broken {
		b.WriteString(p.violation(&v))
	}
	p.write(b.String())
}

func (p *tapPrinter) write(text string) {
	if p.err == nil {
		_, p.err = io.WriteString(p.out, text)
	}
}

// gutter is what stands in front: "#1 →  +12.3ms  ".
func (p *tapPrinter) gutter(i *tap.Item) string {
	arrow := map[check.Side]string{check.FromClient: "→", check.FromServer: "←"}[i.Side]
	if arrow == "" {
		arrow = "·"
	}
	since := ""
	switch {
	case i.Trip > 0:
		since = "⇄" + inUnits(shortTime(i.Trip), p.lang)
	case i.Gap > 0:
		since = "+" + inUnits(shortTime(i.Gap), p.lang)
	}
	number := fmt.Sprintf("#%d", i.Conn)
	head := fmt.Sprintf("%-4s", number)
	colour := nameColors[i.Conn%len(nameColors)]
	rest := pad(fmt.Sprintf("%s %9s", arrow, since), tapGutter-max(columns(head), 4))
	return p.looks.paint(colour, head) + p.looks.dim(rest)
}

// shortTime is a duration in four digits or so: 340µs, 12.3ms, 4.56s, 7m3s.
func shortTime(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return d.Round(time.Microsecond).String()
	case d < time.Second:
		return fmt.Sprintf("%.1fms", float64(d)/1e6)
	case d < time.Minute:
		return fmt.Sprintf("%.2fs", d.Seconds())
	}
	return d.Round(time.Second).String()
}

// event is what happened to a connection, in words.
func (p *tapPrinter) event(i *tap.Item) string {
	switch i.Kind {
	case tap.Opened:
		return fmt.Sprintf(sayTapOpened.in(p.lang), i.At.Local().Format("15:04:05"), visibleLine(i.Note))
	case tap.Failed:
		return fmt.Sprintf(sayTapFailed.in(p.lang), visibleLine(i.Note))
	case tap.Ended:
		return sayTapEnded[i.Side].in(p.lang)
	case tap.Lost:
		return fmt.Sprintf(sayTapLost.in(p.lang), i.Size)
	}
	return sayTapClosed.in(p.lang)
}

// stray is what is no object, or too large to be shown as one.
func (p *tapPrinter) stray(i *tap.Item) string {
	text := visibleLine(p.unsecret(bytes.TrimSpace(i.Text)))
	if !p.raw {
		text = cutColumns(text, 4*p.room())
	}
	if i.Size > len(i.Text) || i.Kind == tap.Part {
		text += " " + fmt.Sprintf(sayTapPart.in(p.lang), i.Size)
	}
	return p.fit(text)
}

// dump is bytes that are no text.
func (p *tapPrinter) dump(i *tap.Item) string {
	const most = 64
	text := i.Text
	if !p.raw {
		text = text[:min(len(text), most)]
	}
	var b strings.Builder
	fmt.Fprintf(&b, sayTapBytes.in(p.lang), i.Size)
	for len(text) > 0 {
		n := min(len(text), max(4, (p.room()-2)/4/4*4))
		shown := strings.Map(func(r rune) rune {
			if r < ' ' || r > '~' {
				return '.'
			}
			return r
		}, string(latin(text[:n])))
		fmt.Fprintf(&b, "\n%s%-*x  %s", strings.Repeat(" ", tapGutter), 2*n, text[:n], shown)
		text = text[n:]
	}
	return b.String()
}

// latin is each byte as a character.
func latin(p []byte) []rune {
	all := make([]rune, len(p))
	for i, b := range p {
		all[i] = rune(b)
	}
	return all
}

// violation is a rule that was broken.
func (p *tapPrinter) violation(v *check.Violation) string {
	says := ruleIn(v.Rule, p.lang)
	if v.Detail != "" {
		says += " (" + visibleLine(v.Detail) + ")"
	}
	head := fmt.Sprintf("✗ %s · %s", v.ID, v.Section.File()+", "+v.Section.Title())
	indent := strings.Repeat(" ", tapGutter)
	says = "  " + strings.ReplaceAll(wrapColumns(says, p.room()-2), "\n", "\n"+indent+"  ")
	return indent + p.looks.paint("1;31", p.fit(head)) + "\n" + indent + p.looks.paint("31", says) + "\n"
}

// room is how many columns there are beside the gutter.
func (p *tapPrinter) room() int { return max(p.width()-tapGutter, 24) }

// fit folds text so that it stands beside the gutter.
func (p *tapPrinter) fit(text string) string {
	lines := strings.Split(wrapColumns(text, p.room()), "\n")
	return strings.Join(lines, "\n"+strings.Repeat(" ", tapGutter))
}

// sum prints what was seen in all.
func (p *tapPrinter) sum(s *tap.Summary) {
	var b strings.Builder
	fmt.Fprintf(&b, "\n"+sayTapSum.in(p.lang)+"\n", s.Connections, s.Objects[check.FromClient], s.Objects[check.FromServer], s.Bytes[check.FromClient], s.Bytes[check.FromServer])
	if s.Slowest > 0 {
		fmt.Fprintf(&b, sayTapSlowest.in(p.lang)+"\n", inUnits(shortTime(s.Slowest), p.lang), s.SlowestConn)
		b.WriteString("  " + cutColumns(visibleLine(p.unsecret(s.SlowestText)), max(p.width()-2, 24)) + "\n")
	}
	if s.Lost > 0 {
		fmt.Fprintf(&b, sayTapLost.in(p.lang)+"\n", s.Lost)
	}
	for _, id := range slices.SortedFunc(maps.Keys(s.Broken), func(a, b string) int {
		return 2*(s.Broken[b]-s.Broken[a]) + strings.Compare(a, b)
	}) {
		rule, _ := check.RuleOf(id)
		b.WriteString(p.looks.paint("31", fmt.Sprintf("✗ %-18s %4d", id, s.Broken[id])) + "  " +
			strings.ReplaceAll(wrapColumns(ruleIn(rule, p.lang), max(p.width()-27, 24)), "\n", "\n"+strings.Repeat(" ", 27)) + "\n")
	}
	p.write(b.String())
}
