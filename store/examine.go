package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/ncruces/go-sqlite3"
)

// Problem is a kind of thing that can be wrong with a database.
type Problem string

// The problems that [Examine] knows.
const (
	BadPages   Problem = "pages"      // pages whose checksum is another one
	BadTrees   Problem = "trees"      // what refers to what inside of the file is wrong
	BadLinks   Problem = "references" // rows that refer to rows that are not there
	BadNumbers Problem = "numbers"    // a conversation in which numbers are missing
	Unreadable Problem = "unreadable" // it cannot be opened at all
	LostTail   Problem = "tail"       // the end of the write-ahead log cannot be read; nobody need have been told of it
	NoSums     Problem = "sums"       // it has no checksums yet; the next start gives it some
	NewSchema  Problem = "schema"     // a newer program has written it
)

// Found is a problem, and where it is, in words for whoever knows SQLite.
type Found struct {
	Problem Problem
	Where   string
}

// Examined is what [Examine] saw of a database.
type Examined struct {
	Running   bool // a server has the folder
	None      bool // there is no database
	Schema    int  // version of the database; Known is that of this program
	Known     int
	Bytes     int64
	Inventory Inventory
	Found     []Found
}

func (e *Examined) found(p Problem, where string, args ...any) {
	e.Found = append(e.Found, Found{p, fmt.Sprintf(where, args...)})
}

// Examine reads all of the database in the folder dir and tells what is wrong
// with it. It changes nothing, and may be used beside a server that runs; then it
// sees what was committed when it began. It takes as long as reading the file does,
// twice. An error means that it could not look; a damaged database is none.
//
// It fails with [ErrInUse] while a restore has the folder.
func Examine(ctx context.Context, dir string) (*Examined, error) {
	e, err := examine(ctx, dir)
	return e, outcome(err)
}

func examine(ctx context.Context, dir string) (*Examined, error) {
	e := &Examined{Known: len(migrations())}
	o, err := lookAt(ctx, dir)
	switch {
	case errors.Is(err, ErrDamaged):
		e.found(Unreadable, "%v", err)
		return e, nil
	case errors.Is(err, os.ErrNotExist):
		e.None = true
		return e, nil
	case err != nil:
		return nil, err
	}
	defer o.close()
	e.Running = o.lock == nil
	if o.left.lost > 0 {
		e.found(LostTail, "%d frames", o.left.lost)
	}
	if err := e.readPages(ctx, o.file, o.left.pages); err != nil {
		return nil, err
	}
	if err := e.ask(o); damaged(err) {
		e.found(Unreadable, "%v", o.disk.explain(err))
	} else if err != nil {
		return nil, err
	}
	return e, nil
}

// readPages compares the sum of every page in the database file, of those in use
// and of the others, but not of those that are in a log to be read before. A page
// may be written at the same time, so a wrong one is read again.
func (e *Examined) readPages(ctx context.Context, file string, logged map[uint32]bool) error {
	has, err := header(file)
	if err != nil {
		return err
	}
	if !has {
		e.found(NoSums, "%s", FileName)
		return nil
	}
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	var page [pageBytes]byte
	var wrong []string
	for n := int64(0); ; n++ {
		if n%256 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		read, err := f.ReadAt(page[:], n*pageBytes)
		if read == 0 && errors.Is(err, io.EOF) {
			break
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		for again := 0; again < 3 && !whole(page[:read]); again++ {
			read, _ = f.ReadAt(page[:], n*pageBytes)
		}
		e.Bytes += int64(read)
		if !whole(page[:read]) && !logged[uint32(n+1)] {
			wrong = append(wrong, fmt.Sprint(n+1))
		}
	}
	if len(wrong) > 0 {
		e.found(BadPages, "%d of %d: %s", len(wrong), (e.Bytes+pageBytes-1)/pageBytes, strings.Join(wrong[:min(len(wrong), 20)], " "))
	}
	return nil
}

// ask has SQLite look at what is in the pages.
func (e *Examined) ask(o *onlooker) error {
	var err error
	if e.Schema, err = o.schema(); err != nil {
		if errors.Is(err, ErrNewer) {
			e.found(NewSchema, "%d > %d", e.Schema, e.Known)
			err = nil
		}
		return err
	}
	if e.Schema == 0 { // the first start was cut off, or it is none of ours
		return o.c.ours()
	}
	err = o.c.rows(func(st *sqlite3.Stmt) {
		if said := st.ColumnText(0); said != "ok" {
			e.found(BadTrees, "%s", said)
		}
	}, `PRAGMA integrity_check(10)`)
	if err != nil {
		return err
	}
	err = o.c.rows(func(st *sqlite3.Stmt) {
		e.found(BadLinks, "%s → %s", st.ColumnText(0), st.ColumnText(2))
	}, `SELECT DISTINCT * FROM pragma_foreign_key_check LIMIT 10`)
	if err != nil {
		return err
	}
	for _, q := range questions {
		err := o.c.rows(func(st *sqlite3.Stmt) { e.found(q.problem, "%s", st.ColumnText(0)) }, q.sql+` LIMIT 10`)
		if err != nil {
			return err
		}
	}
	e.Inventory, err = o.inventory()
	return err
}

// questions are what SQLite does not ask by itself: whether what belongs together is
// there. Nothing deletes entries, so the numbers of a conversation are 1 to the newest.
// Whether the newest are there, the log cannot say; what may know of them is how far
// somebody has read, who is a member, and the topic.
var questions = []struct {
	problem Problem
	sql     string // its first column says where
}{
	{BadLinks, `SELECT 'log → conversation ' || conv FROM (SELECT DISTINCT conv FROM log) WHERE conv NOT IN (SELECT id FROM conversation)`},
	{BadLinks, `SELECT 'log → account ' || sender FROM (SELECT DISTINCT sender FROM log) WHERE sender NOT IN (SELECT id FROM account)`},
	{BadNumbers, `SELECT 'conversation ' || conv || ': ' || count(*) || ' of ' || max(seq) FROM log GROUP BY conv HAVING count(*) <> max(seq) OR min(seq) < 1`},
	{BadNumbers, `SELECT 'conversation ' || conv || ': ' || last || ' of ' || read
		FROM (SELECT conv, max(read) AS read, (SELECT coalesce(max(seq), 0) FROM log WHERE log.conv = member.conv) AS last FROM member GROUP BY conv)
		WHERE read > last`},
	// max() alone beside other columns has those of its row (https://sqlite.org/lang_select.html#bareagg)
	{BadNumbers, `WITH room AS (SELECT id FROM conversation WHERE key IS NOT NULL),
		changed AS (SELECT conv, sender, kind, max(seq) FROM log WHERE kind IN (2, 3, 5) AND conv IN room GROUP BY conv, sender),
		said AS (SELECT conv, sender AS account FROM changed WHERE kind <> 3),
		is_so AS (SELECT conv, account FROM member WHERE conv IN room)
		SELECT 'conversation ' || conv || ': member ' || account
		FROM (SELECT * FROM (SELECT * FROM said EXCEPT SELECT * FROM is_so) UNION SELECT * FROM (SELECT * FROM is_so EXCEPT SELECT * FROM said))`},
	{BadNumbers, `SELECT 'conversation ' || conversation.id || ': topic' FROM conversation
		WHERE key IS NOT NULL AND topic <> coalesce((SELECT text FROM log WHERE conv = conversation.id AND kind IN (4, 5) ORDER BY seq DESC LIMIT 1), '')`},
}

// whole tells whether the sum of a page is right.
func whole(page []byte) bool {
	return len(page) == pageBytes && pageSum(page) == [reservedSums]byte(page[pageBytes-reservedSums:])
}
