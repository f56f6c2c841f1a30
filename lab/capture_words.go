//go:build unix

package lab

// What `jim lab capture` says.
var (
	sayCapture = phrase{
		"Looking at what passes on %s, port %d. Whoever has this right reads everything that is not encrypted. Ctrl-C stops it.",
		"Смотрим, что проходит через %s, порт %d. Имеющий это право читает всё, что не зашифровано. Ctrl-C — остановить.",
		"正在查看经过 %s、端口 %d 的内容。有这个权限的人能读到一切未加密的东西。按 Ctrl-C 停止。",
	}
	sayCaptureDropped = phrase{
		"Packets that the kernel threw away because we were too slow: %d.",
		"Пакетов, выброшенных ядром из-за того, что мы не успевали: %d.",
		"因为我们来不及取，被内核丢弃的数据包：%d。",
	}

	sayPassed         = phrase{"%s %s → %s  %s", "%s %s → %s  %s", "%s %s → %s  %s"}
	sayPassedSYN      = phrase{"SYN · connect(): may I?", "SYN · connect(): можно?", "SYN · connect()：可以吗？"}
	sayPassedSYNACK   = phrase{"SYN+ACK · yes, for accept()", "SYN+ACK · да, для accept()", "SYN+ACK · 可以，交给 accept()"}
	sayPassedFIN      = phrase{"FIN · close() or shutdown()", "FIN · close() или shutdown()", "FIN · close() 或 shutdown()"}
	sayPassedRST      = phrase{"RST · refused or broken off", "RST · отказ или обрыв", "RST · 拒绝或中断"}
	sayPassedGap      = phrase{"(something was not seen here)", "(здесь чего-то не было видно)", "（这里有内容没有看到）"}
	sayPassedJIM      = phrase{}
	sayPassedNoJIM    = phrase{"something that is no object of JIM", "что-то, что не объект JIM", "不是 JIM 对象的内容"}
	sayPassedUDP      = phrase{"UDP", "UDP", "UDP"}
	sayPassedQUIC     = phrase{"QUIC, encrypted, bytes: %d", "QUIC, зашифровано, байт: %d", "QUIC，已加密，%d 字节"}
	sayPassedDatagram = phrase{"UDP, bytes: %d", "UDP, байт: %d", "UDP，%d 字节"}
	sayPassedTLS      = phrase{"TLS handshake, bytes: %d", "TLS, рукопожатие, байт: %d", "TLS 握手，%d 字节"}
	sayPassedSecret   = phrase{"TLS, encrypted, bytes: %d", "TLS, зашифровано, байт: %d", "TLS，已加密，%d 字节"}
	sayPassedHTTP     = phrase{"HTTP", "HTTP", "HTTP"}
	sayPassedText     = phrase{"WebSocket", "WebSocket", "WebSocket"}
	sayPassedFrame    = phrase{
		"WebSocket, kind %d, bytes: %d",
		"WebSocket, вид %d, байт: %d",
		"WebSocket，类型 %d，%d 字节",
	}
	sayPassedBytes = phrase{"bytes: %d", "байт: %d", "%d 字节"}
)

var packetMeanings = map[string]phrase{
	"socket EPERM": {
		"raw sockets see what others say, so they need the right CAP_NET_RAW: run it as root (sudo), or give the right to the program: sudo setcap cap_net_raw+ep FILE",
		"сырой сокет видит чужие разговоры, поэтому нужно право CAP_NET_RAW: запустите от root (sudo) или дайте право программе: sudo setcap cap_net_raw+ep ФАЙЛ",
		"原始套接字能看到别人的通信，所以需要 CAP_NET_RAW 权限：用 root（sudo）运行，或把权限授予程序：sudo setcap cap_net_raw+ep 文件",
	},
	"bind AF_PACKET": {
		"from now on we get every packet of this interface, whoever it is for",
		"теперь нам достаются все пакеты этого интерфейса, кому бы они ни шли",
		"从现在起，这个接口上的每个数据包我们都能收到，不管是给谁的",
	},
	"setsockopt SOL_PACKET, PACKET_IGNORE_OUTGOING": {
		"on the loopback each packet passes twice, out and in; once is enough",
		"через loopback каждый пакет проходит дважды: наружу и внутрь; хватит одного",
		"在回环接口上每个数据包经过两次：出和进；看一次就够了",
	},
	"setsockopt SO_ATTACH_FILTER": {
		"a small program that the kernel runs for each packet; what is of another port it drops",
		"маленькая программа, которую ядро выполняет для каждого пакета; пакеты других портов оно отбрасывает",
		"内核对每个数据包运行的一个小程序；其他端口的数据包被丢掉",
	},
	"setsockopt SOL_SOCKET, SO_RCVBUFFORCE": {
		"a large buffer for what we have not taken yet; only the administrator may go beyond the limit",
		"большой буфер для ещё не взятого; превысить предел может только администратор",
		"给尚未取走的数据一个大缓冲区；只有管理员可以超过系统上限",
	},
	"setsockopt EPERM": {
		"only the administrator may",
		"это может только администратор",
		"只有管理员可以",
	},
	"recvfrom packet": {
		"one packet, with the headers of Ethernet, IP and TCP or UDP in front",
		"один пакет, с заголовками Ethernet, IP и TCP или UDP впереди",
		"一个数据包，前面带有以太网、IP 以及 TCP 或 UDP 的头部",
	},
	"getsockopt PACKET_STATISTICS": {
		"how many packets came, and how many the kernel threw away",
		"сколько пакетов пришло и сколько ядро выбросило",
		"到了多少数据包，内核丢弃了多少",
	},
	"shutdown ENOTSUP": {
		"a raw socket has no directions to end; recvfrom looks by itself whether it should",
		"у сырого сокета нет направлений, которые можно закончить; recvfrom сам смотрит, не пора ли",
		"原始套接字没有可以结束的方向；recvfrom 自己会查看是否该停",
	},
}
