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

// TestTortureWantsRoom: on a disk that is full in fact, works would find faults that are
// the disk's, or wait for what cannot be.
func TestTortureWantsRoom(t *testing.T) {
	if err := enough("d", tortureSpace); err != nil {
		t.Error(err)
	}
	if err := enough("d", tortureSpace-1); exitCode(err) != exitFailed || !strings.Contains(err.Error(), "only 255 MiB are free on the disk of d, and 256 MiB may be needed") {
		t.Errorf("%d, %v", exitCode(err), err)
	}
}
