package main

import "strings"

// labHelp is the help of a command of the lab: it is for learners, so it exists in all languages. The
// commands in examples are the same in all of them.
type labHelp struct {
	short, long phrase
	examples    []labExample
}

// labExample is a command, and what stands behind it.
type labExample struct {
	command string
	means   phrase
}

// shown are the examples as help shows them.
func (h labHelp) shown() string {
	width := 0
	for _, e := range h.examples {
		if e.means != (phrase{}) {
			width = max(width, len(e.command)+4)
		}
	}
	var lines []string
	for _, e := range h.examples {
		line := "  " + e.command
		if e.means != (phrase{}) {
			line += strings.Repeat(" ", width-len(e.command)) + e.means.here()
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

var sayLab = labHelp{
	short: phrase{"Look at sockets at work", "Посмотреть на сокеты в работе", "看套接字如何工作"},
	long: phrase{
		`Look at sockets at work: the examples of socket tutorials as one command each.

With --trace every system call is told as it happens, with its arguments and its result, and what it
means. The lab speaks English, Russian or Chinese, like your locale or JIM_LANG. What came over a
socket is on stdout, everything else on stderr. Ctrl-C ends a command and closes its sockets. It needs
a Unix-like system. docs/lab has a page for each command.

framing, timeout, bind, udp and file --sample need nobody at the other side and tell every call unless you
say --trace=false. Begin with framing.`,
		`Сокеты в работе: примеры из учебников по сокетам, каждый — одной командой.

С --trace виден каждый системный вызов в тот миг, когда он происходит: аргументы, результат и что он
значит. Лаборатория говорит по-русски, по-английски и по-китайски: как система или как велит JIM_LANG.
Пришедшее через сокет идёт в stdout, всё остальное — в stderr. Ctrl-C завершает команду и закрывает её
сокеты. Нужна Unix-подобная система. О каждой команде есть страница в docs/lab.

Командам framing, timeout, bind, udp и file --sample второй стороны не надо; вызовы они показывают и так,
если не сказать --trace=false. Начните с framing.`,
		`看套接字如何工作：套接字教程里的每个例子，一条命令一个。

加上 --trace，每个系统调用发生时都会显示参数、结果和含义。实验室说中文、英文或俄文，跟随系统语言或
JIM_LANG。从套接字收到的内容写到 stdout，其余都写到 stderr。Ctrl-C 结束命令并关闭它的套接字。需要类
Unix 系统。docs/lab 里每条命令都有一页说明。

framing、timeout、bind、udp 和 file --sample 不需要另一端，不加 --trace 也会显示每个调用，除非写上
--trace=false。请从 framing 开始。`,
	},
	examples: []labExample{
		{"jim lab framing", phrase{"why one recv is not one message", "почему один recv — это не одно сообщение", "为什么一次 recv 不是一条消息"}},
		{"jim lab echo --trace", phrase{"a server, in one terminal", "сервер, в одном терминале", "服务器，在一个终端里"}},
		{"jim lab dial 127.0.0.1:5005 --trace", phrase{"a client, in another", "клиент, в другом", "客户端，在另一个终端里"}},
	},
}
