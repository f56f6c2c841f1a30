//go:build !unix

package listen

// restrictMode does nothing where files have no modes.
func restrictMode(uintptr) {}
