package torture

import (
	"strings"
	"testing"
	"time"
)

func TestFrailObeys(t *testing.T) {
	f := NewFrail()
	var obeyed []string
	err := f.Obey(strings.NewReader("full\nfree\nsync -wal\nclock -31536000\n"), func(o string) { obeyed = append(obeyed, o) })
	if err != nil || len(obeyed) != 4 {
		t.Fatalf("%v, %v", obeyed, err)
	}
	if off := time.Until(f.Now()).Hours() / 24; off < -366 || off > -364 {
		t.Errorf("the clock is %v days off", off)
	}
}

func TestFrailRefusesWhatItDoesNotUnderstand(t *testing.T) {
	for _, wrong := range []string{"", "fill", "sync", "full up", "clock", "clock soon", "clock 99999999999", "clock -99999999999"} {
		err := NewFrail().Obey(strings.NewReader(wrong+"\n"), func(string) { t.Errorf("%q is obeyed", wrong) })
		if err == nil {
			t.Errorf("%q is understood", wrong)
		}
	}
}
