package lines

// The bytes of telnet that matter here (RFC 854, RFC 1184; ECHO is RFC 857, BINARY
// is RFC 856).
const (
	telEOF   = 236
	telSUSP  = 237
	telABORT = 238
	telSE    = 240
	telIP    = 244
	telAO    = 245
	telAYT   = 246
	telEC    = 247
	telEL    = 248
	telSB    = 250
	telWILL  = 251
	telWONT  = 252
	telDO    = 253
	telDONT  = 254
	telIAC   = 255

	optBinary = 0
	optEcho   = 1
)

// owedMost bounds the answers of telnet that wait to be written; who asks for
// more at once gets no answer to the rest.
const owedMost = 300

// telnet takes the commands of telnet out of a stream of bytes, wherever it was
// cut, and refuses every option but BINARY that is offered or asked for (RFC 854,
// RFC 1143): DO is answered WONT, WILL is answered DONT. WONT and DONT confirm what
// is and are not answered, and what is wanted is said once, so that two ends can
// never answer each other without end. The zero value is ready.
//
// Without BINARY a telnet is for letters of seven bits: it takes each byte for a key
// by the lower seven of its eight, so that the second half of у or 好 is Ctrl-C, and
// Н its own way out.
type telnet struct {
	state   telState
	spoken  bool   // a command of telnet has come
	echoing bool   // ECHO was offered: DO ECHO is the consent, not a wish
	takes   bool   // DO BINARY was said: WILL BINARY is the consent
	gives   bool   // WILL BINARY was said: DO BINARY is the consent
	owed    []byte // answers
}

type telState uint8

const (
	telText telState = iota
	telCommand
	telOption  // after DO
	telOffer   // after WILL
	telIgnored // after WONT and DONT
	telSub     // in a subnegotiation, which is thrown away
	telSubCommand
)

// telSign is what a byte was.
type telSign uint8

const (
	signNothing telSign = iota // a part of telnet's own talk
	signText                   // a byte of what is typed
	signStray                  // the same, and the byte 255 before it, which began no command
	signErase                  // the last character is to go
	signKill                   // the whole line is to go
	signQuit                   // the person wants to stop
	signThere                  // the person asks whether anybody is there
)

// take tells what the next byte is.
func (t *telnet) take(b byte) telSign {
	switch t.state {
	case telText:
		if b != telIAC {
			return signText
		}
		t.state = telCommand
	case telCommand:
		return t.command(b)
	case telOption:
		t.state = telText
		switch {
		case b == optBinary && !t.gives:
			t.gives = true
			t.answer(telWILL, b)
		case b != optBinary && (b != optEcho || !t.echoing):
			t.answer(telWONT, b)
		}
	case telOffer:
		t.state = telText
		if b == optBinary {
			t.wantBytes()
		} else {
			t.answer(telDONT, b)
		}
	case telIgnored:
		t.state = telText
	case telSub:
		if b == telIAC {
			t.state = telSubCommand
		}
	case telSubCommand:
		if t.state = telSub; b == telSE {
			t.state = telText
		}
	}
	return signNothing
}

// command takes the byte after IAC.
func (t *telnet) command(b byte) telSign {
	t.state = telText
	t.spoken = t.spoken || b >= telEOF && b != telIAC
	switch b {
	case telIAC:
		return signText // the byte 255 itself
	case telDO:
		t.state = telOption
	case telWILL:
		t.state = telOffer
	case telDONT, telWONT:
		t.state = telIgnored
	case telSB:
		t.state = telSub
	case telIP, telABORT, telEOF:
		return signQuit
	case telAYT:
		return signThere
	case telEC:
		return signErase
	case telEL:
		return signKill
	}
	if b < telEOF {
		return signStray
	}
	return signNothing
}

// wantBytes asks once that whole bytes be sent.
func (t *telnet) wantBytes() {
	if !t.takes {
		t.takes = true
		t.answer(telDO, optBinary)
	}
}

// swallowed is the byte for which a telnet sends a command when it takes it for a key: Ctrl-C, Ctrl-O,
// Ctrl-\, Ctrl-Z and Ctrl-D, with the eighth bit. 0: none.
func swallowed(command byte) byte {
	switch command {
	case telIP:
		return 0x83
	case telAO:
		return 0x8f
	case telABORT:
		return 0x9c
	case telSUSP:
		return 0x9a
	case telEOF:
		return 0x84
	}
	return 0
}

func (t *telnet) answer(verb, option byte) {
	if len(t.owed) < owedMost {
		t.owed = append(t.owed, telIAC, verb, option)
	}
}
