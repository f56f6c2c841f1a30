package wire

// The actions that this version of the protocol knows. Which members each takes
// stands in [Actions].
const (
	ActPresence     = "presence"
	ActAuthenticate = "authenticate"
	ActRegister     = "register"
	ActQuit         = "quit"
	ActPing         = "ping"
	ActProbe        = "probe"
	ActBye          = "bye"
	ActMsg          = "msg"
	ActTyping       = "typing"
	ActRead         = "read"
	ActHistory      = "history"
	ActSync         = "sync"
	ActBehind       = "behind"
	ActCreate       = "create"
	ActJoin         = "join"
	ActLeave        = "leave"
	ActTopic        = "topic"
	ActRooms        = "rooms"
	ActMembers      = "members"
	ActGetContacts  = "get_contacts"
	ActAddContact   = "add_contact"
	ActDelContact   = "del_contact"
	ActWhois        = "whois"
	ActPasswd       = "passwd"
	ActSessions     = "sessions"
	ActAdmin        = "admin"
)

// ActionInfo is one row of the table of actions.
type ActionInfo struct {
	Name    string
	From    string // who sends it: "client", "server" or "both"
	Members string // of the request, optional ones in brackets
	Answer  string // codes of success
	Meaning string // one sentence
}

// Actions lists every action in the order of the specification.
var Actions = []ActionInfo{
	{ActPresence, "both", "user, [jim], [status], [device], [since], [log], [alone]", "200", "Says who you are; later, what you are doing. As an event: somebody came, went or changed."},
	{ActAuthenticate, "client", "user", "200", "Proves who you are with a password or a token."},
	{ActRegister, "client", "user, [invite], [device]", "201", "Makes a name yours, with a password."},
	{ActPing, "client", "", "200", "Asks whether the server is there."},
	{ActQuit, "client", "", "200", "Says goodbye; the server closes."},
	{ActProbe, "server", "", "", "Asks a silent connection to say who it is, and says how."},
	{ActBye, "server", "", "", "The server closes; `retry_after` says when to come back."},
	{ActMsg, "both", "to, message, [id], [live]", "201", "Says something to a person or a room; kept before it is told."},
	{ActTyping, "both", "to", "202", "You are writing; not kept."},
	{ActRead, "both", "to, seq", "200", "You have read up to seq; told to your other devices."},
	{ActHistory, "client", "to, [before], [after], [limit]", "200", "Reads what was said: the newest, or before or after a number."},
	{ActSync, "client", "since, [log]", "200", "Gets everything after the numbers given, then goes on live."},
	{ActBehind, "server", "", "", "You read too slowly or were away: you miss events up to `seq`; ask for them when you like."},
	{ActCreate, "both", "to, [topic]", "201", "Makes a room and joins it."},
	{ActJoin, "both", "to", "200, 201", "Joins a room, and makes it if it is not there yet. Lasts until you leave."},
	{ActLeave, "both", "to", "200", "Leaves a room."},
	{ActTopic, "both", "to, [topic], [id]", "200, 201", "Reads or sets what a room is about."},
	{ActRooms, "client", "[after], [limit]", "200", "Lists your conversations, and the rooms of the server."},
	{ActMembers, "client", "to, [after], [limit]", "200", "Lists who is in a room."},
	{ActGetContacts, "client", "[after], [limit]", "200", "Lists your contacts."},
	{ActAddContact, "both", "to", "200", "Adds a contact, whose presence you are then told."},
	{ActDelContact, "both", "to", "200", "Removes a contact."},
	{ActWhois, "client", "to", "200", "Tells about a person."},
	{ActPasswd, "client", "password, [old]", "200", "Changes your password and logs out your other devices."},
	{ActSessions, "both", "[revoke], [after], [limit]", "200", "Lists your devices and connections, or logs one out."},
	{ActAdmin, "client", "do, …", "200, 201", "Operator commands."},
}

// knownActions has every name of [Actions].
var knownActions = func() map[string]string {
	known := map[string]string{}
	for _, a := range Actions {
		known[a.Name] = a.Name
	}
	return known
}()
