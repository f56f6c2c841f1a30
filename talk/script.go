package talk

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"

	"jim/chat"
)

// Script is a conversation.
type Script struct {
	Name    string   // where it stands: "errors.talk", "protocol.md:19"
	NotOver []string // transports on which it makes no sense
	// Datagrams tells that every datagram is in the script, cookies and all.
	Datagrams bool
	Guests    chat.Policy // from where guests are let in; "" = from this machine
	// Register is from where names can be registered without an invitation; "" =
	// from this machine.
	Register chat.Policy
	Rows     []string // comments "# row: …", which name a row of the specification's table of errors
	Steps    []Step

	typing map[string]bool // actors at a terminal, so far
}

// Step is one line of a script that does something.
type Step struct {
	Line  int
	Text  string // the line
	Actor string
	Verb  Verb
	Say   []byte // Sends, SendsExactly: what
	JSON  any    // Gets: what is expected, an object or a line; Returns: since, or nil
}

// Verb is what a step does.
type Verb uint8

// What steps do; the package comment says how they are written.
const (
	Connects Verb = iota + 1
	Comes
	OpensTerminal
	Sends
	SendsExactly
	Gets
	HearsNothing
	IsCutOff
	Returns
	IsGone
	Restarts
)

var (
	says  = regexp.MustCompile(`^([a-z][a-z0-9]*)(>>|>|<)(?: (.*))?$`)
	does  = regexp.MustCompile(`^([a-z][a-z0-9]*) (connects|comes|opens a terminal|hears nothing|is cut off|is gone|returns)(?: (.*))?$`)
	verbs = map[string]Verb{
		"connects": Connects, "comes": Comes, "opens a terminal": OpensTerminal, "hears nothing": HearsNothing, "is cut off": IsCutOff, "is gone": IsGone, "returns": Returns,
		">": Sends, ">>": SendsExactly, "<": Gets,
	}
)

// Parse reads a script whose first line is line number first of the file it
// stands in. Errors name the line.
func Parse(name, text string, first int) (*Script, error) {
	s := &Script{Name: name}
	for i, line := range strings.Split(text, "\n") {
		if err := s.line(first+i, strings.TrimSuffix(line, "\r")); err != nil {
			return nil, fmt.Errorf("%s, line %d: %w", name, first+i, err)
		}
	}
	if len(s.Steps) == 0 {
		return nil, fmt.Errorf("%s: nothing is said", name)
	}
	return s, nil
}

func (s *Script) line(number int, line string) error {
	if row, ok := strings.CutPrefix(line, "# row: "); ok {
		s.Rows = append(s.Rows, row)
		return nil
	}
	if strings.TrimSpace(line) == "" || line[0] == '#' {
		return nil
	}
	if list, ok := strings.CutPrefix(line, "not over: "); ok {
		if len(s.Steps) > 0 {
			return fmt.Errorf("not over: belongs before the first step")
		}
		return s.notOver(list)
	}
	if line == "as datagrams" {
		s.Datagrams = true
		return s.notOver(strings.Join(allBut("udp"), ", "))
	}
	if name, value, ok := strings.Cut(line, ": "); ok && (name == "guests" || name == "register") {
		return s.policy(name, chat.Policy(value))
	}
	step, err := s.parseStep(repeats.ReplaceAllStringFunc(line, repeat))
	if err != nil {
		return err
	}
	if (step.Verb == SendsExactly || step.Verb == OpensTerminal) && !s.streamsOnly() {
		return fmt.Errorf("parts of a stream, and terminals, need a stream: write not over: %s", strings.Join(framed, ", "))
	}
	step.Line, step.Text = number, line
	s.Steps = append(s.Steps, step)
	return nil
}

// allBut are all transports but one.
func allBut(transport string) []string {
	return slices.DeleteFunc(slices.Clone(Transports), func(t string) bool { return t == transport })
}

func (s *Script) notOver(list string) error {
	for _, t := range strings.Split(list, ", ") {
		if !slices.Contains(Transports, t) {
			return fmt.Errorf("no transport is called %q", t)
		}
		s.NotOver = append(s.NotOver, t)
	}
	return nil
}

func (s *Script) policy(name string, p chat.Policy) error {
	switch {
	case len(s.Steps) > 0:
		return fmt.Errorf("%s: belongs before the first step", name)
	case p != chat.Nowhere && p != chat.Local && p != chat.Everywhere:
		return fmt.Errorf("no policy is called %q", p)
	case name == "guests":
		s.Guests = p
	default:
		s.Register = p
	}
	return nil
}

// repeats are "$repeat(x,40)": the text x, forty times.
var repeats = regexp.MustCompile(`\$repeat\(([^,()]+),([0-9]+)\)`)

func repeat(call string) string {
	m := repeats.FindStringSubmatch(call)
	times, err := strconv.Atoi(m[2])
	if err != nil || times > 1<<20 {
		return call // it will not be what was meant, and seen
	}
	return strings.Repeat(m[1], times)
}

func (s *Script) streamsOnly() bool {
	return !slices.ContainsFunc(framed, func(t string) bool { return !slices.Contains(s.NotOver, t) })
}

// parseStep reads a line without its number.
func (s *Script) parseStep(line string) (Step, error) {
	if line == "the server restarts" {
		return Step{Verb: Restarts}, nil
	}
	m := says.FindStringSubmatch(line)
	if m == nil {
		m = does.FindStringSubmatch(line)
	}
	if m == nil {
		return Step{}, fmt.Errorf("not a step: %s", line)
	}
	step := Step{Actor: m[1], Verb: verbs[m[2]]}
	switch rest := m[3]; step.Verb {
	case Sends:
		step.Say = []byte(rest)
	case OpensTerminal:
		if s.typing == nil {
			s.typing = map[string]bool{}
		}
		s.typing[step.Actor] = true
	case SendsExactly:
		text, err := strconv.Unquote(rest)
		if err != nil {
			return Step{}, fmt.Errorf("not a string in Go's quotes: %s", rest)
		}
		step.Say = []byte(text)
	case Gets, Returns:
		if s.typing[step.Actor] {
			return step, step.readLine(rest)
		}
		if rest == "" && step.Verb == Returns {
			break
		}
		if err := json.Unmarshal([]byte(rest), &step.JSON); err != nil {
			return Step{}, fmt.Errorf("not JSON: %w", err)
		}
		if _, ok := step.JSON.(map[string]any); !ok {
			return Step{}, fmt.Errorf("an object is wanted: %s", rest)
		}
	default:
		if rest != "" {
			return Step{}, fmt.Errorf("too much: %s", rest)
		}
	}
	return step, nil
}

// readLine takes text for a line that somebody reads at a terminal.
func (s *Step) readLine(text string) error {
	if s.Verb != Gets {
		return fmt.Errorf("at a terminal one logs in by typing")
	}
	s.JSON = timeless(text)
	return nil
}

// clock is a time in front of a line, or a day and a time.
var clock = regexp.MustCompile(`^([0-9]{4}-[0-9]{2}-[0-9]{2} )?[0-9]{2}:[0-9]{2} `)

// timeless is a line whose time is always the same.
func timeless(line string) string { return clock.ReplaceAllString(line, "12:00 ") }

// Files reads every script of a folder, in the order of their names.
func Files(folder string) ([]*Script, error) {
	names, err := filepath.Glob(filepath.Join(folder, "*.talk"))
	if err != nil {
		return nil, err
	}
	var all []*Script
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		s, err := Parse(filepath.Base(name), string(text), 1)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

// Blocks reads the scripts in a page of Markdown: what stands between ```talk
// and ```.
func Blocks(name string, page io.Reader) ([]*Script, error) {
	var all []*Script
	var text []string
	start, inside := 0, false
	lines := bufio.NewScanner(page)
	for n := 1; lines.Scan(); n++ {
		switch line := lines.Text(); {
		case !inside && line == "```talk":
			inside, start, text = true, n+1, nil
		case inside && line == "```":
			inside = false
			s, err := Parse(fmt.Sprintf("%s:%d", name, start), strings.Join(text, "\n"), start)
			if err != nil {
				return nil, err
			}
			all = append(all, s)
		case inside:
			text = append(text, line)
		}
	}
	if inside {
		return nil, fmt.Errorf("%s: the block that begins in line %d does not end", name, start)
	}
	return all, lines.Err()
}
