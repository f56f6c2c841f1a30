//go:build unix

package lab

import (
	"bufio"
	"strings"
)

// Typed brings what is typed, line by line, without the line's end; it is closed at the end of the
// input. A read of a terminal cannot be woken: the reader ends with the input, or with the process.
func (l *Lab) Typed() <-chan string {
	l.typing.Do(func() {
		go func() {
			defer close(l.typed)
			for in := bufio.NewReader(l.In); ; {
				line, err := in.ReadString('\n')
				if err != nil && line == "" {
					return
				}
				select {
				case l.typed <- strings.TrimRight(line, "\r\n"):
				case <-l.Done():
					return
				}
			}
		}()
	})
	return l.typed
}
