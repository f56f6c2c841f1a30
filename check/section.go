package check

import "strings"

// Section is a part of a document: its path in the repository, and the anchor of its heading.
type Section string

// The sections that checks prove.
const (
	OnTheWire     Section = "docs/protocol.md#2-objects-on-the-wire"
	Conversations Section = "docs/protocol.md#3-conversations-and-numbers"
	SayingWho     Section = "docs/protocol.md#4-saying-who-you-are"
	Talking       Section = "docs/protocol.md#5-talking"
	WhatWasSaid   Section = "docs/protocol.md#6-what-was-said"
	Rooms         Section = "docs/protocol.md#7-rooms"
	People        Section = "docs/protocol.md#8-people"
	YourAccount   Section = "docs/protocol.md#9-your-account"
	FromTheServer Section = "docs/protocol.md#10-from-the-server"
	OverHTTP      Section = "docs/protocol.md#11-http"
	LiveAndAlone  Section = "docs/protocol.md#12-jim1"
	OverUDP       Section = "docs/protocol.md#13-udp"
	Actions       Section = "docs/protocol.md#actions"
	Codes         Section = "docs/protocol.md#codes"
	Limits        Section = "docs/protocol.md#limits"
	Errors        Section = "docs/protocol.md#errors"
	Course        Section = "docs/dialects.md#programs-of-the-course"
	Specification Section = "docs/dialects.md#the-courses-specification"
	Mentors       Section = "docs/dialects.md#the-mentors-dialect"
	Passwords     Section = "docs/dialects.md#passwords"
	NotSaid       Section = "docs/dialects.md#what-a-dialect-cannot-say"
)

// Sections are all of them, in the order of the documents.
var Sections = []Section{
	OnTheWire, Conversations, SayingWho, Talking, WhatWasSaid, Rooms, People, YourAccount, FromTheServer,
	OverHTTP, LiveAndAlone, OverUDP, Actions, Codes, Limits, Errors,
	Course, Specification, Mentors, Passwords, NotSaid,
}

// titles are the headings of the sections.
var titles = map[Section]string{
	OnTheWire: "2. Objects on the wire", Conversations: "3. Conversations and numbers",
	SayingWho: "4. Saying who you are", Talking: "5. Talking", WhatWasSaid: "6. What was said",
	Rooms: "7. Rooms", People: "8. People", YourAccount: "9. Your account",
	FromTheServer: "10. From the server", OverHTTP: "11. HTTP", LiveAndAlone: "12. JIM/1", OverUDP: "13. UDP",
	Actions: "Actions", Codes: "Codes", Limits: "Limits", Errors: "Errors",
	Course: "Programs of the course", Specification: "The course's specification",
	Mentors: "The mentors' dialect", Passwords: "Passwords", NotSaid: "What a dialect cannot say",
}

// Title is the heading of the section as it stands in the document.
func (s Section) Title() string { return titles[s] }

// File is the path of the document in the repository.
func (s Section) File() string {
	file, _, _ := strings.Cut(string(s), "#")
	return file
}

// Anchor is the heading as the forges write it in a link.
func (s Section) Anchor() string {
	_, anchor, _ := strings.Cut(string(s), "#")
	return anchor
}
