package ram_test

import (
	"sync"
	"testing"

	"jim/chat"
	"jim/store/ram"
	"jim/store/storetest"
)

func TestStore(t *testing.T) {
	var mu sync.Mutex
	disks := map[string]*ram.Disk{}
	storetest.Run(t, func(_ *testing.T, dir string) chat.Store {
		mu.Lock()
		defer mu.Unlock()
		if disks[dir] == nil {
			disks[dir] = new(ram.Disk)
		}
		return disks[dir].Open()
	})
}
