// Package jim_test holds the law of the house as tests: what may import what, how long things may
// be, what the documents promise. It looks at the whole repository.
package jim_test

import (
	"testing"

	"jim/tidy"
)

// floors is the import table: imports only go down, and rooms on one floor never meet. Besides what
// a row names, a folder may import the standard library; its tests may import anything that is not
// in NoTests. A new module goes into docs/decisions first.
var floors = tidy.Table{
	// floor 1: what travels
	"wire": {
		Others: []string{"github.com/go-json-experiment/json"},
		NotStd: []string{"net", "os", "database/sql"},
	},

	"printable": {},
	"lastword":  {},
	"startlog":  {Others: []string{"github.com/go-json-experiment/json"}},
	// beside it: what a chat's clients lived through, whatever the chat is made of
	"history": {Ours: []string{"wire"}},

	// floor 2: what lives, and who talks to it
	"chat": {
		Ours:   []string{"lastword", "wire"},
		Others: []string{"golang.org/x/crypto", "golang.org/x/text"},
		NotStd: []string{"net", "os", "database/sql", "syscall"},
		ButStd: []string{"net/netip"},
	},
	"client": {
		Ours:   []string{"wire"},
		Others: []string{"github.com/coder/websocket", "github.com/go-json-experiment/json", "github.com/quic-go/quic-go"},
	},

	// floor 3: how it gets in, where it is kept, and how it is measured
	"listen": {
		Ours:    []string{"chat", "lastword", "wire"},
		Others:  []string{"github.com/gobwas/ws", "github.com/quic-go/quic-go", "golang.org/x/crypto", "golang.org/x/sys"},
		NotStd:  []string{"database/sql"},
		NoTests: []string{"store"},
	},
	"lines": {
		Ours:    []string{"chat", "printable", "wire"},
		Others:  []string{"github.com/go-json-experiment/json"},
		NotStd:  []string{"database/sql", "os", "syscall"},
		NoTests: []string{"listen", "store"},
	},
	"store": {
		Ours:    []string{"chat", "lastword", "wire"},
		Others:  []string{"github.com/ncruces/go-sqlite3", "golang.org/x/sys"},
		NotStd:  []string{"net"},
		ButStd:  []string{"net/url"}, // SQLite names its files by URI
		NoTests: []string{"listen"},
	},
	"dialect": {
		Ours:   []string{"chat", "wire"},
		Others: []string{"github.com/go-json-experiment/json"},
		NotStd: []string{"net", "os", "database/sql"},
	},
	"store/storetest": {Ours: []string{"chat", "wire"}, Kit: true},
	"store/ram":       {Ours: []string{"chat", "wire"}, Kit: true},
	"bench":           {Ours: []string{"client", "wire"}},
	"torture": {
		Ours:   []string{"chat", "client", "history", "startlog", "store", "wire"},
		Others: []string{"github.com/coder/websocket", "github.com/go-json-experiment/json"},
	},
	"check": {
		Ours:   []string{"client", "wire"},
		Others: []string{"github.com/go-json-experiment/json"},
		NotStd: []string{"database/sql"},
	},
	"check/lesson": {Ours: []string{"check"}},
	"lab":          {Ours: []string{"printable", "wire"}, Others: []string{"golang.org/x/sys"}},
	"tap":          {Ours: []string{"check", "client"}},
	"web":          {},

	// floor 4: where the rooms meet
	"cmd/jim": {Ours: []string{"*"}, Others: []string{"*"}},

	// beside the house: what only tests use
	"sim":  {Ours: []string{"chat", "history", "store/ram", "wire"}, Kit: true},
	"talk": {Ours: []string{"*"}, Others: []string{"*"}, Kit: true},
	"tidy": {Kit: true},

	"tcptest": {Kit: true},

	// what draws the pictures of the documents; a module of its own
	"tools": {},

	// a browser, driven: it knows nothing of what it looks at
	"web/browser": {Others: []string{"github.com/go-json-experiment/json"}, Kit: true},
}

// law is every rule that holds here.
var law = []struct {
	name string
	rule tidy.Rule
}{
	{"imports only go down", tidy.Imports("jim", floors)},
	{"functions have 60 lines at most", tidy.Functions(60)},
	{"files have 400 lines at most", tidy.Files(400)},
	{"tests wait for events", tidy.Sleeps("talk", "sim", "store/storetest", "web/browser")},
	{"nothing is timed by the clock on the wall", tidy.Stamps()},
	{"exported names are documented", tidy.Documented()},
	{"packages say what they are for", tidy.PackageComments()},
	{"interfaces stand at seams only", tidy.Interfaces("chat", "Conn", "Eager", "Leaver", "Store", "Accounts", "Conversations", "Bus")},
	{"names say what is inside", tidy.Names(
		"util", "utils", "common", "helper", "helpers", "manager", "managers", "misc",
		"mock", "mocks", "model", "models", "service", "services", "shared",
	)},
	{"nothing is only promised", tidy.Words("TO"+"DO", "FIX"+"ME", "X"+"XX", "HA"+"CK")},
	{"no path is of one machine", tidy.MachinePaths()},
	{"links lead somewhere", tidy.Links()},
	{"decisions are in their index", tidy.Indexed("docs/decisions")},
	{"modules were decided on", tidy.Decided("docs/decisions")},
	{"documents are there", tidy.Present(map[string]string{
		"LICENSE":                          `^MIT License`,
		"README.md":                        `(?m)^# `,
		"README.ru.md":                     `(?m)^# `,
		"README.zh.md":                     `(?m)^# `,
		"CONTRIBUTING.md":                  `(?m)^# `,
		"CHANGELOG.md":                     `(?m)^## \S*\d+\.\d+\.\d+|(?m)^## Unreleased`,
		"docs/protocol.md":                 `(?m)^# `,
		"docs/decisions/README.md":         `(?m)^# `,
		"docs/decisions/0001-the-house.md": `(?m)^# `,
	})},
}

func TestHouseRules(t *testing.T) {
	tree, err := tidy.Tree(".")
	if err != nil {
		t.Fatal(err)
	}
	if len(tree) == 0 {
		t.Fatal("found no files")
	}
	for _, l := range law {
		t.Run(l.name, func(t *testing.T) {
			for _, fault := range l.rule(tree) {
				t.Error(fault)
			}
		})
	}
}
