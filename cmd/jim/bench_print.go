package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"jim/bench"
)

// progress shows what is being done, in one line of a terminal; elsewhere it shows nothing. quiet
// takes the line away.
func progress(w io.Writer) (say bench.Say, quiet func()) {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return func(string) {}, func() {}
	}
	return func(doing string) {
			if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 && len(doing) >= width { // 0 = unknown
				doing = doing[:max(width-1, 0)]
			}
			fmt.Fprintf(f, "\r\x1b[K%s", doing)
		}, func() {
			fmt.Fprint(f, "\r\x1b[K")
		}
}

// benchReport is what --json prints.
type benchReport struct {
	Work    string               `json:"work"`
	Sizes   benchWork            `json:"sizes"`
	Rounds  int                  `json:"rounds"`
	Machine bench.Machine        `json:"machine"`
	Server  benchServer          `json:"server"`
	Peer    *benchServer         `json:"peer,omitempty"`
	Figures bench.Figures        `json:"figures,omitempty"` // medians of the server
	Spread  map[string]bench.Row `json:"spread,omitempty"`  // where there were several rounds
	Points  []bench.Point        `json:"points,omitempty"`  // of a sweep
}

type benchServer struct {
	Address string `json:"address"`
	Version string `json:"version,omitempty"`
	Started bool   `json:"started"` // for this measurement
}

func (t *benchTask) machine() bench.Machine {
	dir := t.data
	if dir == "" {
		dir = os.TempDir()
	}
	if t.to != "" {
		dir = "" // where its data is, only that server knows
	}
	return bench.ThisMachine(thisBuild().Version, dir)
}

// print prints the figures of all rounds, or the points of a sweep.
func (t *benchTask) print(rows []bench.Row, points []bench.Point) error {
	out, machine := t.command.OutOrStdout(), t.machine()
	if machine.InMemory() {
		fmt.Fprintf(t.command.ErrOrStderr(), "jim: the server's data was on %s, which is memory: what is durable costs nothing there; say --data DIR\n", machine.Disk)
	}
	if t.subject.PID == 0 {
		fmt.Fprintln(t.command.ErrOrStderr(), "jim: the server's process was not found, so its CPU and memory are unknown; say --pid")
	}
	if t.asJSON {
		return printJSON(out, t.report(machine, rows, points))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "jim bench %s\n%s\n", t.command.Name(), machine)
	fmt.Fprintf(&b, "%s at %s%s\n", t.subject.Version(), t.subject.Address, map[bool]string{true: ", started for this"}[t.to == ""])
	if t.peer != nil {
		fmt.Fprintf(&b, "beside %s at %s, in turns\n", t.peer.Version(), t.peer.Address)
	}
	b.WriteByte('\n')
	if points == nil {
		writeRows(&b, rows, t.rounds, t.peer != nil)
	} else if err := writePoints(&b, points); err != nil {
		return err
	}
	_, err := io.WriteString(out, b.String())
	return err
}

func (t *benchTask) report(machine bench.Machine, rows []bench.Row, points []bench.Point) *benchReport {
	r := &benchReport{
		Work: t.command.Name(), Sizes: t.work, Rounds: t.rounds, Machine: machine, Points: points,
		Server: benchServer{t.subject.Address, t.subject.Version(), t.to == ""},
	}
	if t.peer != nil {
		r.Peer = &benchServer{t.peer.Address, t.peer.Version(), false}
	}
	for _, row := range rows {
		r.Figures = append(r.Figures, row.Figure)
		if t.rounds > 1 || t.peer != nil {
			if r.Spread == nil {
				r.Spread = map[string]bench.Row{}
			}
			r.Spread[row.Key] = row
		}
	}
	return r
}

// writeRows writes a table: figures, and where there are more, their spread, the peer's and the ratio.
func writeRows(b *strings.Builder, rows []bench.Row, rounds int, peer bool) {
	table := [][]string{}
	if rounds > 1 || peer {
		head := []string{fmt.Sprintf("median of %d (least – most)", rounds), "jim"}
		if rounds == 1 {
			head[0] = ""
		}
		if peer {
			head = append(head, "the peer", "jim ÷ the peer")
		}
		table = append(table, head)
	}
	for _, r := range rows {
		line := []string{r.Label, r.Text()}
		if rounds > 1 || peer {
			line[1] = spread(&r.Server, r.Unit)
		}
		if peer {
			line = append(line, spread(r.Peer, r.Unit), spread(r.Ratio, ""))
		}
		table = append(table, line)
	}
	writeTable(b, table)
}

func spread(s *bench.Spread, unit string) string {
	if s == nil {
		return "–"
	}
	text := func(v float64) string { return bench.Figure{Value: v}.Text() }
	out := text(s.Median)
	if s.Least != s.Most {
		out = fmt.Sprintf("%s (%s – %s)", out, text(s.Least), text(s.Most))
	}
	if unit != "" {
		out += " " + unit
	}
	return out
}

// writeTable writes lines with their columns below each other; the first column is what the others are about.
func writeTable(b *strings.Builder, table [][]string) {
	var widths []int
	for _, line := range table {
		for i, cell := range line {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], len([]rune(cell)))
		}
	}
	for _, line := range table {
		for i, cell := range line {
			space := strings.Repeat(" ", widths[i]-len([]rune(cell)))
			if i == 0 {
				fmt.Fprintf(b, "  %s%s", cell, space)
			} else {
				fmt.Fprintf(b, "   %s%s", space, cell)
			}
		}
		b.WriteByte('\n')
	}
}

// writePoints writes the table and the plot of a sweep.
func writePoints(b *strings.Builder, points []bench.Point) error {
	table := [][]string{{"messages a second"}}
	for _, f := range points[0].Figures {
		if f.Key != "messages_s" {
			table = append(table, []string{f.Label})
		}
	}
	for _, p := range points {
		table[0] = append(table[0], bench.Figure{Value: float64(p.Rate)}.Text())
		line := 1
		for _, f := range p.Figures {
			if f.Key != "messages_s" {
				table[line] = append(table[line], f.Text())
				line++
			}
		}
	}
	writeTable(b, table)
	b.WriteByte('\n')
	return bench.Plot(b, points)
}
