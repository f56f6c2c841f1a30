//go:build unix

package lab

// Greet is the server that speaks first, with two sends, and then takes what comes until the client
// closes; then it waits for the next one.
type Greet struct {
	Listen Address
	Buffer int // how many bytes one recv takes at most
}

// Run serves one client after another until it is stopped.
func (g Greet) Run(l *Lab) error {
	server, at, err := l.Listen(g.Listen, 0) // as in the tutorial: nobody need wait
	if err != nil {
		return err
	}
	defer server.Close()
	l.say(sayGreet, at)
	for {
		client, err := server.Accept()
		if err != nil {
			return err
		}
		l.say(sayNew, client.Peer)
		if err := g.serve(l, client); err != nil && !l.Stopped() {
			l.say(sayLost, client.Peer, err)
		}
		_ = client.Close() // told; the next client does not depend on it
	}
}

func (g Greet) serve(l *Lab, client *Sock) error {
	for _, greeting := range []phrase{sayGreeting, sayGreetingToo} {
		if err := client.SendAll([]byte(greeting.in(l.Language))); err != nil {
			return err
		}
	}
	l.remark(sayTwoGreetings)
	all := 0
	buf := make([]byte, g.Buffer)
	for times := 0; ; times++ {
		n, err := client.Recv(buf)
		if err != nil {
			return err
		}
		if n == 0 {
			if !l.Stopped() {
				l.say(sayGreeted, client.Peer, all, times)
			}
			return nil
		}
		all += n
		l.report(sayBytes, client.Peer, n, quoted(buf[:n], 0))
	}
}
