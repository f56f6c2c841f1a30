package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"jim/bench"
	"jim/torture"
)

// tortured is a run and what it has found.
type tortured struct {
	*torturing
	command *cobra.Command
	dir     string
	machine bench.Machine
	began   time.Time
	quiet   func() // takes the progress line away
	unread  func() // ends the run, since nobody reads what it says
	results []*torture.Result
	stopped bool // before its time
}

// tortureReport is what --json prints.
type tortureReport struct {
	Seed    uint64            `json:"seed"`
	For     float64           `json:"for"`     // seconds that were asked for
	Only    []string          `json:"only"`    // works that were asked for
	Seconds float64           `json:"seconds"` // that it took
	Version string            `json:"version"`
	Commit  string            `json:"commit,omitzero"` // with "+changes" when the tree had some
	Machine bench.Machine     `json:"machine"`
	Stopped bool              `json:"stopped"`           // before its time, by a signal
	Missing []string          `json:"missing,omitempty"` // works that were not begun
	Error   string            `json:"error,omitempty"`   // why it could not be found out
	Faults  int               `json:"faults"`
	Works   []*torture.Result `json:"works"`
	Data    string            `json:"data,omitempty"` // where histories were kept
}

func (p *tortured) print(format string, args ...any) {
	if p.asJSON {
		return
	}
	if _, err := fmt.Fprintf(p.command.OutOrStdout(), format+"\n", args...); err != nil {
		p.unread()
	}
}

func (p *tortured) begin() {
	p.print(sayTorture.in(speaks()), p.seed, p.long, strings.Join(p.asked(), ", "), p.dir)
	p.print("%s", p.machine)
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

// missing are the works that were not begun, and broken those that were cut short.
func (p *tortured) missing() (missing, broken []string) {
	missing = p.asked()
	for _, r := range p.results {
		missing = slices.DeleteFunc(missing, func(name string) bool { return name == r.Work })
		if r.Stopped {
			broken = append(broken, r.Work)
		}
	}
	return missing, broken
}

// end prints the sum, removes what is not needed any more, and chooses the exit code. failed says why it could not be
// found out; nil = it could.
func (p *tortured) end(failed error, remove func() error) error {
	faults := 0
	for _, r := range p.results {
		faults += len(r.Faults)
	}
	data := p.dir
	full := errors.Is(failed, torture.ErrFull)
	if faults == 0 && (failed == nil || full) {
		data = ""
		if err := os.Remove(p.dir + "/jim.toml"); err != nil {
			return err
		}
		if err := remove(); err != nil {
			return err
		}
	}
	missing, broken := p.missing()
	stopped := p.stopped && len(missing)+len(broken) > 0
	if p.asJSON {
		if err := printJSON(p.command.OutOrStdout(), p.report(failed, faults, stopped, missing, data)); err != nil {
			return err
		}
	}
	if stopped {
		p.print(sayCutShort.in(speaks()), time.Since(p.began).Round(100*time.Millisecond), p.long)
		p.list(sayPartly, broken)
		p.list(sayNotBegun, missing)
	}
	switch {
	case faults > 0:
		return exitf(exitFault, sayBroken.in(speaks()), faults, p.dir, p.seed)
	case full:
		return failed
	case failed != nil:
		return fmt.Errorf("%w; what there is is kept in %s", failed, p.dir)
	case stopped:
		return exitf(exitFailed, "%s", sayTooEarly.in(speaks()))
	}
	p.print("%s", sayNoFault.in(speaks()))
	return nil
}

func (p *tortured) list(words phrase, names []string) {
	if len(names) > 0 {
		p.print("  "+words.in(speaks()), strings.Join(names, ", "))
	}
}

func (p *tortured) report(failed error, faults int, stopped bool, missing []string, data string) *tortureReport {
	r := &tortureReport{
		Seed: p.seed, For: p.long.Seconds(), Only: p.asked(), Seconds: time.Since(p.began).Seconds(),
		Version: thisBuild().Version, Commit: thisBuild().Commit, Machine: p.machine, Stopped: stopped, Missing: missing,
		Faults: faults, Works: append([]*torture.Result{}, p.results...), Data: data,
	}
	if failed != nil {
		r.Error = failed.Error()
	}
	return r
}

// printCheck prints what a history says.
func printCheck(c *cobra.Command, asJSON bool, file string, checked *torture.Checked) error {
	var err error
	if asJSON {
		err = printJSON(c.OutOrStdout(), checked)
	} else {
		err = writeCheck(c.OutOrStdout(), checked)
	}
	if n := len(checked.Faults); err == nil && n > 0 {
		err = exitf(exitFault, sayChecked.in(speaks()), file, n)
	}
	return err
}

func writeCheck(w io.Writer, checked *torture.Checked) error {
	var b strings.Builder
	fmt.Fprintf(&b, sayEntries.in(speaks())+"\n", checked.Entries)
	if !checked.Whole {
		fmt.Fprintln(&b, sayNoEnding.in(speaks()))
	}
	for _, f := range checked.Faults {
		fmt.Fprintln(&b, f)
		for _, e := range f.Entries {
			fmt.Fprintf(&b, "    %s\n", e)
		}
	}
	if len(checked.Faults) == 0 {
		fmt.Fprintln(&b, sayNoFault.in(speaks()))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
