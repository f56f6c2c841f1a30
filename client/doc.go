// Package client is the Go client of JIM: it dials any address, says who it is,
// asks, sends, listens, and comes back by itself when the connection is lost.
//
//	c, err := client.Dial(ctx, "localhost", client.Options{Name: "ann"})
//	if err != nil { … }
//	defer c.Close()
//	c.Do(ctx, wire.Request{Action: wire.ActJoin, To: "#tea"})
//	seq, err := c.Send(ctx, "#tea", "the kettle is on") // 201: it is on the server's disk
//	for e := range c.Events() {
//		fmt.Println(e.From, e.Message)
//	}
//
// # What it promises
//
// Sending: every request has an id of 128 random bits, or the caller's. Where it is
// safe, and for messages it always is, a request without an answer is sent again
// with the same id after the connection was lost, until its context ends. So a
// message arrives once.
//
// Listening: each kept event of a conversation comes out of [Client.Events] once
// and in order of seq. Doubles are dropped. Holes are filled from the server's log
// before anything after them is given out, whether the network, the server
// ("behind") or a slow reader of Events made them.
//
// # What it costs
//
// Three goroutines, which [Client.Close] waits for, and two more for each
// connection, which end with it. At most Options.Queue events wait for the reader
// of Events, and at most 256 requests for their answers. When the queue is full,
// what is kept is dropped and read again later, at the price of one number for each
// conversation; passing things (typing, presence) are dropped for good. So a
// program may call Do while it does not read Events.
//
// All methods may be called from any goroutine.
package client
