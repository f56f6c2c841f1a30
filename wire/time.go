package wire

import (
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Time is an instant in microseconds since 1970. It travels as seconds with
// milliseconds: 1763.5. It informs; order is seq, never the clock.
type Time int64

// At is t as it travels.
func At(t time.Time) Time { return Time(t.UnixMicro()) } //tidy:stamp it travels

// Time is t as the standard library has it.
func (t Time) Time() time.Time { return time.UnixMicro(int64(t)) }

func (t Time) append(dst []byte) []byte {
	ms := int64(t) / 1000
	if ms < 0 {
		return append(dst, '0')
	}
	dst = strconv.AppendInt(dst, ms/1000, 10)
	frac := ms % 1000
	if frac == 0 {
		return dst
	}
	dst = append(dst, '.', byte('0'+frac/100), byte('0'+frac/10%10), byte('0'+frac%10))
	for dst[len(dst)-1] == '0' {
		dst = dst[:len(dst)-1]
	}
	return dst
}

// MarshalJSONTo writes t as a number.
func (t Time) MarshalJSONTo(e *jsontext.Encoder) error {
	return e.WriteValue(t.append(make([]byte, 0, 20)))
}

// UnmarshalJSONFrom reads a number; anything else counts as no time, since
// programs of the course send times of every shape.
func (t *Time) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	v, err := d.ReadValue()
	if err != nil {
		return err
	}
	*t = 0
	if v.Kind() != '0' {
		return nil
	}
	f, err := strconv.ParseFloat(string(v), 64)
	if err == nil && f > 0 && f < 1e11 {
		*t = Time(f*1e6 + 0.5)
	}
	return nil
}
