//go:build unix

package lab

// watchedToo is the rest of watched: the command that words name, or nil.
func watchedToo(words []string) func(*Lab) error {
	switch words[0] {
	case "udp":
		return UDP{Stones: 5, Link: Link{Loss: 20, Reorder: 20, Double: 10, Seed: 5}}.Run
	case "sample":
		return SampleFile{Folder: ".", Buffer: 4096}.Run
	case "lan":
		return LAN{Nick: words[1], To: "127.255.255.255"}.Run
	case "capture":
		return Capture{Interface: "lo", Port: 17}.Run
	case "http":
		u, err := ParseURL(words[1])
		if err != nil {
			panic(err)
		}
		return HTTP{URL: u, Body: 100}.Run
	case "room":
		a, err := ParseAddress(words[1], 0, "tcp")
		if err != nil {
			panic(err)
		}
		return Room{Listen: a, With: "threads", Buffer: 1024, Backlog: 5}.Run
	}
	return nil
}
