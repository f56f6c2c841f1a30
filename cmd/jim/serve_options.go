package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/netip"
	"os"
	"os/user"
	"strconv"
	"syscall"

	"jim/chat"
	"jim/dialect"
	"jim/lines"
	"jim/listen"
	"jim/store"
)

// maxPerHost is how many connections one address may have: more than a class
// behind one router, fewer than what takes all places of a small server.
const maxPerHost = 512

func hubOptions(conf *config, log *slog.Logger) chat.Options {
	return chat.Options{
		Log:         log,
		Interpret:   dialect.New(dialect.Options{Lobby: lobby, Secret: secretsIn(conf.data).find, Log: log}).Of,
		Server:      "jim " + thisBuild().Version,
		Guests:      chat.Policy(conf.guests),
		Register:    chat.Policy(conf.register),
		NoLimits:    conf.limits == "off",
		OperatorUID: os.Getuid(),
		LookupUID:   loginName,
	}
}

func listenOptions(conf *config, hub *chat.Hub, log *slog.Logger) listen.Options {
	o := listen.Options{
		Serve:         hub.Serve,
		Lines:         typing,
		Log:           log,
		CertFile:      conf.cert,
		KeyFile:       conf.key,
		SelfSignedDir: conf.data,
		Insecure:      conf.insecure,
		Origins:       conf.origin,
		Page:          pages(conf.socket()),
		MaxConns:      places(),
		MaxPerHost:    maxPerHost,
		Full:          memoryFull(),
		NoLimits:      conf.limits == "off",
	}
	if o.NoLimits {
		o.MaxPerHost = 0
	}
	for _, cidr := range conf.proxy {
		o.Proxy = append(o.Proxy, netip.MustParsePrefix(cidr)) // checkPrefix has seen it
	}
	return o
}

// typing talks with a person at nc or telnet.
func typing(stream io.ReadWriteCloser, peer *chat.Peer) chat.Conn { return lines.New(stream, peer) }

// loginName is the login name of a user of this machine.
func loginName(uid int) (string, error) {
	u, err := user.LookupId(strconv.Itoa(uid))
	if err != nil {
		return "", err
	}
	return u.Username, nil
}

// startSpace is less room on a disk than a start may need.
const startSpace = 4 << 20

// openError gives an error of the data folder its exit code.
func openError(dir string, err error) error {
	switch {
	case errors.Is(err, store.ErrInUse):
		return exitf(exitTryAgain, "%w", err)
	case errors.Is(err, store.ErrNewer):
		return exitf(exitConfig, "%w", err)
	case errors.Is(err, store.ErrDamaged):
		return exitf(exitDamaged, "%w (jim doctor tells more)", err)
	}
	if errors.Is(err, fs.ErrPermission) {
		err = fmt.Errorf("%w; the folder and all that is in it must belong to the user of the server (chown -R)", err)
	}
	if disk, unseen := diskOf(dir); unseen == nil && disk.free < startSpace {
		err = fmt.Errorf("%w; only %s are free on its disk: make room", err, inBytes(disk.free))
	}
	return exitf(exitStorage, "the data folder %s cannot be used: %w", dir, err)
}

// listenError gives an error of the addresses its exit code: that of a wrong
// setting, unless the address is only taken now.
func listenError(err error, wrong int) error {
	var address *listen.AddressError
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return exitf(exitTryAgain, "%w", err)
	case errors.As(err, &address) && address.Err == nil:
		return exitf(wrong, "%w", err)
	}
	return exitf(exitConfig, "%w", err)
}
