// Package lab shows sockets at work: each of its commands is one example of a socket tutorial, made
// of real system calls, which are told as they happen. It is what `jim lab` runs. It needs a
// Unix-like system; elsewhere the package is empty. It knows nothing of the chat.
//
// The calls go to the kernel directly (golang.org/x/sys/unix), not through package net, whose sockets
// are never blocking and whose calls are others than those of the tutorials. So what is told is what
// the kernel was asked: a blocked call blocks its thread, as in C. TestTraceIsWhatStraceSees compares.
//
// # How a command is made
//
// A command is a struct of its settings with a method Run(*Lab) error, in a file of its own
// (echo.go is the pattern for servers, dial.go for clients), with what it says beside it
// (echo_words.go). In Run:
//
//   - [Lab.Socket], [Lab.Listen] and [Lab.Connect] make a [Sock]; its methods are the calls. Each call
//     is told with --trace: on one line the call, its arguments and its result; below it, the first
//     time, what it means (words_calls.go, in three languages; a call or an errno that is new gets a
//     row there). A call that is not back after a moment is told as waiting, then with how long it took.
//   - [Lab.remark] adds to the trace what is special about the call just told; [Lab.say] speaks to
//     the person, with or without a trace; both go to stderr. What came over a socket goes to
//     stdout, with [Lab.print] (text of strangers is made fit for a terminal there), or in
//     quotes, with [quoted].
//   - [Lab.Go] starts a thread of the command, which Run of the package waits for; [Lab.Typed] brings what is
//     typed, line by line.
//   - A [Sock] is closed by who uses it, after its last call has come back. Ctrl-C shuts every open
//     socket down, which wakes the calls that wait: accept fails, recv gives 0. A command then
//     just returns, and closes on its way; what it returns does not count. [Lab.Stopped] tells.
//   - A demonstration needs nobody at the other side (framing.go): it has several sides in one program,
//     each of which makes its sockets with a [side] that the trace names, and parts, which
//     [Lab.show] shows. One thread makes its calls one after another, so that each run tells the same.
//   - A call that fails gives a [*CallError], what was given and cannot be used an [*InputError].
//     Neither is wrapped: the command line makes the exit code of them.
//
// Then: a file cmd/jim/lab_NAME.go with the flags, and a row in newLabCommand; scripts
// cmd/jim/testdata/script/lab-NAME.txtar in three languages (lab_script_test.go has the commands for
// programs that run beside the script), a row in TestTraceIsWhatStraceSees or its neighbour; a page docs/lab/NAME.md with a drawing of the calls, and
// rows in the three indexes there.
package lab
