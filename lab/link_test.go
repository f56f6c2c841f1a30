//go:build unix

package lab

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// carried is the order in which a link hands on stones.
func carried(t *testing.T, k Link, stones int) (caught []int) {
	t.Helper()
	var talk bytes.Buffer
	err := Run(context.Background(), Options{In: strings.NewReader(""), Out: &talk, Talk: &talk}, func(l *Lab) error {
		catcher, at, err := l.bindDatagrams(sideCatcher, anyPort)
		if err != nil {
			return err
		}
		defer catcher.Close()
		link, way, err := l.bindDatagrams(sideLink, anyPort)
		if err != nil {
			return err
		}
		defer link.Close()
		for i := range stones {
			if err := link.Sendto(l.stone(i+1), way); err != nil {
				return err
			}
		}
		if err := k.carry(link, at); err != nil {
			return err
		}
		return catch(catcher, func(b []byte) error {
			caught = append(caught, stoneNumber(b))
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return caught
}

// TestLink: a link does what it was told, and the same for the same seed.
func TestLink(t *testing.T) {
	for name, c := range map[string]struct {
		link  Link
		right func(caught []int) bool
	}{
		"good":   {Link{Seed: 1}, func(c []int) bool { return len(c) == 30 && slices.IsSorted(c) }},
		"closed": {Link{Loss: 100, Double: 100}, func(c []int) bool { return len(c) == 0 }},
		"double": {Link{Double: 100}, func(c []int) bool { return len(c) == 60 }},
		"mixing": {Link{Reorder: 50, Seed: 3}, func(c []int) bool {
			sorted := slices.Sorted(slices.Values(c))
			return len(c) == 30 && !slices.IsSorted(c) && sorted[0] == 1 && sorted[29] == 30
		}},
		"bad": {Link{Loss: 20, Reorder: 20, Double: 10, Seed: 5}, func(c []int) bool {
			return slices.Contains(c, 1) && !slices.Contains(c, 5)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first := carried(t, c.link, 30)
			if !c.right(first) {
				t.Errorf("it handed on %v", first)
			}
			if again := carried(t, c.link, 30); !slices.Equal(first, again) {
				t.Errorf("the same seed: %v, then %v", first, again)
			}
		})
	}
}

// TestMeaningsStandOnce: a row that stands in two tables would be seen in one of them only.
func TestMeaningsStandOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, rows := range meaningTables {
		for key, p := range rows {
			if seen[key] {
				t.Errorf("%q stands twice", key)
			}
			if seen[key] = true; p.en == "" || p.ru == "" || p.zh == "" {
				t.Errorf("%q lacks a language", key)
			}
		}
	}
}

// TestDatagramTooLong: what fits into no datagram is refused, and what fits into no buffer is cut.
func TestDatagramTooLong(t *testing.T) {
	var talk bytes.Buffer
	err := Run(context.Background(), Options{Trace: true, In: strings.NewReader(""), Out: &talk, Talk: &talk}, func(l *Lab) error {
		s, at, err := l.bindDatagrams(phrase{}, anyPort)
		if err != nil {
			return err
		}
		defer s.Close()
		if err := s.Sendto(make([]byte, 65508), at); !failedWith(err, unix.EMSGSIZE) {
			t.Errorf("65508 bytes: %v", err)
		}
		if err := s.Sendto([]byte("1234567890"), at); err != nil {
			return err
		}
		n, whole, from, err := s.Recvfrom(make([]byte, 4))
		if n != 4 || whole <= 4 || from == nil {
			t.Errorf("%d of %d bytes from %v", n, whole, from)
		}
		return err
	})
	if err != nil || !strings.Contains(talk.String(), "its end was cut off and is gone") || !strings.Contains(talk.String(), "EMSGSIZE") {
		t.Errorf("%v\n%s", err, &talk)
	}
}
