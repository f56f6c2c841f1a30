//go:build unix

package main

// What the flags of several commands of the lab mean, and where examples are started.
var (
	sayLabTrace = phrase{
		"tell every socket call, with its arguments and its result",
		"показывать каждый вызов сокетов, с аргументами и результатом",
		"显示每个套接字调用及其参数和结果",
	}
	sayLabBuffer = phrase{
		"how many `BYTES` one recv takes at most",
		"сколько байт (`BYTES`) один recv берёт самое большее",
		"一次 recv 最多取多少字节（`BYTES`）",
	}
	sayLabBacklog = phrase{
		"how many `CLIENTS` may wait until they are accepted",
		"сколько клиентов (`CLIENTS`) могут ждать, пока их примут",
		"有多少客户端（`CLIENTS`）可以等待被 accept",
	}
	sayLabListen = phrase{
		"`ADDRESS` to listen on: HOST:PORT, unix://PATH; port 0 = any free one",
		"адрес (`ADDRESS`), на котором слушать: HOST:PORT, unix://PATH; порт 0 — любой свободный",
		"监听的地址（`ADDRESS`）：HOST:PORT 或 unix://PATH；端口 0 = 任意空闲端口",
	}

	sayInOne     = phrase{"in one terminal", "в одном терминале", "在一个终端里"}
	sayInAnother = phrase{"in another", "в другом", "在另一个终端里"}
	sayInTwo     = phrase{"in two others", "в двух других", "在另外两个终端里"}

	sayBadBuffer = phrase{
		"--buffer is %d; it can be 1 to 1048576 bytes",
		"--buffer равен %d, а может быть от 1 до 1048576 байт",
		"--buffer 是 %d；可以是 1 到 1048576 字节",
	}
	sayBadBacklog = phrase{
		"--backlog is %d; it can be 0 to 4096 clients",
		"--backlog равен %d, а может быть от 0 до 4096 клиентов",
		"--backlog 是 %d；可以是 0 到 4096 个客户端",
	}
	sayBadPort = phrase{"--port is %d; it can be 0 to 65535", "--port равен %d, а может быть от 0 до 65535", "--port 是 %d；可以是 0 到 65535"}
)

var sayLabEcho = labHelp{
	short: phrase{"A server that sends back what it gets", "Сервер, который отправляет обратно всё, что получил", "把收到的内容原样发回的服务器"},
	long: phrase{
		`A server that sends back what it gets, as each recv gave it.

With --buffer 20, as in the lecture, one message of 50 bytes comes back in pieces of 20, 20 and 10: TCP
carries bytes, not messages.`,
		`Сервер отправляет обратно всё, что получил, — так, как это отдал каждый recv.

С --buffer 20, как на лекции, одно сообщение в 50 байт вернётся кусками по 20, 20 и 10: TCP несёт байты, а
не сообщения.`,
		`把收到的内容发回去，每次 recv 得到什么就发什么。

用 --buffer 20（和课上一样），一条 50 字节的消息会分成 20、20 和 10 字节回来：TCP 运送的是字节，不是消息。`,
	},
	examples: []labExample{
		{command: "jim lab echo --trace"},
		{command: "jim lab echo --buffer 20 --trace"},
		{command: "jim lab echo --listen udp://127.0.0.1:5005 --buffer 20"},
		{command: "jim lab echo --listen ws://127.0.0.1:5005"},
		{command: "jim lab echo --listen unix:///tmp/echo.sock --in-turn"},
	},
}

var (
	sayEchoListen = phrase{
		"`ADDRESS` to listen on: HOST:PORT, udp:// or ws://HOST:PORT, unix://PATH; port 0 = any free one",
		"адрес (`ADDRESS`), на котором слушать: HOST:PORT, udp:// или ws://HOST:PORT, unix://PATH; порт 0 — любой свободный",
		"监听的地址（`ADDRESS`）：HOST:PORT、udp:// 或 ws://HOST:PORT、unix://PATH；端口 0 = 任意空闲端口",
	}
	sayEchoTurn = phrase{
		"serve one client after another, not all at once",
		"обслуживать клиентов по очереди, а не всех сразу",
		"一个接一个地服务客户端，而不是同时",
	}
)

var sayLabGreet = labHelp{
	short: phrase{"A server that speaks first, then prints what it gets", "Сервер, который говорит первым, а потом печатает всё, что получит", "先开口、然后打印收到内容的服务器"},
	long: phrase{
		`A server that speaks first, with two sends, and then prints what it gets until the client closes. Then it
waits for the next client.`,
		`Сервер говорит первым, двумя send, а потом печатает всё, что получит, пока клиент не закроет соединение.
После этого ждёт следующего.`,
		`服务器先开口（两次 send），然后打印收到的内容，直到客户端关闭；接着等下一个客户端。`,
	},
	examples: []labExample{
		{"jim lab greet --trace", sayInOne},
		{"jim lab dial 127.0.0.1:12333 --trace", sayInAnother},
	},
}

var sayLabTalk = labHelp{
	short: phrase{"One to one: two people type, each at one end", "Один на один: с обоих концов пишут люди", "一对一：两个人各在一端输入"},
	long: phrase{
		`One to one: two people type, each at one end of one connection.

Without ADDRESS it waits for the other side, with it it connects. With --turns both sides speak in turn, as
the programs of the tutorials do: a program with one thread either types or hears. Programs of
the tutorials can be the other side; they use the ports 1234 and 9999.`,
		`Один на один: два человека пишут, каждый на своём конце одного соединения.

Без ADDRESS команда ждёт другую сторону, с ним — соединяется. С --turns говорят по очереди, как в программах
из учебников: программа с одним потоком либо ждёт клавиатуру, либо слушает. Другой стороной может быть и
программа из учебника; у них порты 1234 и 9999.`,
		`一对一：两个人在同一个连接的两端输入。

不写 ADDRESS 就等待对方，写了就去连接。加 --turns 双方轮流说，像教程里的程序那样：只有一个线程的程序，要么在
等键盘，要么在听。另一端也可以是教程里的程序；它们用端口 1234 和 9999。`,
	},
	examples: []labExample{
		{"jim lab talk", phrase{"wait at 127.0.0.1:1234", "ждать на 127.0.0.1:1234", "在 127.0.0.1:1234 等待"}},
		{"jim lab talk 127.0.0.1:1234", phrase{"connect, in another terminal", "соединиться, в другом терминале", "连接，在另一个终端里"}},
		{command: "jim lab talk --listen 127.0.0.1:9999 --turns --trace"},
		{command: "jim lab talk 127.0.0.1:9999 --turns --trace"},
	},
}

var (
	sayTalkListen = phrase{
		"`ADDRESS` to wait at: HOST:PORT, unix://PATH; port 0 = any free one",
		"адрес (`ADDRESS`), на котором ждать: HOST:PORT, unix://PATH; порт 0 — любой свободный",
		"等待的地址（`ADDRESS`）：HOST:PORT 或 unix://PATH；端口 0 = 任意空闲端口",
	}
	sayTalkTurns = phrase{
		"speak in turn, as in the tutorials; who connects begins",
		"говорить по очереди, как в учебниках; начинает тот, кто соединился",
		"像教程那样轮流说；由连接的一方先说",
	}
	sayTalkBoth = phrase{
		"with --listen it waits, with ADDRESS it connects; not both",
		"с --listen команда ждёт, с ADDRESS соединяется; вместе нельзя",
		"--listen 是等待，ADDRESS 是连接；不能同时写",
	}
)

var sayLabDial = labHelp{
	short: phrase{"Connect to any server and type", "Соединиться с любым сервером и писать ему", "连接任何服务器并输入"},
	long: phrase{
		`Connect to any server. Each line that you type is sent, and what comes is printed.

It speaks tcp, udp, unix and ws, whose handshake and frames are shown byte by byte. At the end of what is
typed (Ctrl-D) it says so to the server and prints what still comes until the server closes too; over udp,
for one second.`,
		`Соединяется с любым сервером. Каждая набранная строка отправляется, пришедшее печатается.

Понимает tcp, udp, unix и ws: его рукопожатие и кадры видны байт за байтом. Когда ввод кончился (Ctrl-D),
сообщает об этом серверу и печатает то, что ещё придёт, пока и сервер не закроет соединение; по udp — ещё
одну секунду.`,
		`连接任何服务器。输入的每一行都会发出去，收到的都会打印出来。

支持 tcp、udp、unix 和 ws；ws 的握手和帧会逐字节显示。输入结束（Ctrl-D）时告诉服务器，然后继续打印收到的内容，
直到服务器也关闭；用 udp 时再等一秒。`,
	},
	examples: []labExample{
		{command: "jim lab dial 127.0.0.1:5005 --trace"},
		{command: "jim lab dial udp://127.0.0.1:5005"},
		{command: "jim lab dial ws://127.0.0.1:5005"},
		{command: "jim lab dial unix:///tmp/echo.sock"},
		{command: "echo hello | jim lab dial 127.0.0.1:5005"},
	},
}

var sayLabFraming = labHelp{
	short: phrase{"Why one recv is not one message, and what helps", "Почему один recv — это не одно сообщение и что с этим делать", "为什么一次 recv 不是一条消息，该怎么办"},
	long: phrase{
		`Why one recv is not one message, and what helps: a sender and a receiver in one program, over a real TCP
connection on loopback, with their real calls. In a terminal it waits for Enter between the parts.

The parts: %s.`,
		`Почему один recv — это не одно сообщение и что с этим делать: отправитель и получатель в одной программе, между
ними настоящее TCP-соединение через loopback, вызовы тоже настоящие. В терминале между частями ждёт Enter.

Части: %s.`,
		`为什么一次 recv 不是一条消息，该怎么办：发送方和接收方在同一个程序里，通过回环接口上真实的 TCP 连接，调用也是
真实的。在终端里，各部分之间等你按 Enter。

各部分：%s。`,
	},
	examples: []labExample{
		{command: "jim lab framing"},
		{command: "jim lab framing two-sends one-send"},
		{command: "JIM_LANG=ru jim lab framing | less"},
	},
}

var sayFramingNoPart = phrase{"there is no part %q; there are %s", "нет части %q; есть %s", "没有 %q 这一部分；有 %s"}

var sayLabTimeout = labHelp{
	short: phrase{"What waiting for an answer that does not come looks like", "Как выглядит ожидание ответа, который не приходит", "等一个不来的回答是什么样子"},
	long: phrase{
		`What waiting for an answer that does not come looks like: recv and connect with a time limit, nobody at a
port, a server that takes no clients. Everything happens on loopback. In a terminal it waits for
Enter between the parts.`,
		`Как выглядит ожидание ответа, который не приходит: recv и connect с пределом времени, порт, на котором никого
нет, сервер, который никого не принимает. Всё происходит на loopback. В терминале между частями ждёт Enter.`,
		`等一个不来的回答是什么样子：带时限的 recv 和 connect、没有程序监听的端口、不接受客户端的服务器。一切都在回环接口
上。在终端里，各部分之间等你按 Enter。`,
	},
	examples: []labExample{
		{command: "jim lab timeout"},
		{command: "jim lab timeout --after 3s"},
	},
}

var (
	sayTimeoutAfter = phrase{"the `TIME` limit", "предел времени (`TIME`)", "时限（`TIME`）"}
	sayBadAfter     = phrase{"--after is %v; it can be 1ms to 1m", "--after равен %v, а может быть от 1ms до 1m", "--after 是 %v；可以是 1ms 到 1m"}
)

var sayLabBind = labHelp{
	short: phrase{"When a server gets its address, and when not", "Когда сервер получает свой адрес, а когда нет", "服务器什么时候能得到地址，什么时候不能"},
	long: phrase{
		`When a server gets its address, and when not: a foreign address, a taken port, a port below 1024, and what
SO_REUSEADDR does. Everything happens on this machine. In a terminal it waits for Enter between the parts.

With ADDRESS it tries this one only.`,
		`Когда сервер получает свой адрес, а когда нет: чужой адрес, занятый порт, порт ниже 1024 и что делает
SO_REUSEADDR. Всё происходит на этой машине. В терминале между частями ждёт Enter.

С ADDRESS пробует только его.`,
		`服务器什么时候能得到地址，什么时候不能：别人的地址、被占用的端口、1024 以下的端口，以及 SO_REUSEADDR 的作用。
一切都在本机上。在终端里，各部分之间等你按 Enter。

写上 ADDRESS 就只试这一个。`,
	},
	examples: []labExample{
		{command: "jim lab bind"},
		{command: "jim lab bind 192.0.2.1:5005"},
		{command: "jim lab bind 127.0.0.1:7777"},
	},
}
