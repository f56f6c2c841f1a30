package main

import (
	"runtime/debug"
	"testing"
)

func TestSQLiteVersion(t *testing.T) {
	for module, want := range map[string]string{
		"v6.3.35304": "3.53.4", "v7.0.40000": "4.0.0", "v6.3": "", "v6.3.7": "", "v6.3.4-rc1": "", "": "",
	} {
		if got := sqliteVersion(module); got != want {
			t.Errorf("%q is %q, want %q", module, got, want)
		}
	}
}

func TestBuildInfo(t *testing.T) {
	info := &debug.BuildInfo{
		Main:     debug.Module{Version: "v0.3.0"},
		Deps:     []*debug.Module{{Path: "github.com/ncruces/go-sqlite3-wasm/v6", Version: "v6.3.35304"}},
		Settings: []debug.BuildSetting{{Key: "vcs.modified", Value: "true"}, {Key: "vcs.revision", Value: "abc"}},
	}
	var b build
	b.read(info)
	if b.Version != "v0.3.0" || b.Commit != "abc+changes" || b.SQLite != "3.53.4" {
		t.Errorf("%+v", b)
	}
	b = build{Version: "1.2.3"} // a release says its own
	b.read(&debug.BuildInfo{Main: debug.Module{Version: "(devel)"}, Settings: []debug.BuildSetting{{Key: "vcs.modified", Value: "true"}}})
	if b.Version != "1.2.3" || b.Commit != "" {
		t.Errorf("%+v", b)
	}
}
