package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// newDoctorCommand is `jim doctor`.
func newDoctorCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Tell what is wrong with the data folder and this machine, and what to do",
		Long: `Tell what is wrong with the data folder and this machine, and what to do.

It reads all of the database and compares every checksum, measures how fast the
disk is, and looks at room, rights, clock, limits and certificate. It changes
nothing, and may be used while the server runs.

It ends with 0 when nothing is wrong or there are only warnings, with 65 when
something in the database is damaged, with 78 when a newer program is needed, and
with 1 when anything else must be done.`,
		Example: `  jim doctor
  jim doctor --data /var/lib/jim --json | jq '.checks[] | select(.state != "ok")'`,
		Args:              cobra.NoArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, _ []string) error {
			conf, _, err := load(c.Flags())
			if err != nil {
				return err
			}
			d := &doctor{conf: conf}
			d.examine(c.Context())
			if asJSON {
				err = printJSON(c.OutOrStdout(), d.report())
			} else {
				err = d.print(c.OutOrStdout(), speaks())
			}
			return errors.Join(err, d.verdict())
		},
	}
	addSettings(c.Flags(), "data", "cert", "key")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON: one object")
	return c
}

// state is how a check went.
type state string

const (
	stateOK      state = "ok"
	stateWarning state = "warning" // nothing is lost, and nothing will be today
	stateFault   state = "fault"   // something must be done
)

// finding is what a check has to say.
type finding struct {
	check string // the name for programs
	state state
	says  phrase // may hold %-verbs for args
	do    phrase // what to do; empty when nothing
	args  []any
	exit  int // of a fault
}

func (f finding) in(l language) string { return fmt.Sprintf(f.says.in(l), f.args...) }

// doctor looks at a data folder.
type doctor struct {
	conf     *config
	findings []finding
	running  bool
	unseen   bool  // there is no data folder, or it cannot be read
	bytes    int64 // of the database
	newest   int64 // when the newest entry was kept, in microseconds since 1970
}

func (d *doctor) ok(check string, says phrase, args ...any) {
	d.findings = append(d.findings, finding{check: check, state: stateOK, says: says, args: args})
}

func (d *doctor) warn(check string, says, do phrase, args ...any) {
	d.findings = append(d.findings, finding{check: check, state: stateWarning, says: says, do: do, args: args})
}

func (d *doctor) fault(exit int, check string, says, do phrase, args ...any) {
	d.findings = append(d.findings, finding{check: check, state: stateFault, says: says, do: do, args: args, exit: exit})
}

// examine makes all checks, the most important ones first.
func (d *doctor) examine(ctx context.Context) {
	d.folder()
	if d.unseen {
		d.limits()
		return
	}
	d.database(ctx)
	d.rights()
	d.leftovers()
	d.space()
	d.syncing()
	d.clock()
	d.limits()
	d.certificate()
}

// verdict is the error with the exit code that the worst of the findings asks for.
func (d *doctor) verdict() error {
	exit, faults := exitDone, 0
	for _, f := range d.findings {
		if f.state != stateFault {
			continue
		}
		faults++
		if exit == exitDone || f.exit == exitDamaged || exit == exitFailed {
			exit = f.exit
		}
	}
	if faults == 0 {
		return nil
	}
	return exitf(exit, "%s", fmt.Sprintf(sayFaults.in(speaks()), faults))
}

var (
	sayFaults = phrase{"faults found: %d", "найдено неисправностей: %d", "发现 %d 处故障"}
	sayStates = map[state]phrase{
		stateOK:      {"ok", "хорошо", "正常"},
		stateWarning: {"warning", "внимание", "警告"},
		stateFault:   {"FAULT", "ОШИБКА", "故障"},
	}
)

func (d *doctor) print(w io.Writer, l language) error {
	var b strings.Builder
	for _, f := range d.findings {
		fmt.Fprintf(&b, "%s%s\n", pad(sayStates[f.state].in(l), 10), visibleLine(f.in(l)))
		if do := f.do.in(l); do != "" {
			fmt.Fprintf(&b, "%s→ %s\n", pad("", 10), do)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// examined is the output of `jim doctor --json`.
type examined struct {
	State   state          `json:"state"` // the worst
	Data    string         `json:"data"`
	Running bool           `json:"running"` // a server has the folder
	Checks  []examinedItem `json:"checks"`
}

type examinedItem struct {
	Check string `json:"check"`
	State state  `json:"state"`
	Says  string `json:"says"`
	Do    string `json:"do,omitzero"`
}

func (d *doctor) report() examined {
	r := examined{State: stateOK, Data: d.conf.data, Running: d.running}
	for _, f := range d.findings {
		r.Checks = append(r.Checks, examinedItem{f.check, f.state, f.in(english), f.do.en})
		if f.state == stateFault || r.State == stateOK {
			r.State = f.state
		}
	}
	return r
}
