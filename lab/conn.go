//go:build unix

package lab

import (
	"io"
	"net"
	"time"
)

// sockConn is a socket as package net knows connections, so that TLS can be put over it. Each Read is
// one recv. It has no deadlines: Ctrl-C wakes its calls.
type sockConn struct{ sock *Sock }

func (c *sockConn) Read(b []byte) (int, error) {
	n, err := c.sock.Recv(b)
	if err == nil && n == 0 {
		err = io.EOF
	}
	return n, err
}

func (c *sockConn) Write(b []byte) (int, error) {
	if err := c.sock.SendAll(b); err != nil {
		return 0, err
	}
	return len(b), nil
}

func (c *sockConn) Close() error                     { return c.sock.Close() }
func (c *sockConn) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (c *sockConn) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (c *sockConn) SetDeadline(time.Time) error      { return nil }
func (c *sockConn) SetReadDeadline(time.Time) error  { return nil }
func (c *sockConn) SetWriteDeadline(time.Time) error { return nil }
