package wire

import "strconv"

// Code is the number of a response. The numbers of the course's JIM/1 are kept;
// the others have the meaning they have in HTTP (RFC 9110, RFC 6585, RFC 4918).
type Code int

// The codes of JIM. Their meanings stand in [Codes], the one table from which
// the specification's table is made.
const (
	Notice           Code = 100
	Important        Code = 101
	OK               Code = 200
	Created          Code = 201
	Accepted         Code = 202
	BadRequest       Code = 400
	Unauthorized     Code = 401
	WrongLogin       Code = 402
	Forbidden        Code = 403
	NotFound         Code = 404
	Timeout          Code = 408
	Conflict         Code = 409
	Offline          Code = 410
	TooLarge         Code = 413
	UpgradeRequired  Code = 426
	TooMany          Code = 429
	Internal         Code = 500
	NotImplemented   Code = 501
	Unavailable      Code = 503
	StorageFull      Code = 507
	firstError            = BadRequest
	firstServerError      = Internal
)

// CodeInfo is one row of the table of codes.
type CodeInfo struct {
	Code    Code
	Name    string // one or two words
	Meaning string // one sentence
	Retry   bool   // whether the same request may succeed later
	Since   int    // 1: the course's JIM/1; 2: added by JIM/2
}

// Codes lists every code a server may answer, in order.
var Codes = []CodeInfo{
	{Notice, "notice", "A basic notice; its words are in `alert`.", false, 1},
	{Important, "important notice", "A notice that should be shown; its words are in `alert`.", false, 1},
	{OK, "ok", "Done.", false, 1},
	{Created, "created", "Kept on stable storage; `seq` is its number where it has one.", false, 1},
	{Accepted, "accepted", "Taken; for JIM/1 also the answer to `get_contacts`.", false, 1},
	{BadRequest, "bad request", "Not JSON, not one object, or a member that is missing or wrong.", false, 1},
	{Unauthorized, "not authorised", "Say who you are first, or this name needs its password or token. Over UDP with `cookie`: send it again with that.", false, 1},
	{WrongLogin, "wrong login", "Wrong name, password, token or invitation; which of them is not said.", false, 1},
	{Forbidden, "forbidden", "You are known, and may not do this.", false, 1},
	{NotFound, "not found", "No such person or room.", false, 1},
	{Timeout, "timed out", "You took too long; come back when you are ready.", true, 2},
	{Conflict, "conflict", "The name is taken or connected already, or this `id` was used for something else.", false, 1},
	{Offline, "offline", "The person exists but is not connected, and the message was for this moment only (`live`, and JIM/1).", true, 1},
	{TooLarge, "too large", "Over a limit of size; the limits are in the answer to `presence`.", false, 2},
	{UpgradeRequired, "upgrade required", "This needs a newer protocol or an encrypted connection.", false, 2},
	{TooMany, "too many", "Slower, please: again after `retry_after` seconds.", true, 2},
	{Internal, "internal", "The server failed; it has been logged there. The outcome may be unknown: send the same `id` again.", true, 1},
	{NotImplemented, "not implemented", "No such action here.", false, 2},
	{Unavailable, "unavailable", "The server is stopping or overloaded: again after `retry_after` seconds.", true, 2},
	{StorageFull, "storage full", "The disk is full: reading works, keeping does not, until there is room.", true, 2},
}

// String is the number and the name of c: "404 not found".
func (c Code) String() string {
	if i, ok := c.info(); ok {
		return strconv.Itoa(int(c)) + " " + i.Name
	}
	return strconv.Itoa(int(c))
}

// IsError tells whether c says that the request failed.
func (c Code) IsError() bool { return c >= firstError }

// Retryable tells whether the same request may succeed when sent again.
func (c Code) Retryable() bool {
	if i, ok := c.info(); ok {
		return i.Retry
	}
	return c >= firstServerError
}

func (c Code) info() (CodeInfo, bool) {
	for _, i := range Codes {
		if i.Code == c {
			return i, true
		}
	}
	return CodeInfo{}, false
}
