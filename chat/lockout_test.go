package chat_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"jim/chat"
)

// lookingStore lets a test act between the looking at an account and what comes of it, and before two who register.
type lookingStore struct {
	chat.Store
	mu     sync.Mutex
	looked chan struct{} // gets one when the next account or token was looked at; nil = nobody waits
	goOn   chan struct{}
	both   *sync.WaitGroup // who registers waits for the others; nil = for nobody
}

// next makes the next look at an account wait after it.
func (s *lookingStore) next() (looked, goOn chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.looked, s.goOn = make(chan struct{}), make(chan struct{})
	return s.looked, s.goOn
}

func (s *lookingStore) pause() {
	s.mu.Lock()
	looked, goOn := s.looked, s.goOn
	s.looked = nil
	s.mu.Unlock()
	if looked != nil {
		close(looked)
		<-goOn
	}
}

func (s *lookingStore) Account(ctx context.Context, key string) (chat.Account, error) {
	a, err := s.Store.Account(ctx, key)
	s.pause()
	return a, err
}

func (s *lookingStore) TokenAccount(ctx context.Context, hash [32]byte) (chat.Token, chat.Account, error) {
	t, a, err := s.Store.TokenAccount(ctx, hash)
	s.pause()
	return t, a, err
}

func (s *lookingStore) Register(ctx context.Context, a chat.Account, was *chat.Account, invite *[32]byte) (chat.Account, error) {
	if s.both != nil {
		s.both.Done()
		s.both.Wait()
	}
	return s.Store.Register(ctx, a, was, invite)
}

// lookingHouse is a house over such a store.
func lookingHouse(t *testing.T) (*house, *lookingStore) {
	s := new(lookingStore)
	return houseOver(t, s, &s.Store, chat.Options{}), s
}

// A guest's name that is free becomes the name of one of those who register it at the same time: the other would be let in
// to what is said to the first, or find that his password is not right.
func TestANameIsRegisteredOnce(t *testing.T) {
	h, s := lookingHouse(t)
	defer h.close()
	guest := h.comes("ann")
	guest.say(`{"action":"quit"}`)
	<-guest.closed
	s.both = new(sync.WaitGroup)
	s.both.Add(2)
	answers := make(chan string, 2)
	for i := range 2 {
		g := h.connect(newPipe(16))
		go func() {
			g.say(`{"action":"register","jim":2,"id":"r","user":{"account_name":"ann","password":"password %d"}}`, i)
			answers <- g.answer(t, "r")
		}()
	}
	got := (<-answers)[:15] + (<-answers)[:15]
	if strings.Count(got, `"response":201`) != 1 || strings.Count(got, `"response":409`) != 1 {
		t.Errorf("two who register one name are answered %s", got)
	}
}

// Who was let in by a proof that is good no more when he comes in is out: he is no device that a new password, or
// a revoked token, would not reach. Nor has he a token that goes on.
func TestWhoIsLookedAtWhileHisProofEndsIsLockedOut(t *testing.T) {
	const password = `"password":"correct horse"`
	for name, c := range map[string]struct{ login, ends string }{
		"a password that is changed":          {password + `}`, `"action":"passwd","old":"correct horse","password":"another horse"`},
		"a password that is changed, a token": {password + `},"device":"theirs"`, `"action":"passwd","old":"correct horse","password":"another horse"`},
		"a token that is revoked":             {`"token":"TOKEN"}`, `"action":"sessions","revoke":"t1"`},
		"a token that is revoked, another":    {`"token":"TOKEN"},"device":"theirs"`, `"action":"sessions","revoke":"t1"`},
	} {
		t.Run(name, func(t *testing.T) {
			h, s := lookingHouse(t)
			defer h.close()
			ann := h.connect(newPipe(16))
			ann.say(`{"action":"register","jim":2,"id":"r","user":{"account_name":"ann",%s},"device":"own"}`, password)
			_, token, _ := strings.Cut(ann.answer(t, "r"), `"token":"`)
			token, _, _ = strings.Cut(token, `"`)
			looked, goOn := s.next()
			thief := h.connect(newPipe(16))
			thief.say(`{"action":"presence","jim":2,"id":"t","user":{"account_name":"ann",%s}`, strings.ReplaceAll(c.login, "TOKEN", token))
			<-looked
			ann.say(`{"id":"e",%s}`, c.ends)
			if answer := ann.answer(t, "e"); !strings.HasPrefix(answer, `{"response":200`) {
				t.Fatal(answer)
			}
			close(goOn)
			answer := thief.answer(t, "t")
			if strings.HasPrefix(answer, `{"response":200`) {
				thief.hears(`"action":"bye"`)
				<-thief.closed
			} else if !strings.HasPrefix(answer, `{"response":402`) {
				t.Error(answer)
			}
			list, err := h.store.Tokens(t.Context(), 1)
			if err != nil || slices.ContainsFunc(list, func(t chat.Token) bool { return t.Device == "theirs" }) {
				t.Errorf("there is still a token: %v, %v", list, err)
			}
		})
	}
}
