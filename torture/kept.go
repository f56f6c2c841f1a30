package torture

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"jim/history"
)

// ErrHistory means that a history is not what was kept: cut off, changed, or none.
var ErrHistory = errors.New("this history is not whole")

// ending is the last line of a history that a run has kept. Without it nobody could
// tell that the end is missing, and with it perhaps what proves a fault.
type ending struct {
	Entries int    `json:"entries"`
	SHA256  string `json:"sha256"` // of the lines before, hexadecimal
}

// keep writes a history into a file, one entry in a line, and its ending.
func keep(file string, entries []history.Entry) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	sum, out := sha256.New(), bufio.NewWriter(f)
	w := io.MultiWriter(sum, out)
	var line []byte
	for i := range entries {
		line = entries[i].AppendJSON(line[:0])
		if _, err := w.Write(line); err != nil {
			break // Flush says it again
		}
	}
	last, err := json.Marshal(ending{len(entries), hex.EncodeToString(sum.Sum(nil))})
	_, _ = out.Write(append(last, '\n')) // Flush says it again
	return errors.Join(err, out.Flush(), f.Close())
}

// Checked is what a history says.
type Checked struct {
	Entries int             `json:"entries"`
	Faults  []history.Fault `json:"faults"`
	Whole   bool            `json:"whole"` // it has the ending with which a run keeps it, so that nothing is missing
}

// Check reads a history and checks it again: one that a run has kept, or any other,
// of which nobody knows whether it is whole. It fails with [ErrHistory].
func Check(file string) (*Checked, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("torture: %w", err)
	}
	begin := bytes.LastIndexByte(bytes.TrimSuffix(text, []byte("\n")), '\n') + 1
	strict, e := json.NewDecoder(bytes.NewReader(text[begin:])), ending{}
	strict.DisallowUnknownFields()
	whole := strict.Decode(&e) == nil && e.SHA256 != ""
	if whole {
		text = text[:begin]
		if sum := sha256.Sum256(text); hex.EncodeToString(sum[:]) != e.SHA256 {
			return nil, fmt.Errorf("torture: %s: %w: it has another checksum than it should", file, ErrHistory)
		}
	}
	list, err := history.Parse(bytes.NewReader(text))
	switch {
	case err != nil:
		return nil, fmt.Errorf("torture: %s: %w: %w", file, ErrHistory, err)
	case len(list) == 0:
		return nil, fmt.Errorf("torture: %s: %w: there is nothing in it", file, ErrHistory)
	}
	return &Checked{len(list), append([]history.Fault{}, history.Check(list)...), whole}, nil
}
