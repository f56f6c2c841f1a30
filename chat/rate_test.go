package chat

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// The guide for operators tells the rates that hold.
func TestOperatorsAreToldTheRates(t *testing.T) {
	guide, err := os.ReadFile("../docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	for what, r := range map[string]rate{
		"messages of one account": sayRate, "its `typing`": passingRate, "its other requests": askRate,
		"wrong passwords from one address for one name": failNameRate, "wrong logins from one address": failHostRate,
		"new guests from one address": guestRate, "names registered from one address": registerRate,
	} {
		then := fmt.Sprintf("%d a second", time.Second/r.every)
		if r.every > time.Second {
			then = fmt.Sprintf("1 every %d s", r.every/time.Second)
		}
		if row := fmt.Sprintf("| %s | %v | %s |", what, r.burst, then); !strings.Contains(string(guide), row) {
			t.Errorf("docs/operating.md does not say %s", row)
		}
	}
}
