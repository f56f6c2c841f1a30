package wire

import "strings"

// IsRoom tells whether an address names a room: "#ops". Any other address names
// a person.
func IsRoom(address string) bool { return strings.HasPrefix(address, "#") }
