package main

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"jim/history"
	"jim/torture"
)

// tortured is a run and what it has found.
type tortured struct {
	*torturing
	command *cobra.Command
	dir     string
	began   time.Time
	quiet   func() // takes the progress line away
	results []*torture.Result
	stopped bool // before its time
}

// tortureReport is what --json prints.
type tortureReport struct {
	Seed    uint64            `json:"seed"`
	Seconds float64           `json:"seconds"`
	Version string            `json:"version"`
	Stopped bool              `json:"stopped"` // before its time, by a signal
	Faults  int               `json:"faults"`
	Works   []*torture.Result `json:"works"`
	Data    string            `json:"data,omitempty"` // where histories were kept
}

func (p *tortured) print(format string, args ...any) {
	if !p.asJSON {
		fmt.Fprintf(p.command.OutOrStdout(), format+"\n", args...)
	}
}

func (p *tortured) begin() {
	p.print(sayTorture.in(speaks()), p.seed, p.long, p.dir)
}

// done takes in what a work has found, and prints it at once.
func (p *tortured) done(r *torture.Result) {
	p.results = append(p.results, r)
	p.quiet()
	if lost, acked := value(r, "normal_lost"), value(r, "normal_acknowledged"); acked > 0 {
		p.print("  "+sayNormal.in(speaks()), lost, acked)
	}
	var figures []string
	for _, f := range r.Figures {
		if words, ok := tortureFigures[f.Key]; ok {
			figures = append(figures, fmt.Sprintf(words.in(speaks()), strconv.FormatFloat(f.Value, 'f', 0, 64)))
		}
	}
	p.print("  %-6s %4.0f s   %s", r.Work, r.Seconds, strings.Join(figures, " · "))
	for _, f := range r.Faults {
		p.print("    ! %s", f.Words)
	}
	for _, file := range r.History {
		p.print("    jim torture check %s", file)
	}
}

func value(r *torture.Result, key string) int {
	for _, f := range r.Figures {
		if f.Key == key {
			return int(f.Value)
		}
	}
	return 0
}

// end prints the sum, removes what is not needed any more, and chooses the exit code.
func (p *tortured) end(remove func() error) error {
	faults := 0
	for _, r := range p.results {
		faults += len(r.Faults)
	}
	data := p.dir
	if faults == 0 {
		data = ""
		if err := os.Remove(p.dir + "/jim.toml"); err != nil {
			return err
		}
		if err := remove(); err != nil {
			return err
		}
	}
	if p.asJSON {
		err := printJSON(p.command.OutOrStdout(), &tortureReport{
			Seed: p.seed, Seconds: time.Since(p.began).Seconds(), Version: thisBuild().Version, Stopped: p.stopped,
			Faults: faults, Works: append([]*torture.Result{}, p.results...), Data: data,
		})
		if err != nil {
			return err
		}
	}
	if p.stopped {
		p.print("%s", sayCutShort.in(speaks()))
	}
	if faults == 0 {
		p.print("%s", sayNoFault.in(speaks()))
		return nil
	}
	return exitf(exitFault, sayBroken.in(speaks()), faults, p.dir, p.seed)
}

// printCheck prints what a history says.
func printCheck(c *cobra.Command, asJSON bool, file string, entries int, faults []history.Fault) error {
	var err error
	if asJSON {
		err = printJSON(c.OutOrStdout(), struct {
			Entries int             `json:"entries"`
			Faults  []history.Fault `json:"faults"`
		}{entries, append([]history.Fault{}, faults...)})
	} else {
		err = writeCheck(c.OutOrStdout(), entries, faults)
	}
	if err == nil && len(faults) > 0 {
		err = exitf(exitFault, sayChecked.in(speaks()), file, len(faults))
	}
	return err
}

func writeCheck(w io.Writer, entries int, faults []history.Fault) error {
	var b strings.Builder
	fmt.Fprintf(&b, sayEntries.in(speaks())+"\n", entries)
	for _, f := range faults {
		fmt.Fprintln(&b, f)
		for _, e := range f.Entries {
			fmt.Fprintf(&b, "    %s\n", e)
		}
	}
	if len(faults) == 0 {
		fmt.Fprintln(&b, sayNoFault.in(speaks()))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
