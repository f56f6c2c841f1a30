package bench

import (
	"fmt"
	"html"
	"io"
	"math"
	"strings"
)

// The size of the picture, and what is left free around the plot.
const (
	svgWidth, svgHeight                  = 760, 420
	svgLeft, svgRight, svgTop, svgBottom = 64, 70, 54, 56
)

// SVG draws what [Plot] does as a picture. under is a line below it, such as the machine.
func SVG(w io.Writer, points []Point, under string) error {
	var rates []float64
	for _, p := range points {
		rates = append(rates, float64(p.Rate))
	}
	x, y := decades(rates), decades(valuesOf(points))
	px := func(rate float64) float64 { return svgLeft + x.at(rate)*(svgWidth-svgLeft-svgRight) }
	py := func(v float64) float64 { return svgHeight - svgBottom - y.at(v)*(svgHeight-svgTop-svgBottom) }

	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="system-ui, sans-serif" font-size="12">`+"\n", svgWidth, svgHeight)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#ffffff"/>`+"\n", svgWidth, svgHeight)
	fmt.Fprintf(&b, `<text x="%d" y="26" font-size="16" fill="#111">Latency over load</text>`+"\n", svgLeft)
	svgAxis(x, func(v float64, text string) {
		fmt.Fprintf(&b, `<line x1="%.1f" y1="%d" x2="%.1f" y2="%d" stroke="#ddd"/><text x="%.1f" y="%d" text-anchor="middle" fill="#555">%s</text>`+"\n",
			px(v), svgTop, px(v), svgHeight-svgBottom, px(v), svgHeight-svgBottom+16, text)
	})
	svgAxis(y, func(v float64, text string) {
		fmt.Fprintf(&b, `<line x1="%d" y1="%.1f" x2="%d" y2="%.1f" stroke="#ddd"/><text x="%d" y="%.1f" text-anchor="end" fill="#555">%s ms</text>`+"\n",
			svgLeft, py(v), svgWidth-svgRight, py(v), svgLeft-6, py(v)+4, text)
	})
	for _, c := range curves {
		svgCurve(&b, c, points, px, py)
	}
	fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="middle" fill="#555">messages a second</text>`+"\n", (svgLeft+svgWidth-svgRight)/2, svgHeight-svgBottom+32)
	fmt.Fprintf(&b, `<text x="%d" y="%d" font-size="10" fill="#777">%s</text>`+"\n</svg>\n", 8, svgHeight-8, html.EscapeString(under))
	_, err := io.WriteString(w, b.String())
	return err
}

// svgAxis draws a line at 1, 2 and 5 of each power of ten.
func svgAxis(s scale, draw func(v float64, text string)) {
	for exp := s.low; exp <= s.high; exp++ {
		for _, step := range []float64{1, 2, 5} {
			if v := step * math.Pow(10, exp); math.Log10(v) <= s.high {
				draw(v, fmt.Sprintf("%g", v))
			}
		}
	}
}

// svgCurve draws a curve, its dots, and its name behind the last.
func svgCurve(b *strings.Builder, c curve, points []Point, px, py func(float64) float64) {
	var line, dots strings.Builder
	var lastX, lastY float64
	for _, p := range points {
		v, ok := p.Figures.Get(c.key)
		if !ok {
			continue
		}
		lastX, lastY = px(float64(p.Rate)), py(v)
		fmt.Fprintf(&line, "%.1f,%.1f ", lastX, lastY)
		fmt.Fprintf(&dots, `<circle cx="%.1f" cy="%.1f" r="3" fill="%s"><title>%d/s: %s %s ms</title></circle>`+"\n", lastX, lastY, c.color, p.Rate, c.name, number(v))
	}
	if line.Len() == 0 {
		return
	}
	fmt.Fprintf(b, `<polyline points="%s" fill="none" stroke="%s" stroke-width="2"/>`+"\n%s", strings.TrimSpace(line.String()), c.color, dots.String())
	fmt.Fprintf(b, `<text x="%.1f" y="%.1f" fill="%s">%s</text>`+"\n", lastX+8, lastY+4, c.color, c.name)
}
