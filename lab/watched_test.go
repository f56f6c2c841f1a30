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
	}
	return watchedAt(words)
}

// watchedAt are the commands whose second word is an address, and the child of one.
func watchedAt(words []string) func(*Lab) error {
	if words[0] == "room-child" {
		return RoomChild{Buffer: 1024, PassOn: len(words) > 1}.Run
	}
	a, err := ParseAddress(words[1], 0, "tcp", "unix", "udp")
	if err != nil {
		panic(err)
	}
	switch words[0] {
	case "room":
		return Room{Listen: a, With: "threads", Buffer: 1024, Backlog: 5}.Run
	case "room-one":
		return Room{Listen: a, With: "one", Buffer: 1024, Backlog: 5}.Run
	case "room-processes", "room-pass-on":
		return Room{Listen: a, With: "processes", PassOn: words[0] == "room-pass-on", Child: []string{"room-child"}, Buffer: 1024, Backlog: 5}.Run
	case "catch":
		return Catch{Listen: a, Buffer: 20}.Run
	case "throw":
		return Throw{To: a}.Run
	case "receive":
		return ReceiveFile{Listen: a, Folder: "kept", Buffer: 4096}.Run
	case "send":
		return SendFile{To: a, Path: "letter", Buffer: 4096}.Run
	}
	return nil
}
