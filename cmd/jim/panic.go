package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/debug"
	"time"

	"jim/lastword"
)

var sayPanic = phrase{
	"jim: a fault of this program, which ends now: %v; please report it, with the lines of the log about it",
	"jim: ошибка в самой программе, она завершается: %v; пожалуйста, сообщите о ней, приложив строки журнала о ней",
	"jim：程序自身出错，现在退出：%v；请报告此问题并附上相关日志",
}

// lastWordMost is how long saying the last word may take: a terminal that is held, or a log that nobody
// reads, must not keep a process that cannot go on.
const lastWordMost = 5 * time.Second

// faultOf says on stderr that the program has a fault, and where in log, and ends the process.
func faultOf(stderr io.Writer, log *slog.Logger) lastword.Say {
	return func(fault any, stack []byte) {
		time.AfterFunc(lastWordMost, func() { os.Exit(exitPanic) })
		log.Error("a fault of this program, which ends now", "fault", fmt.Sprint(fault), "stack", string(stack))
		fmt.Fprintln(stderr, visibleLine(fmt.Sprintf(sayPanic.in(speaks()), fault)))
		if !log.Enabled(context.Background(), slog.LevelError) {
			stderr.Write(stack)
		}
		os.Exit(exitPanic)
	}
}

// guardServer makes every panic the end of a server. Those of goroutines that belong to libraries have no last
// word: the Go runtime shows where all of them were and ends the process with SIGABRT, where it would end it with
// 2 otherwise, which is for a wrong command line and is not started again.
func guardServer(stderr io.Writer, log *slog.Logger) {
	debug.SetTraceback("crash")
	noCores()
	lastword.Give(faultOf(stderr, log))
}
