package main

import (
	"bytes"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"jim/check"
	"jim/tap"
)

// tappedJSON is a line of `jim tap --json`.
type tappedJSON struct {
	Conn       int             `json:"conn"`
	Kind       string          `json:"kind"`
	By         string          `json:"by,omitzero"`
	At         float64         `json:"at"` // seconds since 1970
	Gap        float64         `json:"gap,omitzero"`
	Trip       float64         `json:"trip,omitzero"`
	Level      check.Level     `json:"level,omitzero"`
	Size       int             `json:"size,omitzero"`
	Object     jsontext.Value  `json:"object,omitzero"`
	Text       *string         `json:"text,omitzero"`
	Bytes      []byte          `json:"bytes,omitzero"` // base64
	Note       string          `json:"note,omitzero"`
	Violations []violationJSON `json:"violations,omitzero"`
}

type violationJSON struct {
	ID      string        `json:"id"`
	By      string        `json:"by"`
	Section check.Section `json:"section"`
	Says    string        `json:"says"`
	Detail  string        `json:"detail,omitzero"`
}

// tapSumJSON is the last line of `jim tap --json`.
type tapSumJSON struct {
	Connections int            `json:"connections"`
	Objects     sidesJSON      `json:"objects"`
	Bytes       sidesJSON      `json:"bytes"`
	Lost        int64          `json:"lost"`
	Slowest     float64        `json:"slowest"` // seconds
	Violations  map[string]int `json:"violations"`
}

type sidesJSON struct {
	Client int64 `json:"client"`
	Server int64 `json:"server"`
}

// showJSON prints an item for programs.
func (p *tapPrinter) showJSON(i tap.Item) {
	o := tappedJSON{
		Conn: i.Conn, Kind: i.Kind.String(), By: i.Side.String(), At: float64(i.At.UnixMicro()) / 1e6, //tidy:stamp it is shown
		Gap: inSeconds(i.Gap), Trip: inSeconds(i.Trip), Level: i.Level, Size: i.Size, Note: i.Note,
	}
	switch {
	case i.Kind == tap.Object && jsontext.Value(i.Text).IsValid(jsontext.AllowDuplicateNames(false)):
		o.Object = p.unsecretObject(i.Text)
	case i.Kind == tap.Bytes || i.Text != nil && !utf8.Valid(i.Text):
		o.Bytes = i.Text
	case i.Text != nil:
		text := p.unsecret(i.Text)
		o.Text = &text
	}
	for _, v := range i.Broken {
		o.Violations = append(o.Violations, violationJSON{v.ID, v.By.String(), v.Section, v.Says, v.Detail})
	}
	if p.err == nil {
		p.err = printJSON(p.out, o)
	}
}

// unsecretObject is a valid object without its secrets.
func (p *tapPrinter) unsecretObject(text []byte) jsontext.Value {
	if p.raw {
		return text
	}
	scraps, ok := p.scraps(text)
	if !ok {
		return text
	}
	secret := false
	for _, s := range scraps {
		secret = secret || s.text == hiddenText
	}
	if !secret {
		return text
	}
	return bytes.Clone(secretPairs.ReplaceAll(text, []byte(`${1}`+hiddenText)))
}

func inSeconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1e6 }

// sumJSON prints the sum for programs.
func (p *tapPrinter) sumJSON(s *tap.Summary) {
	sides := func(client, server int64) sidesJSON { return sidesJSON{client, server} }
	if p.err == nil {
		p.err = printJSON(p.out, tapSumJSON{
			Connections: s.Connections, Lost: s.Lost, Slowest: inSeconds(s.Slowest), Violations: s.Broken,
			Objects: sides(int64(s.Objects[check.FromClient]), int64(s.Objects[check.FromServer])),
			Bytes:   sides(s.Bytes[check.FromClient], s.Bytes[check.FromServer]),
		})
	}
}
