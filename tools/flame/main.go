// Flame draws a CPU profile of the server as a picture: what calls what, from top
// to bottom, as wide as it takes time.
//
//	go tool pprof -raw jim cpu.prof | go run ./flame > flame.svg
package main

import (
	"bufio"
	"fmt"
	"html"
	"io"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

func main() {
	root, err := read(os.Stdin)
	if err != nil {
		fmt.Fprintln(os.Stderr, "flame:", err)
		os.Exit(1)
	}
	if root.n == 0 {
		fmt.Fprintln(os.Stderr, "flame: no samples: wanted is what go tool pprof -raw prints")
		os.Exit(1)
	}
	draw(os.Stdout, root)
}

// node is a function under its caller, with the samples in it and below.
type node struct {
	name  string
	n     int
	calls map[string]*node
}

func (at *node) call(name string, n int) *node {
	next := at.calls[name]
	if next == nil {
		next = &node{name: name, calls: map[string]*node{}}
		at.calls[name] = next
	}
	next.n += n
	return next
}

var (
	sampleLine   = regexp.MustCompile(`^ *(\d+) +\d+: ([\d ]+)$`)
	locationLine = regexp.MustCompile(`^ +(\d+): 0x[0-9a-f]+ M=\d+ (\S+) `)
	inlinedLine  = regexp.MustCompile(`^ {10,}(\S+) \S+:\d+`)
)

// read reads samples, whose stacks begin with the innermost location, and then the
// locations, each with the functions that were inlined there, the innermost first.
func read(r io.Reader) (*node, error) {
	type sample struct {
		n     int
		stack []string
	}
	var samples []sample
	functions := map[string][]string{}
	last := ""
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		text := lines.Text()
		if m := sampleLine.FindStringSubmatch(text); m != nil {
			n, _ := strconv.Atoi(m[1])
			samples = append(samples, sample{n, strings.Fields(m[2])})
		} else if m := locationLine.FindStringSubmatch(text); m != nil {
			last = m[1]
			functions[last] = append(functions[last], m[2])
		} else if m := inlinedLine.FindStringSubmatch(text); m != nil && last != "" {
			functions[last] = append(functions[last], m[1])
		}
	}
	root := &node{name: "all", calls: map[string]*node{}}
	for _, s := range samples {
		root.n += s.n
		at := root
		for _, location := range slices.Backward(s.stack) {
			for _, name := range slices.Backward(functions[location]) {
				if !dull(name) {
					at = at.call(name, s.n)
				}
			}
		}
	}
	return root, lines.Err()
}

// dull are frames that say nothing: how goroutines begin and closures are called.
func dull(name string) bool {
	return name == "runtime.goexit" || name == "sync.(*WaitGroup).Go.func1" || strings.HasSuffix(name, "-fm") || strings.Contains(name, ".gowrap")
}

const (
	width  = 1200.0
	height = 17 // of a row
	top    = 34
	deep   = 22  // rows
	narrow = 2.0 // pixels: what is narrower is left out
)

// parts are the colours, by what the name of a function contains; the first that fits.
var parts = []struct{ contains, colour, legend string }{
	{"jim/store", "#7aa6dc", "store and SQLite"},
	{"sqlite3", "#7aa6dc", ""},
	{"jim/chat", "#8cc08a", "chat"},
	{"jim/wire", "#e3c565", "wire: JSON"},
	{"json", "#e3c565", ""},
	{"jim/listen", "#e39a6b", "listen, net: sockets"},
	{"net.", "#e39a6b", ""},
	{"poll.", "#e39a6b", ""},
	{"yscall", "#d9776f", "system calls"},
	{"", "#c3c3c3", "Go's runtime and the rest"},
}

func colour(name string) string {
	for _, p := range parts {
		if strings.Contains(name, p.contains) {
			return p.colour
		}
	}
	return ""
}

func draw(w io.Writer, root *node) {
	fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %d" font-family="system-ui,sans-serif" font-size="11">`+"\n", width, top+deep*height+4)
	fmt.Fprintf(w, `<rect width="100%%" height="100%%" fill="#fff"/>`+"\n")
	x := 4.0
	for _, p := range parts {
		if p.legend != "" {
			fmt.Fprintf(w, `<rect x="%g" y="8" width="12" height="12" fill="%s"/><text x="%g" y="18">%s</text>`+"\n", x, p.colour, x+17, p.legend)
			x += 40 + 6.5*float64(len(p.legend))
		}
	}
	drawNode(w, root, root.n, 0, 0)
	fmt.Fprintln(w, "</svg>")
}

func drawNode(w io.Writer, at *node, total int, x float64, row int) {
	wide := width * float64(at.n) / float64(total)
	if wide < narrow || row >= deep {
		return
	}
	y := top + row*height
	share := 100 * float64(at.n) / float64(total)
	fmt.Fprintf(w, `<g><title>%s: %.1f %%</title><rect x="%.1f" y="%d" width="%.1f" height="%d" fill="%s"/>`,
		html.EscapeString(at.name), share, x, y, max(wide-0.6, 0.6), height-1, colour(at.name))
	short := at.name[strings.LastIndexByte(at.name, '/')+1:]
	if fits := int((wide - 6) / 6.2); fits >= 4 {
		if len(short) > fits {
			short = short[:fits-1] + "…"
		}
		fmt.Fprintf(w, `<text x="%.1f" y="%d">%s</text>`, x+3, y+12, html.EscapeString(short))
	}
	fmt.Fprintln(w, "</g>")
	below := make([]*node, 0, len(at.calls))
	for _, next := range at.calls {
		below = append(below, next)
	}
	slices.SortFunc(below, func(a, b *node) int {
		if a.n != b.n {
			return b.n - a.n
		}
		return strings.Compare(a.name, b.name)
	})
	for _, next := range below {
		drawNode(w, next, total, x, row+1)
		x += width * float64(next.n) / float64(total)
	}
}
