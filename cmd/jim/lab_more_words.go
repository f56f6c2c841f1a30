//go:build unix

package main

var sayLabRoom = labHelp{
	short: phrase{"Many clients; threads against processes", "Много клиентов; потоки против процессов", "许多客户端；线程与进程的对比"},
	long: phrase{
		`A server for many clients: what one says all hear, with who said it; exit leaves.

--with threads serves each client in a thread of its own. --with processes makes a process for
each, as ForkingTCPServer of Python does: processes share no variables, so nobody hears the others,
unless --pass-on lets the parent carry it. --with one serves one client, and the next ones wait.
The numbers of threads and processes are shown, and a variable that counts.`,
		`Сервер для многих клиентов: сказанное одним слышат все, и видно, кто сказал; exit — выйти.

--with threads обслуживает каждого клиента в отдельном потоке. --with processes создаёт для каждого процесс,
как ForkingTCPServer в Python: общих переменных у процессов нет, поэтому никто не слышит других, если
родитель не передаёт сказанное дальше (--pass-on). --with one обслуживает одного, остальные ждут. Видны
номера потоков и процессов и переменная, которая считает.`,
		`为许多客户端服务：一个人说的话大家都听得到，并写明是谁说的；输入 exit 离开。

--with threads 用单独的线程服务每个客户端。--with processes 为每个客户端建一个进程，像 Python 的 ForkingTCPServer：
进程之间不共享变量，所以谁也听不到别人，除非用 --pass-on 让父进程转发。--with one 一次只服务一个，其余的等待。
会显示线程号、进程号和一个计数的变量。`,
	},
	examples: []labExample{
		{"jim lab room --trace", sayInOne},
		{"jim lab dial 127.0.0.1:9998", sayInTwo},
		{command: "jim lab room --with processes --pass-on"},
		{command: "jim lab room --with one"},
	},
}

var (
	sayRoomWith = phrase{
		"`HOW` clients are served: threads, processes or one (after another)",
		"как (`HOW`) обслуживать клиентов: threads — потоками, processes — процессами, one — по одному",
		"怎样（`HOW`）服务客户端：threads（线程）、processes（进程）或 one（一个接一个）",
	}
	sayRoomPassing = phrase{
		"with processes: the parent passes on what a child hears",
		"с процессами: родитель передаёт всем, что услышал потомок",
		"用进程时：父进程把子进程听到的转发给大家",
	}
	sayRoomOnlyProcesses = phrase{"--pass-on is for --with processes", "--pass-on бывает только с --with processes", "--pass-on 只用于 --with processes"}
	sayRoomBadWith       = phrase{
		"--with is %q; it can be threads, processes or one",
		"--with равен %q, а может быть threads, processes или one",
		"--with 是 %q；可以是 threads、processes 或 one",
	}
)

var sayLabHTTP = labHelp{
	short: phrase{"A GET written by hand, and the raw answer", "GET, написанный руками, и ответ как есть", "手写的 GET 和原样的应答"},
	long: phrase{
		`Ask a web server for a page with a request written by hand: a browser does the same. The answer is
printed on stdout as it came, its body up to --body bytes.

With --old the request is the lecture's, HTTP/1.0 without headers. Over https the same bytes travel
inside TLS. No redirect is followed and no chunk taken apart: they are explained.`,
		`Просит у веб-сервера страницу запросом, который написан руками: браузер делает то же самое. Ответ печатается в
stdout как есть, тело — не больше --body байт.

С --old запрос такой, как на лекции: HTTP/1.0 без заголовков. По https те же байты идут внутри TLS.
По перенаправлениям команда не ходит и chunked не разбирает, а объясняет их.`,
		`用手写的请求向网站服务器要一个页面：浏览器做的也是这件事。应答原样打印到 stdout，正文最多 --body 字节。

加 --old，请求就是课上的那个：没有头部的 HTTP/1.0。用 https 时，同样的字节在 TLS 里传送。不跟随重定向，也不拆
分块，只作解释。`,
	},
	examples: []labExample{
		{command: "jim lab http http://127.0.0.1:7777/ --trace"},
		{command: "jim lab http http://127.0.0.1:7777/nothing"},
		{command: "jim lab http example.com --old"},
	},
}

var (
	sayHTTPOld = phrase{
		"send HTTP/1.0 without headers, as the lecture does",
		"отправить HTTP/1.0 без заголовков, как на лекции",
		"像课上那样发送没有头部的 HTTP/1.0",
	}
	sayHTTPBody = phrase{
		"how many `BYTES` of the body are shown",
		"сколько байт (`BYTES`) тела показать",
		"显示正文的多少字节（`BYTES`）",
	}
	sayBadBody = phrase{
		"--body is %d; it can be 0 to 1048576 bytes",
		"--body равен %d, а может быть от 0 до 1048576 байт",
		"--body 是 %d；可以是 0 到 1048576 字节",
	}
)

var sayLabUDP = labHelp{
	short: phrase{"Stones without a catcher: what UDP loses and TCP does not", "Камни без ловца: что UDP теряет, а TCP — нет", "没有人接的石头：UDP 会丢什么，而 TCP 不会"},
	long: phrase{
		`Throw stones: over UDP through a link of its own that loses, delays and doubles some, then over TCP,
then over UDP at a port that nobody has. Everything stays on this machine.

With --listen it catches datagrams by hand; with an ADDRESS it throws what you type, each line as
one datagram. The calls of these two are told with --trace.`,
		`Бросаем камни: по UDP через свой канал, который часть теряет, задерживает и удваивает; потом по TCP; потом по
UDP на порт, на котором никого нет. Всё остаётся на этой машине.

С --listen команда ловит датаграммы; с ADDRESS — бросает набранное, каждую строку одной датаграммой. Вызовы
этих двух видны с --trace.`,
		`扔石头：先用 UDP，经过自己的链路，它会丢掉、延迟和重复一些；然后用 TCP；再用 UDP 扔向没有程序的端口。一切都留在
本机上。

加 --listen 就手动接收数据报；写上 ADDRESS 就把输入的每一行作为一个数据报扔出去。这两种的调用要加 --trace 才显示。`,
	},
	examples: []labExample{
		{command: "jim lab udp"},
		{command: "jim lab udp --stones 20 --loss 50 --seed 7"},
		{"jim lab udp --listen 127.0.0.1:12333 --buffer 20", sayInOne},
		{"jim lab udp 127.0.0.1:12333 --trace", sayInAnother},
		{"jim lab udp 127.0.0.1:12333 --size 70000 --trace", phrase{"more than a datagram holds", "больше, чем вмещает датаграмма", "超过一个数据报的容量"}},
	},
}

var (
	sayUDPStones  = phrase{"how many `STONES` are thrown, 1 to 100", "сколько камней (`STONES`) бросить, от 1 до 100", "扔多少块石头（`STONES`），1 到 100"}
	sayUDPLoss    = phrase{"how many `PERCENT` of them the link loses", "сколько процентов (`PERCENT`) теряет канал", "链路丢失百分之多少（`PERCENT`）"}
	sayUDPReorder = phrase{
		"how many `PERCENT` it holds back, so that later ones come before",
		"сколько процентов (`PERCENT`) он придерживает, так что более поздние приходят раньше",
		"扣住百分之多少（`PERCENT`），使后扔的先到",
	}
	sayUDPDouble = phrase{"how many `PERCENT` it doubles", "сколько процентов (`PERCENT`) он удваивает", "重复百分之多少（`PERCENT`）"}
	sayUDPSeed   = phrase{"the same `NUMBER` does the same harm", "то же число (`NUMBER`) — тот же вред", "同一个数字（`NUMBER`）造成同样的破坏"}
	sayUDPListen = phrase{
		"`ADDRESS` to catch datagrams at: HOST:PORT; port 0 = any free one",
		"адрес (`ADDRESS`), на котором ловить датаграммы: HOST:PORT; порт 0 — любой свободный",
		"接收数据报的地址（`ADDRESS`）：HOST:PORT；端口 0 = 任意空闲端口",
	}
	sayUDPBuffer = phrase{
		"how many `BYTES` of a datagram one recvfrom takes at most",
		"сколько байт (`BYTES`) датаграммы один recvfrom берёт самое большее",
		"一次 recvfrom 最多取一个数据报的多少字节（`BYTES`）",
	}
	sayUDPSize = phrase{
		"throw one datagram of so many `BYTES` at ADDRESS",
		"бросить на ADDRESS одну датаграмму в столько байт (`BYTES`)",
		"向 ADDRESS 扔一个这么多字节（`BYTES`）的数据报",
	}
	sayUDPBoth = phrase{
		"either --listen or an ADDRESS: one catches, the other throws",
		"или --listen, или ADDRESS: одно ловит, другое бросает",
		"--listen 和 ADDRESS 只能写一个：一个接，一个扔",
	}
	sayBadStones  = phrase{"--stones is %d; it can be 1 to %d", "--stones равен %d, а может быть от 1 до %d", "--stones 是 %d；可以是 1 到 %d"}
	sayBadPercent = phrase{
		"%s is %d; it is a percentage from 0 to 100",
		"%s равен %d, а это проценты: от 0 до 100",
		"%s 是 %d；它是 0 到 100 的百分数",
	}
	sayBadSize = phrase{
		"--size is %d; it can be 1 to 1048576 bytes",
		"--size равен %d, а может быть от 1 до 1048576 байт",
		"--size 是 %d；可以是 1 到 1048576 字节",
	}
)

var sayLabFile = labHelp{
	short: phrase{
		"A photo over a socket, with a progress bar and a checksum",
		"Фотография через сокет: полоса прогресса и контрольная сумма",
		"用套接字传一张照片，带进度条和校验和",
	},
	long: phrase{
		`Send a file over a socket, or receive files.

The bytes of a file say neither its name nor where it ends, so a line with both goes in front, and
a SHA-256 checksum behind; the receiver compares. It keeps files in one folder under a safe name and
overwrites none. With --sample a small picture is sent: to ADDRESS, or without one to itself,
so that one command shows both sides. Nothing is encrypted.`,
		`Отправляет файл через сокет или принимает файлы.

По байтам файла не узнать ни его имени, ни где он кончается, поэтому впереди идёт строка с тем и другим, а
позади — контрольная сумма SHA-256; получатель сверяет. Файлы он кладёт в одну папку под безопасным именем
и ни одного не перезаписывает. С --sample отправляется маленькая картинка: на ADDRESS, а без него — самому
себе, и одна команда показывает обе стороны. Ничего не шифруется.`,
		`用套接字发送一个文件，或接收文件。

文件的字节既不说明名字，也不说明在哪里结束，所以前面先发一行写明这两样，后面跟 SHA-256 校验和，由接收方核对。
文件用安全的名字存进同一个文件夹，不会覆盖已有的文件。加 --sample 会发送一张小图片：发给 ADDRESS，不写就发给
自己，这样一条命令就能看到双方。什么都不加密。`,
	},
	examples: []labExample{
		{command: "jim lab file --sample"},
		{"jim lab file --listen 127.0.0.1:12333 --into photos", sayInOne},
		{"jim lab file cat.jpg 127.0.0.1:12333", sayInAnother},
	},
}

var (
	sayFileListen = phrase{
		"receive files at `ADDRESS`: HOST:PORT, unix://PATH; port 0 = any free one",
		"принимать файлы на адресе (`ADDRESS`): HOST:PORT, unix://PATH; порт 0 — любой свободный",
		"在该地址（`ADDRESS`）接收文件：HOST:PORT 或 unix://PATH；端口 0 = 任意空闲端口",
	}
	sayFileInto   = phrase{"keep them in `FOLDER`", "класть их в папку (`FOLDER`)", "存进文件夹（`FOLDER`）"}
	sayFileOnce   = phrase{"end after one sender", "закончить после одного отправителя", "一个发送者之后就结束"}
	sayFileSample = phrase{"send a small picture that is made here", "отправить маленькую картинку, которая рисуется тут же", "发送一张当场生成的小图片"}
	sayFileBuffer = phrase{
		"how many `BYTES` one send or recv takes at most",
		"сколько байт (`BYTES`) один send или recv берёт самое большее",
		"一次 send 或 recv 最多多少字节（`BYTES`）",
	}
	sayFileWant = phrase{
		"want --listen ADDRESS, or PATH ADDRESS, or --sample",
		"нужно --listen ADDRESS, или PATH ADDRESS, или --sample",
		"应为 --listen ADDRESS，或 PATH ADDRESS，或 --sample",
	}
)

var sayLabLAN = labHelp{
	short: phrase{"A chat without a server, by UDP broadcast", "Чат без сервера, широковещанием UDP", "没有服务器的聊天，用 UDP 广播"},
	long: phrase{
		`A chat without a server, for everybody on the local network: each line goes out as "nickname:text" in
one datagram to the broadcast address of each interface, and whoever listens on the port hears it.

Anybody on the network can read it and use your name: nothing is encrypted or proven.`,
		`Чат без сервера для всех в локальной сети: каждая строка уходит одной датаграммой «имя:текст» на
широковещательный адрес каждого интерфейса, и слышит её каждый, кто слушает этот порт.

Прочесть её и назваться вашим именем может любой в этой сети: ничего не шифруется и не доказывается.`,
		`没有服务器的聊天，局域网里人人可用：每一行作为一个“昵称:文字”数据报发往每个接口的广播地址，凡是在监听该端口的
都能听到。

网络上的任何人都能读到，也能冒用你的名字：既不加密，也不验证身份。`,
	},
	examples: []labExample{
		{command: "jim lab lan ann --trace"},
		{command: "jim lab lan bob --to 192.168.1.255"},
		{"jim lab lan ann --to 127.255.255.255", phrase{"only this machine", "только эта машина", "只在本机"}},
	},
}

var (
	sayLANPort = phrase{"the `PORT` that all use; 0 = any free one", "порт (`PORT`), один на всех; 0 — любой свободный", "大家共用的端口（`PORT`）；0 = 任意空闲端口"}
	sayLANTo   = phrase{
		"send to this IPv4 `ADDRESS` instead of those of the interfaces",
		"отправлять на этот адрес (`ADDRESS`) IPv4, а не на адреса интерфейсов",
		"发往这个 IPv4 地址（`ADDRESS`），而不是各接口的地址",
	}
)

var sayLabCapture = labHelp{
	short: phrase{"Objects of JIM on an interface, as they pass", "Объекты JIM, которые проходят через интерфейс", "看接口上经过的 JIM 对象"},
	long: phrase{
		`Look at an interface of this machine with a raw socket: objects of JIM as they pass, who sends them to
whom, and the packets that connect() and close() cause. What else passes is shown in quotes, as far as it
is not encrypted.

It needs Linux and the right CAP_NET_RAW: run it as root, or give the right to the program with
sudo setcap cap_net_raw+ep FILE. Look only at networks where you may.`,
		`Смотрит на интерфейс этой машины через сырой сокет: какие объекты JIM проходят, кто их кому отправляет, какие
пакеты вызывают connect() и close(). Остальное показано в кавычках, если оно не зашифровано.

Нужны Linux и право CAP_NET_RAW: запустите от root или дайте право программе —
sudo setcap cap_net_raw+ep ФАЙЛ. Смотрите только на те сети, где вам это можно.`,
		`用原始套接字看本机的一个接口：经过的 JIM 对象、谁发给谁，以及 connect() 和 close() 引起的数据包。其他内容只要没有
加密，就写在引号里。

需要 Linux 和 CAP_NET_RAW 权限：用 root 运行，或用 sudo setcap cap_net_raw+ep 文件 把权限授予程序。只看允许你看的
网络。`,
	},
	examples: []labExample{
		{command: "sudo jim lab capture"},
		{command: "sudo jim lab capture --interface eth0 --port 7777"},
		{command: "sudo jim lab capture --port 0 --count 20"},
	},
}

var (
	sayCaptureInterface = phrase{
		"the `NAME` of the interface; lo is this machine itself",
		"имя (`NAME`) интерфейса; lo — сама эта машина",
		"接口的名字（`NAME`）；lo 是本机自己",
	}
	sayCapturePort  = phrase{"the `PORT` of one side; 0 = all", "порт (`PORT`) одной из сторон; 0 — все", "其中一方的端口（`PORT`）；0 = 全部"}
	sayCaptureCount = phrase{"end after so many `LINES`; 0 = never", "закончить после стольких строк (`LINES`); 0 — никогда", "这么多行（`LINES`）之后结束；0 = 不结束"}
	sayBadCount     = phrase{"--count is %d; it can be 0 or more", "--count равен %d, а может быть 0 или больше", "--count 是 %d；可以是 0 或更大"}
)
