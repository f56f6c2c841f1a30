//go:build unix

package lab

// meanings are what is told below a call: keyed by the call, by the call and what is special about it,
// or by the errno (alone, or behind the call).
var meanings = map[string]phrase{
	"socket SOCK_STREAM": {
		"a new socket for a stream of bytes; the kernel names it by a number, the descriptor",
		"новый сокет для потока байтов; ядро называет его числом — дескриптором",
		"新建一个字节流套接字；内核用一个数字（描述符）来称呼它",
	},
	"socket SOCK_DGRAM": {
		"a new socket for datagrams: each travels alone; its number is the descriptor",
		"новый сокет для датаграмм: каждая идёт сама по себе; число — его дескриптор",
		"新建一个数据报套接字：每个数据报各走各的；数字是它的描述符",
	},
	"socket SOCK_RAW": {
		"a raw socket: it gets whole packets, with their headers",
		"сырой (raw) сокет: получает пакеты целиком, с заголовками",
		"原始（raw）套接字：收到的是带头部的完整数据包",
	},
	"setsockopt SOL_SOCKET, SO_REUSEADDR": {
		"so that the port can be bound again at once after a restart",
		"чтобы после перезапуска порт можно было занять сразу",
		"这样重启后可以立刻再次绑定这个端口",
	},
	"setsockopt SO_RCVTIMEO": {
		"recv waits no longer than this",
		"recv ждёт не дольше этого",
		"recv 最多等这么久",
	},
	"setsockopt SO_SNDTIMEO": {
		"send, and connect, wait no longer than this",
		"send и connect ждут не дольше этого",
		"send 和 connect 最多等这么久",
	},
	"setsockopt IPPROTO_TCP, TCP_SYNCNT": {
		"how often the kernel repeats its knock (SYN)",
		"сколько раз ядро повторит свой стук (SYN)",
		"内核重复敲门（SYN）的次数",
	},
	"poll": {
		"there is something: recv will not wait",
		"что-то есть: recv не будет ждать",
		"有数据了：recv 不用等",
	},
	"poll 0": {
		"0: the time is over, and nothing came",
		"0: время вышло, ничего не пришло",
		"0：时间到了，什么也没来",
	},
	"bind": {
		"this address and port are ours now",
		"этот адрес и порт теперь наши",
		"这个地址和端口现在归我们了",
	},
	"listen": {
		"from now on clients can connect; the number is how many may wait for accept",
		"теперь к нам можно подключаться; число — сколько клиентов могут ждать accept",
		"从现在起客户端可以连接；数字是可以排队等待 accept 的客户端数",
	},
	"getsockname": {
		"which port the kernel has chosen for us",
		"какой порт ядро выбрало для нас",
		"内核为我们选的端口",
	},
	"getaddrinfo": {
		"a name was asked for its address; the kernel knows only numbers",
		"у имени спросили адрес: ядро знает только числа",
		"先查出名字对应的地址：内核只认数字",
	},
	"accept": {
		"a client; it gets a new socket of its own, and the old one goes on listening",
		"клиент; для него — новый, отдельный сокет, а старый слушает дальше",
		"来了一个客户端；它有自己的新套接字，原来的继续监听",
	},
	"connect": {
		"the other side's kernel has answered: the connection stands",
		"ядро другой стороны ответило: соединение установлено",
		"对方的内核已应答：连接建立",
	},
	"send": {
		"the kernel has taken the bytes; that the other program has read them it does not say",
		"ядро взяло байты; прочла ли их другая программа, оно не говорит",
		"内核收下了这些字节；这并不说明对方程序已经读到",
	},
	"send part": {
		"the kernel took only a part; the rest must be sent again",
		"ядро взяло только часть; остальное надо отправить ещё раз",
		"内核只收下一部分；剩下的要再发一次",
	},
	"recv": {
		"what had arrived by now, at most as much as the buffer holds; where one send ended is not seen",
		"то, что успело прийти, не больше буфера; где кончился один send, не видно",
		"目前已到达的字节，最多装满缓冲区；看不出一次 send 在哪里结束",
	},
	"peek": {
		"MSG_PEEK looks without taking: all of it lies in the receiver's kernel now",
		"MSG_PEEK смотрит, не забирая: теперь всё лежит в ядре у получателя",
		"MSG_PEEK 只看不取：现在全部字节都在接收方的内核里",
	},
	"recv 0": {
		"0 bytes: the other side has closed, nothing more will come",
		"0 байт: другая сторона закрыла соединение, больше ничего не придёт",
		"0 字节：对方已关闭，不会再有数据",
	},
	"shutdown SHUT_WR": {
		"we have said everything; the other side's recv will give 0, and we can still hear",
		"мы сказали всё; recv другой стороны даст 0, а слушать мы ещё можем",
		"我们说完了；对方的 recv 会得到 0，我们仍然可以接收",
	},
	"shutdown enough": {
		"both directions end; this wakes the thread that waits in recv",
		"оба направления закончены; это будит поток, который ждёт в recv",
		"两个方向都结束；这会唤醒正在 recv 中等待的线程",
	},
	"shutdown stop": {
		"Ctrl-C: whatever waits on this socket wakes up",
		"Ctrl-C: всё, что ждёт на этом сокете, просыпается",
		"Ctrl-C：在这个套接字上等待的调用都会醒来",
	},
	"recv woken": {
		"0 bytes: we have shut the socket down ourselves",
		"0 байт: мы сами закрыли передачу на этом сокете",
		"0 字节：是我们自己关闭了这个套接字的收发",
	},
	"connect datagrams": {
		"nothing travels: the kernel only notes to whom this socket sends",
		"в сеть не идёт ничего: ядро лишь запоминает, кому шлёт этот сокет",
		"网络上什么也没发生：内核只记下这个套接字发给谁",
	},
	"send datagrams": {
		"one datagram is on its way; whether it arrives, nobody tells",
		"одна датаграмма ушла; дойдёт ли она, никто не скажет",
		"一个数据报已发出；到没到，没有人会告诉我们",
	},
	"recv datagrams": {
		"one datagram, as it was sent; what does not fit into the buffer is lost",
		"одна датаграмма, какой её отправили; что не влезло в буфер, пропало",
		"一个数据报，和发送时一样；缓冲区装不下的部分就丢了",
	},
	"close datagrams": {
		"the number is given back; nobody is told",
		"число возвращено ядру; никто об этом не узнаёт",
		"把数字还给内核；不会通知任何人",
	},
	"close unused": {
		"the number is given back",
		"число возвращено ядру",
		"把数字还给内核",
	},
	"close listen": {
		"the number is given back; nobody can connect here any more",
		"число возвращено ядру; сюда больше не подключиться",
		"把数字还给内核；再也不能连接到这里",
	},
	"close": {
		"the number is given back; the other side is told that nothing more comes",
		"число возвращено ядру; другая сторона узнаёт, что больше ничего не будет",
		"把数字还给内核；对方会得知不再有数据",
	},
	"unlink": {
		"a UNIX socket is a file, which stays until it is removed",
		"UNIX-сокет — это файл; он остаётся, пока его не удалят",
		"UNIX 套接字是一个文件，不删除就一直留着",
	},

	"EADDRINUSE": {
		"taken: another socket has this address and port",
		"занято: этот адрес и порт держит другой сокет",
		"已被占用：另一个套接字正在使用这个地址和端口",
	},
	"EADDRNOTAVAIL": {
		"no interface of this machine has this address",
		"ни у одного интерфейса этой машины нет такого адреса",
		"本机没有任何网络接口拥有这个地址",
	},
	"EACCES": {
		"not allowed: ports below 1024 are for the administrator",
		"нельзя: порты ниже 1024 — для администратора",
		"没有权限：1024 以下的端口留给管理员",
	},
	"ECONNREFUSED": {
		"the machine answers, but nobody listens there",
		"машина отвечает, но там никто не слушает",
		"那台机器有应答，但没有程序在那里监听",
	},
	"ECONNRESET": {
		"the other side has broken off without a goodbye (RST)",
		"другая сторона оборвала соединение, не прощаясь (RST)",
		"对方没有道别就中断了连接（RST）",
	},
	"EPIPE": {
		"the connection is closed already: nobody can get these bytes",
		"соединение уже закрыто: эти байты никто не получит",
		"连接已关闭：没有人能收到这些字节",
	},
	"ENOTCONN": {
		"not connected; on Linux the call that waits wakes all the same",
		"не подключён; в Linux ждущий вызов всё равно проснётся",
		"没有连接；在 Linux 上，等待中的调用仍会被唤醒",
	},
	"ETIMEDOUT": {
		"no answer came in time",
		"ответ не пришёл вовремя",
		"没有在时限内得到应答",
	},
	"recv EAGAIN": {
		"nothing came in time; the connection still stands",
		"вовремя ничего не пришло; соединение цело",
		"时限内没有数据；连接仍然在",
	},
	"connect EINPROGRESS": {
		"the time is over; the kernel has no answer yet",
		"время вышло; ядро ещё не получило ответа",
		"时间到了；内核还没有得到应答",
	},
	"EHOSTUNREACH": {
		"no way leads to that machine",
		"к этой машине нет пути",
		"没有通往那台机器的路",
	},
	"ENETUNREACH": {
		"no way leads to that network",
		"к этой сети нет пути",
		"没有通往那个网络的路",
	},
	"ENOENT": {
		"there is no such file: no server has made this UNIX socket",
		"такого файла нет: ни один сервер не создал этот UNIX-сокет",
		"没有这个文件：没有服务器创建过这个 UNIX 套接字",
	},
	"accept EINVAL": {
		"woken: this socket accepts no more",
		"разбудили: этот сокет больше не принимает",
		"被唤醒：这个套接字不再接受连接",
	},
	"bind EADDRINUSE": {
		"taken: another socket holds this address (of a UNIX socket: the file is there already)",
		"занято: этот адрес держит другой сокет (для UNIX-сокета: файл уже есть)",
		"已被占用：另一个套接字占着这个地址（UNIX 套接字：文件已存在）",
	},
}
