package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"jim/chat"
)

// everything is what a store answers, by question; without what it could not
// answer.
type everything map[string]any

func readEverything(ctx context.Context, s *Store) (everything, error) {
	all := everything{}
	var wrong error
	ask := func(question string, answer any, err error) {
		switch {
		case errors.Is(err, chat.ErrNotFound):
			all[question] = err // which is an answer too
		case err != nil:
			wrong = errors.Join(wrong, err)
		default:
			all[question] = answer
		}
	}
	accounts, err := s.AccountList(ctx, "", 1000)
	ask("accounts", accounts, err)
	rooms, err := s.RoomList(ctx, "", 1000)
	ask("rooms", rooms, err)
	for id := chat.ConversationID(1); id <= 6; id++ {
		log, err := s.Log(ctx, id, 0, 0, 1000, false)
		ask(fmt.Sprint("log of ", id), log, err)
		log, err = s.Log(ctx, id, 0, 0, 3, true)
		ask(fmt.Sprint("newest of ", id), log, err)
		members, err := s.Members(ctx, id, "", 1000)
		ask(fmt.Sprint("members of ", id), members, err)
	}
	for id := chat.AccountID(1); id <= 5; id++ {
		places, err := s.Memberships(ctx, id)
		ask(fmt.Sprint("places of ", id), places, err)
		contacts, err := s.Contacts(ctx, id)
		ask(fmt.Sprint("contacts of ", id), contacts, err)
		tokens, err := s.Tokens(ctx, id)
		ask(fmt.Sprint("tokens of ", id), tokens, err)
	}
	for _, name := range []string{"ann", "bob", "ира", "李雷", "eve"} {
		a, err := s.Account(ctx, name)
		ask("account "+name, a, err)
	}
	return all, wrong
}

// within tells whether all that was answered is what e says.
func (got everything) within(e everything) bool {
	for question, answer := range got {
		if !reflect.DeepEqual(answer, e[question]) {
			return false
		}
	}
	return true
}

// lived fills a store with a few of everything and calls each after every change.
func lived(t testing.TB, s *Store, each func()) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		each()
	}
	back := make(chan *chat.Entry, 10)
	s.Start(func(group []*chat.Entry) {
		for _, e := range group {
			back <- e
		}
	}, func(err error) { t.Error(err) })
	var who []chat.Account
	for _, name := range []string{"ann", "bob", "ира", "李雷", "eve"} {
		a, err := s.AddAccount(t.Context(), chat.Account{Name: name, Key: name, UID: -1, Password: "$argon2id$" + name})
		must(err)
		who = append(who, a)
		_, err = s.AddToken(t.Context(), chat.Token{Account: a.ID, Hash: [32]byte{byte(a.ID)}, Device: "laptop"})
		must(err)
		must(s.AddContact(t.Context(), a.ID, who[0].ID))
	}
	var where []chat.ConversationID
	for _, name := range []string{"#ops", "#tea", "#дом", "#家"} {
		v, err := s.AddRoom(t.Context(), name, name)
		must(err)
		where = append(where, v.ID)
	}
	direct, err := s.Direct(t.Context(), who[0].ID, who[1].ID)
	must(err)
	where = append(where, direct.ID)
	keep := func(e chat.Entry) {
		s.Keep(&e)
		must((<-back).Err)
	}
	for i, v := range where[:4] {
		keep(chat.Entry{Conversation: v, Kind: chat.RoomOpened, From: who[i].ID, Text: "about " + strconv.Itoa(i)})
	}
	for i := range 60 {
		text := fmt.Sprint("message ", i, " ", strings.Repeat("привет 你好 hi ", i%7))
		if i%20 == 10 {
			text += strings.Repeat("a long one ", 1200) // overflows its page
		}
		keep(chat.Entry{Conversation: where[i%5], Kind: chat.Said, From: who[i%4].ID, ID: fmt.Sprint("k", i), Text: text})
	}
	must(s.SetRead(t.Context(), who[0].ID, where[0], 3))
}

// livedOn adds a little to a store that has lived, and calls each after every change.
func livedOn(t testing.TB, s *Store, each func()) {
	t.Helper()
	back := make(chan *chat.Entry, 1)
	s.Start(func(group []*chat.Entry) { back <- group[0] }, func(err error) { t.Error(err) })
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		each()
	}
	zoe, err := s.AddAccount(t.Context(), chat.Account{Name: "zoe", Key: "zoe", UID: -1})
	must(err)
	tea, err := s.AddRoom(t.Context(), "#late", "#late")
	must(err)
	for i, e := range []chat.Entry{{Kind: chat.RoomOpened, Text: "про чай"}, {Text: strings.Repeat("a long one ", 500)}, {Text: "茶"}} {
		e.Conversation, e.From, e.ID = tea.ID, zoe.ID, fmt.Sprint("z", i)
		if i > 0 {
			e.Kind = chat.Said
		}
		s.Keep(&e)
		must((<-back).Err)
	}
	must(s.SetRead(t.Context(), zoe.ID, tea.ID, 2))
}

// examined opens a damaged folder and reads everything.
func examined(t *testing.T, dir string) (everything, error) {
	s, err := Open(t.Context(), dir, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	all, err := readEverything(t.Context(), s)
	return all, errors.Join(err, s.Close())
}

// TestDamagedDatabase flips bits of a database that was closed, and cuts it: it
// must say so, and never tell anything else than what was kept.
func TestDamagedDatabase(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, dir)
	lived(t, s, func() {})
	want, err := readEverything(t.Context(), s)
	if err != nil || s.Close() != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(filepath.Join(dir, FileName))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := examined(t, dir); err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("undamaged: %v", err)
	}
	refused := 0
	harm{bits: 9973, head: headerBytes, headBits: 7, sectors: 1}.each(t, good, func(name string, bad []byte) {
		got, err := damagedFolder(t, map[string][]byte{FileName: bad})
		switch {
		case !got.within(want):
			t.Errorf("%s: other content was told", name)
		case err != nil && !errors.Is(err, ErrDamaged):
			t.Errorf("%s: %v", name, err)
		case err != nil:
			refused++
		}
	})
	t.Logf("%d refused", refused)
	if refused == 0 {
		t.Error("nothing was refused")
	}
}

func damagedFolder(t *testing.T, files map[string][]byte) (everything, error) {
	t.Helper()
	dir, err := os.MkdirTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	defer os.RemoveAll(dir)
	return examined(t, dir)
}

// TestCheckRead asks for what SQLite would take for whole.
func TestCheckRead(t *testing.T) {
	header := make([]byte, pageBytes)
	header[reservedAt] = reservedSums
	copy(header[appIDAt:], "JIM2")
	bare := bytes.Clone(header)
	bare[reservedAt] = 0
	old := make([]byte, pageBytes)
	for _, c := range []struct {
		name    string
		page    []byte
		n       int
		off     int64
		damaged bool
	}{
		{"a page", header, pageBytes, 0, false},
		{"a header", header[:headerBytes], headerBytes, 0, false},
		{"behind the end", header, 0, 4 * pageBytes, false},
		{"half a page", header, 1536, pageBytes, true},
		{"half a first page", header, 512, 0, true},
		{"a mark without sums", bare, pageBytes, 0, true},
		{"a mark without sums in the header", bare[:headerBytes], headerBytes, 0, true},
		{"no mark further on", bare, pageBytes, pageBytes, false},
		{"neither mark nor sums", old, pageBytes, 0, false},
	} {
		if err := checkRead(c.page, c.n, c.off); (err != nil) != c.damaged {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
