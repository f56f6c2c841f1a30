package talk

import (
	"context"
	"net/http"
	"testing"
	"time"

	"jim/chat"
)

// TestEventsAreRefusedAtOnce asks for events as somebody who may not have them:
// the refusal must come, and not wait for the stream to begin.
func TestEventsAreRefusedAtOnce(t *testing.T) {
	folder, err := TempFolder()
	if err != nil {
		t.Fatal(err)
	}
	h, err := Open("http", folder, chat.Options{Guests: chat.Local, NoLimits: true, OperatorUID: -1})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	}()
	ctx, cancel := context.WithTimeout(t.Context(), Patience)
	defer cancel()
	l, err := h.dial(ctx, "http", "ann", newInbox(&log{}, true))
	if err != nil {
		t.Fatal(err)
	}
	defer l.close()
	if err := l.send(ctx, []byte(`{"action":"presence","jim":2,"user":{"account_name":"ann"}}`), true); err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 3 * time.Second}
	for _, c := range []struct {
		who    string
		header func(*http.Request)
		status int
	}{
		{"nobody", func(*http.Request) {}, 401},
		{"a guest who is connected", func(r *http.Request) { r.SetBasicAuth("ann", "") }, 409},
		{"a wrong password", func(r *http.Request) { r.SetBasicAuth("bob", "wrong horse") }, 401},
		{"a wrong token", func(r *http.Request) { r.Header.Set("Authorization", "Bearer jimt_wrong") }, 401},
		{"a name that is none", func(r *http.Request) { r.SetBasicAuth("ann lee", "") }, 400},
	} {
		q, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+h.place()+"/jim/events", nil)
		if err != nil {
			t.Fatal(err)
		}
		c.header(q)
		answer, err := client.Do(q)
		if err != nil {
			t.Errorf("%s: %v", c.who, err)
			continue
		}
		if text := drain(answer.Body); answer.StatusCode != c.status || text == "" {
			t.Errorf("%s: %d %s, want %d", c.who, answer.StatusCode, text, c.status)
		}
	}
}
