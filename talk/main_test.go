package talk

import (
	"flag"
	"os"
	"testing"
)

// Conversations mostly wait, so more of them run side by side than there are
// processors.
func TestMain(m *testing.M) {
	flag.Parse()
	const sideBySide = "16"
	if err := flag.Set("test.parallel", sideBySide); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}
