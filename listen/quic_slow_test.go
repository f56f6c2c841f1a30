package listen

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/quic-go/quic-go"
)

// TestAConnectionOverQUICThatOpensNothingIsCut shakes hands and never opens a stream.
func TestAConnectionOverQUICThatOpensNothingIsCut(t *testing.T) {
	h := open(t, Options{SelfSignedDir: t.TempDir()}, "quic://127.0.0.1:0")
	ctx, cancel := context.WithTimeout(t.Context(), 2*firstStreamTimeout)
	defer cancel()
	config := trusting("jim")
	config.ServerName = "localhost"
	c, err := quic.DialAddr(ctx, h.place(0), config, &quic.Config{MaxIdleTimeout: time.Minute, KeepAlivePeriod: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer closeQUIC(c, quicDone, "")
	began := time.Now()
	_, err = c.AcceptStream(ctx)
	var said *quic.ApplicationError
	if !errors.As(err, &said) || said.ErrorCode != quicNoStream {
		t.Errorf("after %v: %v", time.Since(began), err)
	}
	h.none(t)
}
