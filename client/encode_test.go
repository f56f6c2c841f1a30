package client

import (
	"errors"
	"reflect"
	"testing"

	"jim/wire"
)

func decode(t *testing.T, object []byte) *wire.Request {
	t.Helper()
	q := new(wire.Request)
	if err := new(wire.Decoder).Request(object, wire.JIM2, q); err != nil {
		t.Fatalf("%s: %v", object, err)
	}
	return q
}

func TestEncode(t *testing.T) {
	topic, empty := "чай", ""
	for _, row := range []struct {
		q    wire.Request
		want string
	}{
		{wire.Request{Action: "ping"}, `{"action":"ping"}`},
		{wire.Request{Action: "sync"}, `{"action":"sync","since":{}}`},
		{wire.Request{Action: "sync", Since: []wire.Since{{To: "#a", Seq: 1}, {To: "b"}}}, `{"action":"sync","since":{"#a":1,"b":0}}`},
		{wire.Request{Action: "topic", To: "#a", Topic: &empty}, `{"action":"topic","to":"#a","topic":""}`},
		{wire.Request{Action: "topic", To: "#a", Topic: &topic}, `{"action":"topic","to":"#a","topic":"чай"}`},
		{wire.Request{Action: "history", To: "#a", HasAfter: true}, `{"action":"history","to":"#a","after":0}`},
		{wire.Request{Action: "history", To: "#a", After: 3, Limit: 2}, `{"action":"history","to":"#a","after":3,"limit":2}`},
		{wire.Request{Action: "rooms", Mark: "#a"}, `{"action":"rooms","after":"#a"}`},
		{
			wire.Request{Action: "admin", Do: "user add", User: wire.User{Name: "a", Password: "\"{"}},
			`{"action":"admin","user":{"account_name":"a","password":"\"{"},"do":"user add"}`,
		},
	} {
		got, err := encode(&row.q)
		if err != nil || string(got) != row.want+"\n" {
			t.Errorf("%s (%v), want %s", got, err, row.want)
		}
	}
	var refused *Error
	if _, err := encode(&wire.Request{Action: "msg", Message: "\xff"}); !errors.As(err, &refused) || err.Error() != "a text is not UTF-8 (400)" {
		t.Errorf("a text that is not UTF-8: %v", err)
	}
}

// TestEncodeKnowsEveryMember fills each member of a request in turn and wants it
// back from the decoder.
func TestEncodeKnowsEveryMember(t *testing.T) {
	kind := reflect.TypeFor[wire.Request]()
	for i := range kind.NumField() {
		q := wire.Request{Action: "x"}
		switch field := reflect.ValueOf(&q).Elem().Field(i); kind.Field(i).Name {
		case "Action", "HasAfter", "Cookie", "Ack", "HasAck": // the last three are the transport's
			continue
		case "Topic":
			text := "t"
			q.Topic = &text
		case "After":
			q.After, q.HasAfter = 7, true
		case "HasSince":
			q.HasSince = true
		case "Since":
			q.HasSince = true
			q.Since = []wire.Since{{To: "#a", Seq: 3}}
		case "User":
			q.User = wire.User{Name: "a", Password: "b", Token: "c", Status: "d"}
		default:
			if field.CanUint() {
				field.SetUint(7)
			} else if field.CanInt() {
				field.SetInt(7)
			} else if field.Kind() == reflect.Bool {
				field.SetBool(true)
			} else {
				field.SetString("text")
			}
		}
		object, err := encode(&q)
		if err != nil {
			t.Fatal(err)
		}
		if got := decode(t, object); !reflect.DeepEqual(*got, q) {
			t.Errorf("%s came back as %+v", object, *got)
		}
	}
}

func FuzzEncode(f *testing.F) {
	f.Add("#tea", "привет, 你好 \x00\x1b[31m", "k1")
	f.Fuzz(func(t *testing.T, to, message, id string) {
		object, err := encode(&wire.Request{Action: "msg", To: to, Message: message, ID: id})
		if err != nil {
			return
		}
		q := new(wire.Request)
		if err := new(wire.Decoder).Request(object, wire.JIM2, q); err == nil &&
			(q.To != to || q.Message != message || q.ID != id) {
			t.Errorf("%s came back as %+v", object, q)
		}
	})
}
