package main

import (
	"slices"
	"strings"
	"testing"

	"jim/torture"
)

func TestFiguresOfTortureHaveWordsInAllLanguages(t *testing.T) {
	for key, words := range tortureFigures {
		if !slices.Contains(torture.FigureKeys, key) {
			t.Errorf("%s is no figure", key)
		}
		for _, text := range []string{words.en, words.ru, words.zh} {
			if strings.Count(text, "%s") != 1 {
				t.Errorf("%s: %q has no place for the figure", key, text)
			}
		}
	}
}
