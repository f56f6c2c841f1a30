package check

import (
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Report is all results of a run.
type Report struct {
	Subject string // what was checked: an address, or a command
	Level   Level
	Results []Result
	Took    time.Duration
	Stopped string // why the run ended before its time; "" = it did not
	// Interrupted says that whoever called for the run ended it: it proves nothing, and has no grade.
	Interrupted bool
	Spoiled     bool // what all else stands on does not work, so that the rest was not tried: the grade is F
}

// Sums are how many checks there were, and how they went.
type Sums struct {
	Total, Passed, Failed, Skipped int
}

// Sums counts the results.
func (r *Report) Sums() Sums {
	s := Sums{Total: len(r.Results)}
	for i := range r.Results {
		switch r.Results[i].State {
		case Passed:
			s.Passed++
		case Failed:
			s.Failed++
		default:
			s.Skipped++
		}
	}
	return s
}

// Percent is how many of a hundred checks that were made passed, rounded down: only a program without
// a fault has 100.
func (s Sums) Percent() int {
	if made := s.Passed + s.Failed; made > 0 {
		return 100 * s.Passed / made
	}
	return 0
}

// Grade is a letter: A without any fault, B from 95 of a hundred, C from 85, D from 70, E from 50, F below.
// A run in which nothing was proved is an F, and one that was interrupted has none.
func (r *Report) Grade() string {
	s := r.Sums()
	percent := s.Percent()
	switch {
	case r.Interrupted:
		return ""
	case r.Spoiled || s.Passed == 0:
		return "F"
	case s.Failed == 0 && r.Stopped == "":
		return "A"
	case percent >= 95:
		return "B"
	case percent >= 85:
		return "C"
	case percent >= 70:
		return "D"
	case percent >= 50:
		return "E"
	}
	return "F"
}

// Passed tells whether nothing failed, something passed, and the run came to its end.
func (r *Report) Passed() bool {
	s := r.Sums()
	return s.Failed == 0 && s.Passed > 0 && r.Stopped == "" && !r.Spoiled
}

// Sort puts the results into the order of the documents, and within a section into that in which the
// checks are listed.
func (r *Report) Sort() {
	slices.SortStableFunc(r.Results, func(a, b Result) int {
		return slices.Index(Sections, a.Section) - slices.Index(Sections, b.Section)
	})
}

// resultJSON is a line of [Report.WriteJSON].
type resultJSON struct {
	ID       string     `json:"id"`
	State    State      `json:"state"`
	Levels   []Level    `json:"levels"`
	Section  Section    `json:"section"`
	Rule     string     `json:"rule"`
	Says     string     `json:"says,omitzero"`
	Expected string     `json:"expected,omitzero"`
	Came     string     `json:"came,omitzero"`
	Why      string     `json:"why,omitzero"`
	Seconds  float64    `json:"seconds"`
	Talk     []lineJSON `json:"talk,omitzero"`
}

type lineJSON struct {
	Who  string  `json:"who"`
	Way  Way     `json:"way"`
	Text string  `json:"text"`
	At   float64 `json:"at"`
}

type sumsJSON struct {
	Total   int     `json:"total"`
	Passed  int     `json:"passed"`
	Failed  int     `json:"failed"`
	Skipped int     `json:"skipped"`
	Percent int     `json:"percent"`
	Grade   string  `json:"grade,omitzero"`
	Level   Level   `json:"level,omitzero"`
	Subject string  `json:"subject"`
	Stopped string  `json:"stopped,omitzero"`
	Seconds float64 `json:"seconds"`
}

// WriteJSON writes one object on a line for each check, and one for the sums. Conversations are those of
// checks that failed.
func (r *Report) WriteJSON(w io.Writer) error {
	for i := range r.Results {
		if err := writeLine(w, r.Results[i].json()); err != nil {
			return err
		}
	}
	s := r.Sums()
	return writeLine(w, sumsJSON{
		s.Total, s.Passed, s.Failed, s.Skipped, s.Percent(), r.Grade(), r.Level, r.Subject, r.Stopped, seconds(r.Took),
	})
}

func (r *Result) json() resultJSON {
	o := resultJSON{
		ID: r.ID, State: r.State, Levels: r.Levels, Section: r.Section, Rule: r.Rule, Says: r.Says,
		Expected: r.Expected, Came: r.Came, Why: r.Why, Seconds: seconds(r.Took),
	}
	if r.State == Failed {
		for _, l := range r.Talk {
			o.Talk = append(o.Talk, lineJSON{l.Who, l.Way, l.Text, seconds(l.At)})
		}
	}
	return o
}

func writeLine(w io.Writer, v any) error {
	b, err := json.Marshal(v, json.Deterministic(true), jsontext.AllowInvalidUTF8(true))
	if err == nil {
		_, err = w.Write(append(b, '\n'))
	}
	if err != nil {
		return fmt.Errorf("write a report: %w", err)
	}
	return nil
}

// seconds is d in seconds, with milliseconds.
func seconds(d time.Duration) float64 { return float64(d.Milliseconds()) / 1000 }
