package bench

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"
)

// Figure is one thing that was measured.
type Figure struct {
	Key   string // its name in JSON, with the unit
	Label string // its name for people
	Unit  string // "ms"; "" where the label says it
	Value float64
}

// Figures are all of a run, in the order in which they are shown. In JSON they are one object.
type Figures []Figure

func (f *Figures) add(key, label, unit string, value float64) {
	*f = append(*f, Figure{key, label, unit, value})
}

// Get is the value of a figure.
func (f Figures) Get(key string) (value float64, ok bool) {
	for i := range f {
		if f[i].Key == key {
			return f[i].Value, true
		}
	}
	return 0, false
}

// MarshalJSON is an object of numbers.
func (f Figures) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	for i := range f {
		value, err := json.Marshal(rounded(f[i].Value))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f[i].Key, err)
		}
		fmt.Fprintf(&b, ",%q:%s", f[i].Key, value)
	}
	if b.Len() == 0 {
		return []byte("{}"), nil
	}
	return append(append([]byte{'{'}, b.Bytes()[1:]...), '}'), nil
}

// rounded keeps four digits, which is more than any of them is good for.
func rounded(v float64) float64 {
	if v == 0 || math.Abs(v) >= 1000 {
		return math.Round(v)
	}
	v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', 4, 64), 64)
	return v
}

// Text is the value with its unit, for people: at least three digits.
func (f Figure) Text() string {
	text := number(f.Value)
	if f.Unit != "" {
		text += " " + f.Unit
	}
	return text
}

// number writes v with three digits that mean something, and thousands apart.
func number(v float64) string {
	switch a := math.Abs(v); {
	case a >= 100:
		return thousands(strconv.FormatFloat(v, 'f', 0, 64))
	case a >= 10:
		return strconv.FormatFloat(v, 'f', 1, 64)
	case a >= 1:
		return strconv.FormatFloat(v, 'f', 2, 64)
	case v == 0:
		return "0"
	}
	return strconv.FormatFloat(v, 'f', 3, 64)
}

func thousands(digits string) string {
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + " " + digits[i:]
	}
	return digits
}

// Spread is a figure of several rounds.
type Spread struct {
	Median float64 `json:"median"`
	Least  float64 `json:"least"`
	Most   float64 `json:"most"`
}

// spreadOf is the spread of values, of which there is at least one.
func spreadOf(values []float64) Spread {
	v := slices.Sorted(slices.Values(values))
	n := len(v)
	return Spread{rounded((v[(n-1)/2] + v[n/2]) / 2), rounded(v[0]), rounded(v[n-1])}
}

// Row is a figure over all rounds: of the server, of the peer when there is one, and the first divided by the
// second, round by round.
type Row struct {
	Figure `json:"-"` // its value is the server's median
	Server Spread     `json:"server"`
	Peer   *Spread    `json:"peer,omitempty"`
	Ratio  *Spread    `json:"ratio,omitempty"`
}

// Rows puts the figures of rounds side by side. peer is nil, or has as many rounds.
func Rows(server, peer []Figures) []Row {
	var rows []Row
	for _, f := range server[0] {
		own, other, ratios := []float64{}, []float64{}, []float64{}
		for i := range server {
			v, ok := server[i].Get(f.Key)
			if !ok {
				continue
			}
			own = append(own, v)
			if i >= len(peer) {
				continue
			}
			if p, ok := peer[i].Get(f.Key); ok {
				other = append(other, p)
				if p != 0 {
					ratios = append(ratios, v/p)
				}
			}
		}
		r := Row{Figure: f, Server: spreadOf(own)}
		r.Value = r.Server.Median
		if len(other) > 0 {
			s := spreadOf(other)
			r.Peer = &s
		}
		if len(ratios) > 0 {
			s := spreadOf(ratios)
			r.Ratio = &s
		}
		rows = append(rows, r)
	}
	return rows
}

// slope is the b of the line a + b·x that is nearest to the points (least squares); 0 for fewer
// than two.
func slope(points [][2]float64) float64 {
	var n, sx, sy, sxx, sxy float64
	for _, p := range points {
		n, sx, sy, sxx, sxy = n+1, sx+p[0], sy+p[1], sxx+p[0]*p[0], sxy+p[0]*p[1]
	}
	d := n*sxx - sx*sx
	if d == 0 {
		return 0
	}
	return (n*sxy - sx*sy) / d
}

// seconds are s seconds.
func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// between refuses a value of a flag outside of its bounds.
func between[T cmp.Ordered](name string, value, least, most T) error {
	if value < least || value > most {
		return fmt.Errorf("--%s is %v; it can be %v to %v", name, value, least, most)
	}
	return nil
}
