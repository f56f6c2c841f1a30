//go:build unix

package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// keepHistories saves what jim torture has kept in the folder of a script that fails: what it found may not come
// again, and the folder goes.
func keepHistories(e *testscript.Env) {
	e.Defer(func() {
		if t, ok := e.T().(interface{ Failed() bool }); !ok || !t.Failed() {
			return
		}
		_ = filepath.WalkDir(e.WorkDir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !strings.HasPrefix(d.Name(), "history-") {
				return nil // the rest may still be there
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return nil
			}
			f, err := os.CreateTemp("", "jim-torture-*-"+d.Name())
			if err != nil {
				return nil
			}
			defer f.Close()
			_, err = f.Write(text)
			e.T().Log("kept", f.Name(), err)
			return nil
		})
	})
}
