package talk

import (
	"context"
	"os"
	"testing"

	"jim/chat"
	"jim/client"
	"jim/wire"
)

// TestFirstWordsWhileNobodyWasThere are told to somebody who has no conversation yet, and whose connection is lost for a while.
func TestFirstWordsWhileNobodyWasThere(t *testing.T) {
	folder, err := TempFolder()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(err)
	t.Cleanup(func() { os.RemoveAll(folder) })
	h, err := Open("tcp", folder, chat.Options{Guests: chat.Local, NoLimits: true, OperatorUID: -1})
	must(err)
	t.Cleanup(func() { must(h.Close()) })
	var line frail
	line.wear(false)
	line.lead(h.place())
	bob, err := client.Dial(t.Context(), h.Address, client.Options{Name: "bob", Dial: line.dial})
	must(err)
	defer bob.Close()
	_, err = bob.Do(t.Context(), wire.Request{Action: wire.ActPing})
	must(err)
	line.lead("")
	ann, err := client.Dial(t.Context(), h.Address, client.Options{Name: "ann", Quiet: true})
	must(err)
	defer ann.Close()
	_, err = ann.Send(t.Context(), "bob", "are you there?")
	must(err)
	line.lead(h.place())
	patient, cancel := context.WithTimeout(t.Context(), Patience)
	defer cancel()
	for {
		select {
		case e := <-bob.Events():
			if e.Message == "are you there?" || e.Action == wire.ActBehind && e.To == "ann" {
				return
			}
		case <-patient.Done():
			t.Fatal("bob was not told")
		}
	}
}
