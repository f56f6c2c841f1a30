package main

import (
	"fmt"
	"os"
	"strings"
)

// language is one of the three that jim speaks to people. Scripts are spoken to in none: what goes
// to stdout with --json, exit codes and the protocol do not depend on it.
type language int

const (
	english language = iota
	russian
	chinese
)

// phrase is something said to people, in every language.
type phrase struct{ en, ru, zh string }

// in is p in a language.
func (p phrase) in(l language) string {
	switch l {
	case russian:
		return p.ru
	case chinese:
		return p.zh
	}
	return p.en
}

// speaks is the language of the locale: the first of JIM_LANG, LC_ALL,
// LC_MESSAGES and LANG that is set (POSIX, XBD 8.2).
func speaks() language {
	for _, name := range []string{"JIM_LANG", "LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := strings.ToLower(os.Getenv(name)); v != "" {
			switch {
			case strings.HasPrefix(v, "ru"):
				return russian
			case strings.HasPrefix(v, "zh"):
				return chinese
			}
			return english
		}
	}
	return english
}

// here is p in the language of the locale, with what is put into it.
func (p phrase) here(a ...any) string {
	text := p.in(speaks())
	if len(a) == 0 {
		return text
	}
	return fmt.Sprintf(text, a...)
}

// usagef is an error of the command line, in the language of the locale.
func usagef(p phrase, a ...any) error { return exitf(exitUsage, "%s", p.here(a...)) }
