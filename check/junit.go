package check

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// The form that continuous integration reads: what Ant's junit task wrote, as Jenkins and GitLab take it.
type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Skipped  int          `xml:"skipped,attr"`
	Time     string       `xml:"time,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Time     string      `xml:"time,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Time    string        `xml:"time,attr"`
	Failure *junitFailure `xml:"failure"`
	Skipped *junitSkipped `xml:"skipped"`
	Talk    string        `xml:"system-out,omitempty"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

type junitSkipped struct {
	Message string `xml:"message,attr"`
}

// WriteJUnit writes the report as JUnit's XML: a suite for each section, a case for each check.
func (r *Report) WriteJUnit(w io.Writer) error {
	sums := r.Sums()
	all := junitSuites{
		Name: "jim check " + xmlText(r.Subject), Tests: sums.Total, Failures: sums.Failed, Skipped: sums.Skipped,
		Time: junitTime(seconds(r.Took)),
	}
	var took float64
	for i := range r.Results {
		x := &r.Results[i]
		if i == 0 || x.Section != r.Results[i-1].Section {
			all.Suites = append(all.Suites, junitSuite{Name: string(x.Section)})
			took = 0
		}
		suite := &all.Suites[len(all.Suites)-1]
		suite.Tests++
		took += seconds(x.Took)
		suite.Time = junitTime(took)
		switch x.State {
		case Failed:
			suite.Failures++
		case Skipped:
			suite.Skipped++
		}
		suite.Cases = append(suite.Cases, x.junit())
	}
	b, err := xml.MarshalIndent(all, "", "  ")
	if err == nil {
		_, err = io.WriteString(w, xml.Header+string(b)+"\n")
	}
	if err != nil {
		return fmt.Errorf("write a report: %w", err)
	}
	return nil
}

func (r *Result) junit() junitCase {
	c := junitCase{Class: strings.TrimSuffix(r.Section.File(), ".md") + "." + r.group(), Name: r.ID, Time: junitTime(seconds(r.Took))}
	switch r.State {
	case Failed:
		c.Failure = &junitFailure{
			Message: xmlText(r.Rule),
			Text:    xmlText("expected: " + r.Expected + "\ncame: " + r.Came + "\n"),
		}
		var talk strings.Builder
		for _, l := range r.Talk {
			fmt.Fprintf(&talk, "%8.3f %s %s %s\n", seconds(l.At), l.Who, l.Way.sign(), l.Text)
		}
		c.Talk = xmlText(talk.String())
	case Skipped:
		c.Skipped = &junitSkipped{xmlText(r.Why)}
	}
	return c
}

// sign is the way as one character between who and what.
func (w Way) sign() string {
	switch w {
	case Sent:
		return ">"
	case Received:
		return "<"
	}
	return "·"
}

func junitTime(s float64) string { return fmt.Sprintf("%.3f", s) }

// xmlText is text without the characters that XML cannot have (XML 1.0, section 2.2).
func xmlText(text string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\n' && r != '\t' || r == 0xFFFE || r == 0xFFFF {
			return '\uFFFD'
		}
		return r
	}, text)
}
