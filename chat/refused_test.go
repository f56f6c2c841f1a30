package chat_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"jim/chat"
)

// Who comes while the server stops and takes nothing of what he is told, as a client of QUIC may who lets nobody send him
// anything, does not keep it from stopping.
func TestWhoComesLateAndReadsNothingHoldsUpNoEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, chat.Options{})
		if err := h.hub.Shutdown(t.Context(), time.Second); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		p, served := newPipe(0), make(chan struct{})
		go func() { h.hub.Serve(ctx, p); close(served) }()
		synctest.Wait()
		cancel()
		synctest.Wait()
		select {
		case <-served:
		default:
			t.Error("he is waited for though the doors are closed")
		}
		p.Close()
		h.close()
	})
}
