package wire

import "bytes"

// Cutter cuts a stream of bytes into objects, whatever white space stands
// between them and wherever the packets were cut. It looks at each byte once,
// keeps no bytes itself and asks its caller to keep at most MaxBytes of them.
//
// It knows just enough JSON to find where an object ends, and to find its way
// back after a broken one: at an object that begins where none can stand, or at
// the next line.
type Cutter struct {
	// small, as there is one for each idle connection
	MaxBytes int32 // an object's size; at most 64 MiB
	MaxDepth uint8 // nesting, the outermost object counted; at most 64

	state   cutState
	last    byte   // the last byte that was not white space, outside strings
	quoted  bool   // inside a string
	escaped bool   // after a backslash in it
	seen    int32  // bytes of the object looked at so far
	skipped int32  // bytes thrown away since the fault
	depth   int32  // open objects and arrays
	kinds   uint64 // one bit for each of them: 1 = array
	fault   *Error // what is wrong with what is being skipped
}

type cutState uint8

const (
	between   cutState = iota // white space between objects
	inside                    // in an object
	skipping                  // in an object that will not be given out
	toNewline                 // in something that is no object
)

// skipFactor bounds what is thrown away for one fault, in objects of full size.
const skipFactor = 16

// Hello is the first object a person might type.
const Hello = `{"action":"presence","jim":2,"user":{"account_name":"YOU"}}`

// Cut looks for the first object in p, the bytes received and not yet done with.
// It returns the object, which lies in p, or nil where p ends before one does;
// and done, the bytes of p not to be shown again. Where object and err are nil,
// the caller keeps p[done:] and calls again when more bytes have been added to it.
//
// After an error the cutter can go on, unless the error says Close.
func (c *Cutter) Cut(p []byte) (object []byte, done int, err *Error) {
	if c.state == between {
		for done < len(p) && isSpace(p[done]) {
			done++
		}
		if done == len(p) {
			return nil, done, nil
		}
		c.begin(inside)
		if p[done] != '{' {
			c.begin(toNewline)
			c.fault = Errorf(BadRequest, "an object of JIM begins with {, such as %s", Hello)
		}
	}
	if c.state == toNewline {
		return c.skipLine(p, done)
	}
	start := done
	for i := start + int(c.seen); i < len(p); i++ {
		if c.quoted {
			if i += c.plainText(p[i:]); i == len(p) {
				break
			}
		}
		c.weigh(i - start)
		switch c.take(p[i]) {
		case goesOn:
		case ends:
			return c.end(p[start:i+1], i+1)
		case breaksBefore:
			return nil, i, c.reset()
		case breaksHere:
			return nil, i + 1, c.reset()
		case breaksLine:
			return c.skipLine(p, i)
		}
	}
	return nil, start + c.pause(len(p)-start), c.tired()
}

// Partial tells whether the stream stands inside an object, so that its end now
// would cut one.
func (c *Cutter) Partial() bool { return c.state != between }

func (c *Cutter) end(object []byte, done int) ([]byte, int, *Error) {
	if fault := c.reset(); fault != nil {
		return nil, done, fault
	}
	if len(object) > int(c.MaxBytes) {
		return nil, done, c.tooLarge()
	}
	return object, done, nil
}

// weigh gives up an object of which size bytes have come and that is not done.
func (c *Cutter) weigh(size int) {
	if c.state == inside && size > int(c.MaxBytes) {
		c.state, c.fault = skipping, c.tooLarge()
	}
}

// pause ends a look at an object of which size bytes have come, and says how
// many of them need not be kept.
func (c *Cutter) pause(size int) int {
	c.weigh(size)
	if c.state == inside {
		c.seen = int32(size)
		return 0
	}
	c.seen = 0
	c.skipped += int32(size)
	return size
}

func (c *Cutter) skipLine(p []byte, from int) ([]byte, int, *Error) {
	if i := bytes.IndexByte(p[from:], '\n'); i >= 0 {
		return nil, from + i + 1, c.reset()
	}
	c.skipped += int32(len(p) - from)
	return nil, len(p), c.tired()
}

// tired gives up on a fault that does not end.
func (c *Cutter) tired() *Error {
	if c.skipped <= skipFactor*c.MaxBytes {
		return nil
	}
	return c.reset().Goodbye()
}

// reset forgets what was being cut and returns its fault.
func (c *Cutter) reset() *Error {
	fault := c.fault
	c.begin(between)
	return fault
}

func (c *Cutter) begin(s cutState) {
	*c = Cutter{MaxBytes: c.MaxBytes, MaxDepth: c.MaxDepth, state: s}
}

func (c *Cutter) tooLarge() *Error {
	return Errorf(TooLarge, "an object may have %d bytes", c.MaxBytes)
}

// verdict is what one byte does to the object being cut.
type verdict uint8

const (
	goesOn       verdict = iota
	ends                 // the byte is the object's last
	breaksBefore         // the object is broken; the byte begins another
	breaksHere           // the object is broken; the byte belongs to it
	breaksLine           // the object is broken; nothing on its line can be trusted
)

func (c *Cutter) take(b byte) verdict {
	switch {
	case c.quoted:
		return c.takeQuoted(b)
	case isSpace(b):
		return goesOn
	case b == '"':
		c.quoted = true
	case b == '{' && c.depth > 0 && !mayBegin(c.last):
		c.broken("a new object begins inside an unfinished one")
		return breaksBefore
	case b == '{' || b == '[':
		c.open(b)
	case b == '}' || b == ']':
		if c.state == inside && (b == ']') != (c.kinds&1 == 1) {
			c.begin(toNewline)
			c.broken("brackets do not match")
			return breaksLine
		}
		c.depth--
		c.kinds >>= 1
		if c.depth == 0 {
			return ends
		}
	}
	c.last = b
	return goesOn
}

func (c *Cutter) takeQuoted(b byte) verdict {
	switch {
	case b == '\n':
		c.broken("a line ends inside a string")
		return breaksHere
	case c.escaped:
		c.escaped = false
	case b == '\\':
		c.escaped = true
	case b == '"':
		c.quoted = false
		c.last = b
	}
	return goesOn
}

// plainText counts the bytes at the beginning of p, inside a string, that mean
// nothing to the cutter.
func (c *Cutter) plainText(p []byte) int {
	if c.escaped {
		return 0
	}
	for i, b := range p {
		if b == '"' || b == '\\' || b == '\n' {
			return i
		}
	}
	return len(p)
}

func (c *Cutter) open(b byte) {
	c.depth++
	c.kinds <<= 1
	if b == '[' {
		c.kinds |= 1
	}
	if c.depth > int32(c.MaxDepth) && c.state == inside {
		c.state = skipping
		c.fault = Errorf(BadRequest, "nested deeper than %d", c.MaxDepth)
	}
}

// broken notes what is wrong, unless something was wrong before.
func (c *Cutter) broken(text string) {
	if c.fault == nil {
		c.fault = Errorf(BadRequest, "not valid JSON: %s", text)
	}
}

// mayBegin tells whether valid JSON can have { after last.
func mayBegin(last byte) bool {
	return last == ':' || last == ',' || last == '[' || last == '{'
}

func isSpace(b byte) bool { return b == ' ' || b == '\n' || b == '\r' || b == '\t' }
