package check

// groups list the checks of servers, each group one part of a document.
var groups = []func() []*serverCheck{
	grammar, strict, accepted, wholes, kinds, shapes, frames, ends, sizes,
	welcomes, silences, befores, limits, logins, refusals, alikes,
	said, told, repeated, conflicts, addressed, lasting, answersAre, typing, marks, live,
	pages, between, readers, sizesOfPages, syncs, syncsMore, resumes, logNames,
	made, joined, left, listed, membersAre, people, contacts, presences,
	sessions, goodbyes, refusing, tokens, registers, devices, signedIn, passwords,
	posts, asked, streamed, datagrams, windows, acknowledged,
	courses, courseBroken, times, specified, proved1, said1, told1, refused1, rooms1, everybody1, contacts1,
	mentors, accountsM, saidM, toldM, mirrors, listsM, contactsM,
}

// rule is a check with its conversation: id, the words of the document, and what follows from them.
func rule(id, says, rule string, run func(*T)) *serverCheck {
	return &serverCheck{Check: Check{ID: id, Says: says, Rule: rule}, run: run, over: lines}
}

// on says over which transports the check can be made, where these are not all.
func (c *serverCheck) on(w ways) *serverCheck {
	c.over = w
	return c
}

// first marks a check without which the others make no sense.
func (c *serverCheck) first() *serverCheck {
	c.gate = true
	return c
}

// in puts checks into a section, but for those that have one, for some levels.
func in(s Section, levels []Level, checks ...*serverCheck) []*serverCheck {
	for _, c := range checks {
		if c.Section == "" {
			c.Section = s
		}
		c.Levels = levels
	}
	return checks
}

// The levels of a group.
var (
	onJIM2    = []Level{JIM2}
	onJIM1    = []Level{JIM1}
	onMentor  = []Level{Mentor}
	onCourses = []Level{JIM1, Mentor}
)
