package listen

import (
	"math"
	"net/http"
	"strconv"
	"time"

	"jim/wire"
)

// replyTimeout bounds how long a client may take to receive an answer.
const replyTimeout = 30 * time.Second

// reply answers an HTTP request with one object of JIM, which ends with LF.
func reply(w http.ResponseWriter, code wire.Code, object []byte) {
	if http.NewResponseController(w).SetWriteDeadline(time.Now().Add(replyTimeout)) != nil {
		return // the connection is gone
	}
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Content-Length", strconv.Itoa(len(object)))
	if code == wire.Unauthorized || code == wire.WrongLogin {
		// Not Basic, or browsers would ask for a password in a window of theirs.
		header.Set("WWW-Authenticate", `Bearer realm="jim"`)
	}
	w.WriteHeader(httpStatus(code))
	_, _ = w.Write(object) // a client that is gone misses nothing that it could ask for again
}

// replyError answers an HTTP request that a session was not needed for, and returns the code.
func replyError(w http.ResponseWriter, err *wire.Error, id string) wire.Code {
	setRetryAfter(w, err.RetryAfter.Seconds())
	reply(w, err.Code, errorObject(err, id))
	return err.Code
}

func setRetryAfter(w http.ResponseWriter, seconds float64) {
	if seconds > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(seconds))))
	}
}

// httpStatus is the status of HTTP for a code of JIM. They are the same, but that
// notices are answers, too, and that 402 means something else in HTTP.
func httpStatus(code wire.Code) int {
	switch {
	case code == wire.WrongLogin:
		return http.StatusUnauthorized
	case code == wire.Notice || code == wire.Important:
		return http.StatusOK
	case code >= 200 && code <= 299 || code >= 400 && code <= 599:
		return int(code)
	}
	return http.StatusInternalServerError
}

// statusText is the phrase of a status.
func statusText(status int) string {
	if text := http.StatusText(status); text != "" {
		return text
	}
	return "Unknown"
}

// allow answers a request of the wrong method, and tells whether it was right.
func allow(w http.ResponseWriter, r *http.Request, method string) bool {
	if r.Method == method {
		return true
	}
	w.Header().Set("Allow", method)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusMethodNotAllowed)
	_, _ = w.Write(errorObject(wire.Errorf(wire.BadRequest, "use %s here", method), "")) // the client may be gone
	return false
}
