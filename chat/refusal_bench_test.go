package chat_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"jim/chat"
)

// BenchmarkRefusals tries wrong passwords for a name that somebody has and, in turn, for one that nobody has, and
// reports how long each takes to be refused, and by how many standard errors the two differ (Welch): beyond 3 there
// would be something to be learned from it. -benchtime 10000x compares ten thousand.
func BenchmarkRefusals(b *testing.B) {
	h := newHouse(b, chat.Options{NoLimits: true})
	defer h.close()
	ann := h.connect(newPipe(16))
	ann.say(`{"action":"register","jim":2,"user":{"account_name":"ann","password":"correct horse battery"}}`)
	ann.hears(`"response":20`)
	var guess *guest
	var known, unknown sample
	for i := 0; b.Loop(); i++ {
		if i%200 == 0 { // nobody may guess for longer than a minute
			if guess != nil {
				guess.pipe.Close()
			}
			guess = h.connect(newPipe(16))
		}
		name, of := "ann", &known
		if i%2 == 1 {
			name, of = fmt.Sprint("nobody", i), &unknown
		}
		began := time.Now()
		guess.say(`{"action":"presence","jim":2,"user":{"account_name":%q,"password":"wrong horse battery"}}`, name)
		guess.hears(`"response":402`)
		of.add(time.Since(began).Seconds() * 1000)
	}
	b.ReportMetric(known.mean(), "known-ms")
	b.ReportMetric(unknown.mean(), "unknown-ms")
	b.ReportMetric((known.mean()-unknown.mean())/math.Sqrt(known.error2()+unknown.error2()), "standard-errors")
}

// sample is some measurements.
type sample struct{ n, sum, squares float64 }

func (s *sample) add(x float64) { s.n, s.sum, s.squares = s.n+1, s.sum+x, s.squares+x*x }

func (s *sample) mean() float64 { return s.sum / s.n }

// error2 is the square of the mean's standard error.
func (s *sample) error2() float64 {
	return (s.squares - s.sum*s.sum/s.n) / (s.n - 1) / s.n
}
