package store

import (
	"context"
	"sync"
)

// maxReaders is how many connections read at the same time. More do not read
// faster on the machines this runs on, and each keeps 2 MiB of pages.
const maxReaders = 4

// readers is a pool of connections that only read. They are opened when they are
// first needed, and the one used last is used next, so a quiet server has one.
type readers struct {
	file, vfs string
	slots     chan struct{} // a token for each connection that may be in use

	mu   sync.Mutex
	idle []*conn
	shut bool
}

func newReaders(file, vfsName string) *readers {
	return &readers{file: file, vfs: vfsName, slots: make(chan struct{}, maxReaders)}
}

// take waits for a free connection; give returns it.
func (r *readers) take(ctx context.Context) (*conn, error) {
	select {
	case r.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	c, err := r.pop()
	if c == nil && err == nil {
		c, err = openConn(ctx, r.file, r.vfs, forReading)
	}
	if err != nil {
		<-r.slots
		return nil, err
	}
	return c, nil
}

func (r *readers) pop() (*conn, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.shut {
		return nil, ErrClosed
	}
	if len(r.idle) == 0 {
		return nil, nil
	}
	c := r.idle[len(r.idle)-1]
	r.idle = r.idle[:len(r.idle)-1]
	return c, nil
}

func (r *readers) give(c *conn) {
	r.mu.Lock()
	r.idle = append(r.idle, c)
	r.mu.Unlock()
	<-r.slots
}

// close waits for those who read, and closes all connections.
func (r *readers) close() {
	r.mu.Lock()
	r.shut = true
	r.mu.Unlock()
	for range maxReaders {
		r.slots <- struct{}{}
	}
	for _, c := range r.idle {
		c.close()
	}
	for range maxReaders { // who comes now finds the pool shut
		<-r.slots
	}
}
