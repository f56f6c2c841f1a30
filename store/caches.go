package store

import "jim/chat"

// remembered is how many conversations, and how many senders, the writer knows
// by heart. Beyond that it forgets all of them and learns again, at the price of
// one query each; 65 536 take about 4 MiB.
const remembered = 1 << 16

// caches is what the writer knows without asking the disk. All of it is what the
// transaction in progress sees, so a rollback discards it.
type caches struct {
	seqs    map[chat.ConversationID]uint64 // the newest seq of conversations that exist
	senders map[chat.AccountID]struct{}    // accounts that exist
}

func newCaches() *caches {
	k := &caches{}
	k.forget()
	return k
}

func (k *caches) forget() {
	k.seqs = make(map[chat.ConversationID]uint64)
	k.senders = make(map[chat.AccountID]struct{})
}

func (k *caches) setSeq(c chat.ConversationID, seq uint64) {
	if len(k.seqs) >= remembered {
		clear(k.seqs)
	}
	k.seqs[c] = seq
}

func (k *caches) setSender(id chat.AccountID) {
	if len(k.senders) >= remembered {
		clear(k.senders)
	}
	k.senders[id] = struct{}{}
}
