package check_test

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"jim/check"
)

func results(passed, failed, skipped int) (list []check.Result) {
	for state, n := range map[check.State]int{check.Passed: passed, check.Failed: failed, check.Skipped: skipped} {
		for range n {
			list = append(list, check.Result{Check: check.Check{ID: "a.b", Section: check.OnTheWire}, State: state})
		}
	}
	return list
}

func TestGrades(t *testing.T) {
	for _, c := range []struct {
		report  check.Report
		grade   string
		percent int
		passed  bool
	}{
		{check.Report{Results: results(10, 0, 0)}, "A", 100, true},
		{check.Report{Results: results(10, 0, 90)}, "A", 100, true},
		{check.Report{Results: results(999, 1, 0)}, "B", 99, false},
		{check.Report{Results: results(95, 5, 0)}, "B", 95, false},
		{check.Report{Results: results(94, 6, 0)}, "C", 94, false},
		{check.Report{Results: results(85, 15, 0)}, "C", 85, false},
		{check.Report{Results: results(84, 16, 0)}, "D", 84, false},
		{check.Report{Results: results(70, 30, 0)}, "D", 70, false},
		{check.Report{Results: results(50, 50, 0)}, "E", 50, false},
		{check.Report{Results: results(49, 51, 0)}, "F", 49, false},
		{check.Report{Results: results(0, 0, 10)}, "F", 0, false},
		{check.Report{Results: results(10, 0, 0), Stopped: "the server is gone"}, "B", 100, false},
		{check.Report{Results: results(99, 1, 0), Spoiled: true}, "F", 99, false},
	} {
		r := c.report
		if r.Grade() != c.grade || r.Sums().Percent() != c.percent || r.Passed() != c.passed {
			t.Errorf("%+v: grade %s, %d, passed %v; want %s, %d, %v", r.Sums(), r.Grade(), r.Sums().Percent(), r.Passed(), c.grade, c.percent, c.passed)
		}
	}
}

// nasty is a report with all that a server can put into it.
func nasty(text string) *check.Report {
	return &check.Report{Subject: text, Level: check.JIM2, Stopped: text, Results: []check.Result{
		{Check: check.Check{ID: "a.b", Section: check.OnTheWire, Rule: text, Says: text}, State: check.Failed, Expected: text, Came: text, Talk: []check.Line{{Who: "ann", Way: check.Received, Text: text}}},
		{Check: check.Check{ID: "a.c", Section: check.Talking}, State: check.Skipped, Why: text},
		{Check: check.Check{ID: "a.d", Section: check.Talking}, State: check.Passed},
	}}
}

// readReport wants the forms of a report to be readable, and to say the same.
func readReport(t *testing.T, r *check.Report) {
	t.Helper()
	var b bytes.Buffer
	if err := r.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
	if len(lines) != len(r.Results)+1 {
		t.Fatalf("%d lines", len(lines))
	}
	var first struct {
		ID, State, Section, Expected string
		Talk                         []struct{ Who, Way, Text string }
	}
	if err := json.Unmarshal([]byte(lines[0]), &first, json.MatchCaseInsensitiveNames(true)); err != nil || first.ID != "a.b" || first.State != "failed" || len(first.Talk) != 1 || first.Talk[0].Way != "received" {
		t.Errorf("%+v (%v)", first, err)
	}
	var sums struct {
		Total, Passed, Failed, Skipped, Percent int
		Grade, Level                            string
	}
	if err := json.Unmarshal([]byte(lines[3]), &sums, json.MatchCaseInsensitiveNames(true)); err != nil || sums.Total != 3 || sums.Passed != 1 || sums.Failed != 1 || sums.Skipped != 1 || sums.Percent != 50 || sums.Grade != "E" || sums.Level != "jim2" {
		t.Errorf("%+v (%v)", sums, err)
	}
	b.Reset()
	if err := r.WriteJUnit(&b); err != nil {
		t.Fatal(err)
	}
	var junit struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Suites   []struct {
			Name  string `xml:"name,attr"`
			Cases []struct {
				Name    string `xml:"name,attr"`
				Failure *struct {
					Text string `xml:",chardata"`
				} `xml:"failure"`
				Skipped *struct{} `xml:"skipped"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	d := xml.NewDecoder(&b)
	if err := d.Decode(&junit); err != nil {
		t.Fatal(err)
	}
	if rest, err := d.Token(); err != io.EOF {
		if space, ok := rest.(xml.CharData); !ok || len(bytes.TrimSpace(space)) > 0 {
			t.Errorf("behind the report: %v (%v)", rest, err)
		}
	}
	if junit.Tests != 3 || junit.Failures != 1 || len(junit.Suites) != 2 || junit.Suites[0].Cases[0].Failure == nil || junit.Suites[1].Cases[0].Skipped == nil {
		t.Errorf("%+v", junit)
	}
}

func TestReportsCanBeRead(t *testing.T) {
	readReport(t, nasty(`"response":201, <b>&amp;]]>`))
	readReport(t, nasty("\x00\x1b[31m\xff\xfe \ufffe\u2028 \r\n"))
}

func FuzzReport(f *testing.F) {
	f.Add("]]>\x00")
	f.Fuzz(func(t *testing.T, text string) { readReport(t, nasty(text)) })
}
