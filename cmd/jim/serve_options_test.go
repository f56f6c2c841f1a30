package main

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"jim/chat"
	"jim/listen"
	"jim/store"
)

func TestServeExitCodes(t *testing.T) {
	for err, want := range map[error]int{
		openError("/data", fmt.Errorf("store: %w", store.ErrInUse)):                 exitTryAgain,
		openError("/data", fmt.Errorf("store: %w", store.ErrNewer)):                 exitConfig,
		openError("/data", errors.New("disk I/O error")):                            exitStorage,
		listenError(&listen.AddressError{Err: syscall.EADDRINUSE}, exitUsage):       exitTryAgain,
		listenError(&listen.AddressError{Err: syscall.EADDRNOTAVAIL}, exitUsage):    exitConfig,
		listenError(&listen.AddressError{Reason: "it is no address"}, exitUsage):    exitUsage,
		listenError(&listen.AddressError{Reason: "it is no address"}, exitConfig):   exitConfig,
		listenError(errors.New("the certificate is not valid any more"), exitUsage): exitConfig,
	} {
		if got := exitCode(err); got != want {
			t.Errorf("%v ends with %d, want %d", err, got, want)
		}
	}
}

// Who restored as root and starts as another user is told what to do.
func TestFolderOfAnotherIsSaid(t *testing.T) {
	err := openError("/data", &fs.PathError{Op: "open", Path: "/data/lock", Err: syscall.EACCES})
	if exitCode(err) != exitStorage || !strings.Contains(err.Error(), "chown -R") {
		t.Errorf("%d, %v", exitCode(err), err)
	}
}

// What is configured must reach the parts that it is meant for.
func TestOptionsReachTheParts(t *testing.T) {
	c, all, err := loadWith(t, []string{
		"--limits=off", "--guests=everywhere", "--register=nowhere", "--insecure",
		"--proxy=10.0.0.0/8", "--origin=https://chat.example", "--data=/data",
	}, nil, "")
	if err = errors.Join(err, c.check(all)); err != nil {
		t.Fatal(err)
	}
	h := hubOptions(c, nil)
	if !h.NoLimits || h.Guests != chat.Everywhere || h.Register != chat.Nowhere {
		t.Errorf("the hub gets %+v", h)
	}
	l := listenOptions(c, &chat.Hub{}, nil)
	if l.MaxPerHost != 0 || !l.Insecure || l.SelfSignedDir != "/data" || len(l.Proxy) != 1 || l.Proxy[0].String() != "10.0.0.0/8" || len(l.Origins) != 1 {
		t.Errorf("the listeners get %+v", l)
	}
	c, _, err = loadWith(t, []string{"--cert=c", "--key=k"}, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	h, l = hubOptions(c, nil), listenOptions(c, &chat.Hub{}, nil)
	if h.NoLimits || h.Guests != chat.Local || h.Register != chat.Local || l.MaxPerHost != maxPerHost || l.Insecure || l.CertFile != "c" || l.KeyFile != "k" {
		t.Errorf("by default: %+v %+v", h, l)
	}
}
