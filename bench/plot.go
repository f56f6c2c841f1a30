package bench

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

// curve is one line of a plot: a figure over the rate.
type curve struct {
	key, name string
	dot       rune
	color     string
}

var curves = []curve{
	{"latency_p999_ms", "p99.9", '∗', "#b0b0b0"},
	{"latency_p99_ms", "p99", '○', "#c2410c"},
	{"latency_p50_ms", "p50", '●', "#1d4ed8"},
}

// scale maps values to 0…1 by their logarithm.
type scale struct{ low, high float64 }

// decades is the scale from the power of ten below all values to that above.
func decades(values []float64) scale {
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if v > 0 {
			low, high = min(low, v), max(high, v)
		}
	}
	if low > high {
		return scale{0, 1}
	}
	s := scale{math.Floor(math.Log10(low)), math.Ceil(math.Log10(high))}
	if s.low == s.high {
		s.high++
	}
	return s
}

func (s scale) at(v float64) float64 {
	if v <= 0 {
		return 0
	}
	return min(max((math.Log10(v)-s.low)/(s.high-s.low), 0), 1)
}

// valuesOf are all that the curves show.
func valuesOf(points []Point) (values []float64) {
	for _, p := range points {
		for _, c := range curves {
			if v, ok := p.Figures.Get(c.key); ok {
				values = append(values, v)
			}
		}
	}
	return values
}

// rows is the height of a plot in a terminal.
const rows = 12

// Plot draws latency over the rate with characters; both axes are logarithmic.
func Plot(w io.Writer, points []Point) error {
	const column = 10 // characters for each rate
	y := decades(valuesOf(points))
	grid := make([][]rune, rows+1)
	for i := range grid {
		grid[i] = []rune(strings.Repeat(" ", column*len(points)))
	}
	for i, p := range points {
		for k, c := range curves {
			if v, ok := p.Figures.Get(c.key); ok {
				grid[rows-int(math.Round(y.at(v)*rows))][i*column+column/2+k-1] = c.dot
			}
		}
	}
	var b strings.Builder
	b.WriteString("  latency, ms:")
	for _, c := range slices.Backward(curves) {
		fmt.Fprintf(&b, "  %c %s", c.dot, c.name)
	}
	b.WriteByte('\n')
	for i, line := range grid {
		fmt.Fprintf(&b, "%8s ┤%s\n", y.label(rows-i), strings.TrimRight(string(line), " "))
	}
	fmt.Fprintf(&b, "%8s └%s\n%10s", "", strings.Repeat("─", column*len(points)), "")
	for _, p := range points {
		text := thousands(fmt.Sprint(p.Rate))
		left := (column - len(text)) / 2
		fmt.Fprintf(&b, "%*s%s%*s", left, "", text, column-left-len(text), "")
	}
	_, err := io.WriteString(w, strings.TrimRight(b.String(), " ")+"\n  messages a second\n")
	return err
}

// label is what stands at a row: a power of ten, where one is nearest to it.
func (s scale) label(row int) string {
	for exp := s.low; exp <= s.high; exp++ {
		if int(math.Round((exp-s.low)/(s.high-s.low)*rows)) == row {
			return fmt.Sprintf("%g", math.Pow(10, exp))
		}
	}
	return ""
}
