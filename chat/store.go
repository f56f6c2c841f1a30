package chat

import (
	"context"
	"errors"

	"jim/wire"
)

// AccountID is an account for ever; names point to it.
type AccountID int64

// ConversationID is a room or a direct conversation for ever.
type ConversationID int64

// Account is somebody with a name.
type Account struct {
	ID       AccountID
	Name     string // as its owner writes it
	Key      string // the name as it is compared; unique
	Password string // PHC string of argon2id; "" = none
	UID      int    // the UNIX user whose login it is; -1 = nobody
	Owner    bool   // may do everything here
	Disabled bool   // may do nothing here
	Created  wire.Time
}

// Registered tells whether the name belongs to somebody, who must prove it.
func (a *Account) Registered() bool { return a.Password != "" || a.UID >= 0 }

// Conversation is a room, or what two people say to each other.
type Conversation struct {
	ID    ConversationID
	Room  string       // "#ops" as its maker wrote it; "" in a direct conversation
	Pair  [2]AccountID // of a direct conversation, the smaller first; the same twice when talking to oneself
	Topic string
	Last  uint64 // seq of its newest entry
}

// Membership is a conversation as one of its members has it.
type Membership struct {
	Conversation
	Peer string // in a direct conversation, the other person's name
	Read uint64 // the member has read up to here
}

// Token is a secret that logs a device in. The secret itself is not kept.
type Token struct {
	ID      int64
	Account AccountID
	Hash    [32]byte // SHA-256 of the secret
	Device  string
	Created wire.Time
	Seen    wire.Time // when it last logged in
}

// EntryKind says what an entry of a log is, and what keeping it changes.
type EntryKind uint8

// The kinds of entries. Their numbers are on disks: never change one.
const (
	Said       EntryKind = 1 // a message
	Joined     EntryKind = 2 // From becomes a member
	Left       EntryKind = 3 // From is no member any more
	TopicSet   EntryKind = 4 // Text is the topic
	RoomOpened EntryKind = 5 // the room's first entry: From made it and is a member, Text is the topic
)

// Entry is one thing to keep in a conversation, and then what was kept.
type Entry struct {
	Conversation ConversationID
	Kind         EntryKind
	From         AccountID
	FromName     string
	ID           string // the client's id; "" = a repeat cannot be told
	Text         string
	Again        bool // keep nothing: find what it repeats, else Err is ErrNotFound

	// Set by the store before it hands the entry back:
	Seq    uint64
	Time   wire.Time
	Repeat bool  // the same was kept before; Seq and Time are those of then
	Err    error // nothing was kept: ErrConflict, ErrFull, ErrNotFound, or a fault

	// The core's own: whom to tell and whom to answer.
	room *Room
	to   string       // in a direct conversation, whom it is said to
	from *Session     // nil = nobody waits
	done func(*Entry) // called before anybody is told; nil = the usual answer
}

// Errors of a store that the core answers in its own words. All others are
// internal.
var (
	ErrNotFound = errors.New("not found")
	ErrExists   = errors.New("exists already")
	ErrAlike    = errors.New("a name that looks the same exists already")
	ErrConflict = errors.New("this id was used for something else")
	ErrFull     = errors.New("no room on the disk")
	ErrChanged  = errors.New("changed by somebody else meanwhile")
)

// Store keeps accounts, conversations and their logs. All methods may be called
// from any goroutine. When a method that changes something returns without an
// error, the change is on stable storage.
type Store interface {
	// Start begins to take entries. kept is called from one goroutine with
	// groups of entries that have been committed or refused, in the order in
	// which they were committed; within a conversation this is the order of seq.
	// fail is called once, when the storage cannot be trusted any more (a
	// failed fsync): nothing is kept after that.
	Start(kept func([]*Entry), fail func(error))

	// Keep queues an entry, waiting while too many wait. Entries of one caller
	// for one conversation are kept in the order of the calls. Every entry comes
	// back through kept exactly once, unless the storage failed.
	//
	// The number of an entry is the next of its conversation: 1, 2, 3 … without
	// gaps. An entry with an ID that the same account has used before is not
	// kept again: it comes back as a Repeat when conversation, kind and text
	// are the same, and with ErrConflict otherwise, for ever.
	// Joined by a member, and Left by somebody who is none, come back as Repeat
	// with the newest Seq of the conversation.
	Keep(e *Entry)

	// Log reads up to limit entries with after < Seq < before (0 = no bound):
	// the oldest of them, or the newest when newest is set; ascending either way.
	Log(ctx context.Context, c ConversationID, after, before uint64, limit int, newest bool) ([]Entry, error)

	// LogName is what all the logs together are called, for clients to say which numbers they have: up to 32
	// letters and digits. It stays the same for ever, but that it is another one since a backup was restored.
	LogName() string

	// Shared is up to which number a conversation is the same in the logs of that name and in these: the numbers
	// behind it were given out to others. 0 where the name is not known, and no bound where it is LogName's.
	Shared(ctx context.Context, name string, c ConversationID) (uint64, error)

	Accounts
	Conversations

	// Close keeps what was queued and closes.
	Close() error
}

// Accounts is the part of a [Store] that knows people.
type Accounts interface {
	Account(ctx context.Context, key string) (Account, error)                    // ErrNotFound
	AccountOf(ctx context.Context, id AccountID) (Account, error)                // ErrNotFound
	AccountOfUID(ctx context.Context, uid int) (Account, error)                  // ErrNotFound
	AccountList(ctx context.Context, after string, limit int) ([]Account, error) // by Key, after that key
	AddAccount(ctx context.Context, a Account) (Account, error)                  // gives the ID; ErrExists, ErrAlike
	// SetPassword makes the password phc that is was until then, and forgets all tokens of the account. ErrChanged when it
	// is another one, as when somebody else was quicker to make the name his.
	SetPassword(ctx context.Context, id AccountID, was, phc string) error
	SetOwner(ctx context.Context, id AccountID, owner bool) error
	SetDisabled(ctx context.Context, id AccountID, disabled bool) error // forgets its tokens when disabled

	// SetUID makes an account the login of a UNIX user, and forgets its tokens; -1 makes it nobody's, and forgets none.
	// ErrChanged when its password is not was.
	SetUID(ctx context.Context, id AccountID, was string, uid int) error

	// Register makes a name somebody's, or changes nothing: it spends the invitation of that hash, where one is given, adds a as
	// AddAccount does, or, where there was a guest of that name, gives his account the password of a and forgets its tokens.
	// It returns the account, which is an owner's where a, the guest or the invitation is. ErrNotFound when the invitation never
	// was or is spent, ErrChanged when the guest is not as he was.
	Register(ctx context.Context, a Account, was *Account, invite *[32]byte) (Account, error)

	AddToken(ctx context.Context, t Token) (Token, error)                    // gives the ID; at most MaxTokens: the one unused for longest goes
	TokenAccount(ctx context.Context, hash [32]byte) (Token, Account, error) // ErrNotFound
	Tokens(ctx context.Context, id AccountID) ([]Token, error)
	DeleteToken(ctx context.Context, id AccountID, token int64) error // ErrNotFound
	HasToken(ctx context.Context, id AccountID) (bool, error)

	// AddInvite keeps an invitation, for Register to spend; HasInvite tells whether it is there. An owner's invitation
	// replaces the one before. AnyOwner tells whether there is an owner yet.
	AddInvite(ctx context.Context, hash [32]byte, owner bool) error
	HasInvite(ctx context.Context, hash [32]byte) (bool, error)
	AnyOwner(ctx context.Context) (bool, error)

	AddContact(ctx context.Context, id, contact AccountID) error      // no error when it is one already
	DeleteContact(ctx context.Context, id, contact AccountID) error   // ErrNotFound
	Contacts(ctx context.Context, id AccountID) ([]Account, error)    // by Key
	ContactOf(ctx context.Context, id AccountID) ([]AccountID, error) // who has id as a contact
}

// MaxTokens is how many devices an account may have.
const MaxTokens = 50

// Conversations is the part of a [Store] that knows where people talk.
type Conversations interface {
	Room(ctx context.Context, key string) (Conversation, error)                    // by compared name, with its #; ErrNotFound
	AddRoom(ctx context.Context, name, key string) (Conversation, error)           // empty, without members; ErrExists, ErrAlike
	RoomList(ctx context.Context, after string, limit int) ([]Conversation, error) // by key, after that key
	Direct(ctx context.Context, a, b AccountID) (Conversation, error)              // made if it is not there
	FindDirect(ctx context.Context, a, b AccountID) (Conversation, error)          // ErrNotFound
	Conversation(ctx context.Context, id ConversationID) (Conversation, error)     // ErrNotFound

	Memberships(ctx context.Context, id AccountID) ([]Membership, error) // rooms and direct conversations; one read
	IsMember(ctx context.Context, c ConversationID, id AccountID) (bool, error)
	Members(ctx context.Context, c ConversationID, after string, limit int) ([]Account, error) // by Key, after that key

	SetRead(ctx context.Context, id AccountID, c ConversationID, seq uint64) error // never goes back
}
