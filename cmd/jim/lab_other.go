//go:build !unix

package main

import "github.com/spf13/cobra"

// labCommands is one command for every word: the lab's system calls are those of Unix.
func labCommands() []*cobra.Command {
	return []*cobra.Command{{
		Use:                "echo",
		Aliases:            []string{"greet", "talk", "room", "dial", "http", "udp", "file", "framing", "capture", "timeout", "bind", "lan"},
		Short:              sayLabUnix.here(),
		DisableFlagParsing: true,
		RunE: func(*cobra.Command, []string) error {
			return exitf(exitFailed, "%s", sayLabNoUnix.here())
		},
	}}
}

var (
	sayLabUnix   = phrase{"Say that the lab needs a Unix-like system", "Сказать, что лаборатории нужна Unix-подобная система", "说明实验室需要类 Unix 系统"}
	sayLabNoUnix = phrase{
		"jim lab makes system calls of Unix, and this system is none; on Windows it runs in WSL",
		"jim lab делает системные вызовы Unix, а эта система — не Unix; в Windows она работает в WSL",
		"jim lab 使用 Unix 的系统调用，而这不是 Unix 系统；在 Windows 上可以在 WSL 里运行",
	}
)
