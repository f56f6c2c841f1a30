package wire

import "bytes"

// Depth tells how deeply the objects and arrays of a JSON text nest. Of a text
// that is not valid it is right up to the first fault.
func Depth(object []byte) int {
	deepest, depth := 0, 0
	inString := false
	for i := 0; i < len(object); i++ {
		switch c := object[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '{' || c == '[':
			depth++
			deepest = max(deepest, depth)
		case c == '}' || c == ']':
			depth--
		}
	}
	return deepest
}

// deeper tells whether object nests deeper than limit. Objects of streams have
// been measured by the [Cutter]; this is for those that come whole, in WebSocket
// messages and HTTP bodies. Ordinary requests cost two counts of bytes.
func deeper(object []byte, limit int) bool {
	if bytes.Count(object, []byte("{"))+bytes.Count(object, []byte("[")) <= limit {
		return false
	}
	return Depth(object) > limit
}
