// Package wire is what travels: the objects of JIM (JSON Instant Messaging),
// their codes and their limits, and how a stream of bytes is cut into them.
// It reads like docs/protocol.md, which is the specification.
//
// # Three kinds of object
//
//	request   client → server   {"action":"msg","id":"k1","to":"#ops","message":"hi"}
//	response  server → client   {"response":201,"id":"k1","time":1763.5,"to":"#ops","seq":918}
//	event     server → client   {"action":"msg","to":"#ops","from":"ann","seq":918,"id":"k1","time":1763.5,"message":"hi"}
//
// An object with the member "response" is a response; any other object from a
// server is an event, of the same shape as the request that caused it.
//
// Package wire knows no socket, no session and no store, and imports the
// standard library and the JSON v2 module only. It and package client are the
// two packages whose exported names stay compatible.
package wire
