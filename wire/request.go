package wire

// Request is what a client asks. One struct holds the members of every action:
// the action says which of them matter; the table [Actions] tells.
type Request struct {
	Action string
	ID     string // chosen by the client; "" = none
	JIM    int    // protocol version, in the first object
	To     string // `to`, or its other names `room` and `user_id`

	Message  string
	Topic    *string
	Seq      uint64
	After    uint64 // `after` as a number
	HasAfter bool   // it was given: 0 is the beginning
	Before   uint64
	Limit    int
	Since    []Since
	HasSince bool   // it was given, perhaps empty
	Log      string // what the log was called that the numbers in Since are of; "" = not said
	Mark     string // `after` as a string: the place in a list of names

	User     User
	Status   string
	Device   string
	Invite   string
	Password string
	Old      string
	Revoke   string
	Do       string // admin: which command
	Alone    bool   // refuse me when somebody is connected under this name
	Live     bool   // refuse a message to a person who is not connected

	// Over UDP; see docs/protocol.md. Elsewhere they mean nothing.
	Cookie string // proves that its sender gets what is sent to its address
	Ack    uint64 // the event with this number has come
	HasAck bool   // it was given: 0 in what says who asks for numbers
}

// User is who a request says it comes from.
type User struct {
	Name     string `json:"account_name"`
	Password string `json:"password"`
	Token    string `json:"token"`
	Status   string `json:"status"`
}

// Since says that its sender has everything of a conversation up to Seq.
type Since struct {
	To  string
	Seq uint64
}

// reset empties r and keeps its memory.
func (r *Request) reset() {
	since := r.Since[:0]
	*r = Request{Since: since}
}
