package ram

import "jim/chat"

// ForgetIDs forgets which ids were used, as a store would that keeps them in memory only. It breaks the contract on
// purpose, for tests of those who must notice.
func (d *Disk) ForgetIDs() {
	d.mu.Lock()
	defer d.mu.Unlock()
	clear(d.used)
}

// LoseNewest loses the newest message of each conversation, as a store would that does not sync what it has
// acknowledged. It breaks the contract on purpose, for tests of those who must notice.
func (d *Disk) LoseNewest() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, t := range d.talks {
		if t.Last == 0 || t.log[t.Last-1].Kind != chat.Said {
			continue
		}
		t.Last--
		delete(d.used, used{t.log[t.Last].From, t.log[t.Last].ID})
		t.log = t.log[:t.Last:t.Last]
	}
}
