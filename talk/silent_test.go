package talk

import (
	"context"
	"testing"
	"time"

	"jim/chat"
)

// TestSilenceIsAnsweredAfterTwoSeconds measures the probe, over every transport
// that has one. Programs of the course that wait for it give up after a few
// seconds.
func TestSilenceIsAnsweredAfterTwoSeconds(t *testing.T) {
	for _, transport := range []string{"tcp", "tls", "unix", "ws"} {
		t.Run(transport, func(t *testing.T) {
			t.Parallel()
			folder, err := TempFolder()
			if err != nil {
				t.Fatal(err)
			}
			h, err := Open(transport, folder, chat.Options{Guests: chat.Local, NoLimits: true, OperatorUID: -1})
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := h.Close(); err != nil {
					t.Error(err)
				}
			}()
			ctx, cancel := context.WithTimeout(t.Context(), Patience)
			defer cancel()
			in := newInbox(&log{}, false)
			began := time.Now()
			l, err := h.dial(ctx, transport, "ann", in)
			if err != nil {
				t.Fatal(err)
			}
			defer l.close()
			if err := in.take(ctx, map[string]any{"action": "probe", "alert": "*"}, nil); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(began); took < 1900*time.Millisecond || took > 3500*time.Millisecond {
				t.Errorf("the probe came after %v", took)
			}
		})
	}
}
