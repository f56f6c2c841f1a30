//go:build unix

package lab

// What `jim lab bind` says.
var (
	sayBind = phrase{
		"A server must have an address before clients can find it. When it gets one, and when not.",
		"Серверу нужен адрес, чтобы клиенты его нашли. Когда он его получит, а когда нет.",
		"服务器要有地址，客户端才找得到它。什么时候能得到，什么时候不能。",
	}
	sayBindFree = phrase{"%s is free.", "%s свободен.", "%s 可以使用。"}

	sayBindOwn    = phrase{"An address of this machine", "Адрес этой машины", "本机的地址"}
	sayBindOwnEnd = phrase{
		"=> Port 0 means \"any free one\"; getsockname tells which it is. 127.0.0.1 can be reached from this machine only, 0.0.0.0 would be all addresses that it has.",
		"=> Порт 0 значит «любой свободный»; какой именно, скажет getsockname. 127.0.0.1 доступен только с этой машины, 0.0.0.0 — все адреса, какие у неё есть.",
		"=> 端口 0 表示“任意空闲端口”；getsockname 会说是哪一个。127.0.0.1 只有本机能访问，0.0.0.0 则是本机的所有地址。",
	}

	sayBindForeign     = phrase{"A foreign address", "Чужой адрес", "别人的地址"}
	sayBindForeignHere = phrase{
		"This machine gave it: it has this address, or net.ipv4.ip_nonlocal_bind is set.",
		"Эта машина его дала: у неё есть такой адрес или включён net.ipv4.ip_nonlocal_bind.",
		"本机给了这个地址：本机确实拥有它，或者打开了 net.ipv4.ip_nonlocal_bind。",
	}
	sayBindForeignEnd = phrase{
		"=> bind chooses among the addresses of your own machine; it cannot take another's. A server behind a router binds its own address, not the router's.",
		"=> bind выбирает из адресов вашей машины; чужой взять нельзя. Сервер за роутером занимает свой адрес, а не адрес роутера.",
		"=> bind 只能在本机的地址里选；不能占用别人的。路由器后面的服务器绑定自己的地址，而不是路由器的地址。",
	}

	sayBindTaken    = phrase{"A taken port", "Занятый порт", "被占用的端口"}
	sayBindTakenEnd = phrase{
		"=> One port, one server that listens. Whose it is: ss -ltnp 'sport = :PORT' on Linux, lsof -i on others.",
		"=> Один порт — один слушающий сервер. Чей он: ss -ltnp 'sport = :PORT' в Linux, lsof -i в других системах.",
		"=> 一个端口只能有一个监听的服务器。查看是谁：Linux 用 ss -ltnp 'sport = :PORT'，其他系统用 lsof -i。",
	}

	sayBindReuse    = phrase{"SO_REUSEADDR does not give a port to two servers", "SO_REUSEADDR не отдаёт порт двум серверам", "SO_REUSEADDR 不会把一个端口给两个服务器"}
	sayBindReuseEnd = phrase{
		"=> Both sockets set it, and still: while one listens, no other can have the port.",
		"=> Опция стоит у обоих, и всё же: пока один слушает, другой этот порт не получит.",
		"=> 两个套接字都设了这个选项，仍然不行：一个在监听时，另一个就得不到这个端口。",
	}

	sayBindTimeWait    = phrase{"What SO_REUSEADDR is for: TIME_WAIT", "Для чего SO_REUSEADDR: TIME_WAIT", "SO_REUSEADDR 的用处：TIME_WAIT"}
	sayBindWithout     = phrase{"A server without the option has had a client:", "У сервера без опции был клиент:", "没有设选项的服务器接待过一个客户端："}
	sayBindWith        = phrase{"The same with the option:", "То же с опцией:", "设了选项，再来一遍："}
	sayBindAgain       = phrase{"It is restarted at once:", "Его сразу перезапускают:", "马上重启："}
	sayBindTimeWaitEnd = phrase{
		"=> Who closes first keeps the connection for a minute more (TIME_WAIT), in case a late packet comes. Nobody listens, yet the port counts as taken; with SO_REUSEADDR it does not. Linux wants it on the old socket too: so every server sets it, always.",
		"=> Кто закрыл первым, хранит соединение ещё минуту (TIME_WAIT) — на случай запоздавшего пакета. Никто не слушает, а порт считается занятым; с SO_REUSEADDR — нет. Linux требует её и от старого сокета: поэтому её ставит каждый сервер, всегда.",
		"=> 先关闭的一方会把连接再保留一分钟（TIME_WAIT），以防有迟到的数据包。没有人在监听，端口却算被占用；设了 SO_REUSEADDR 就不算。Linux 要求旧的套接字也设过它：所以每个服务器总是设上。",
	}

	sayBindLow      = phrase{"A port below 1024", "Порт ниже 1024", "1024 以下的端口"}
	sayBindLowTaken = phrase{"ports 1001 to 1023 are all taken", "все порты с 1001 по 1023 заняты", "端口 1001 到 1023 都被占用"}
	sayBindLowGot   = phrase{
		"=> We got port %d as %s. Ports below 1024 are for the administrator (uid 0); some systems let everybody have them.",
		"=> Порт %d мы получили как %s. Порты ниже 1024 — для администратора (uid 0); в некоторых системах они доступны всем.",
		"=> 我们得到了端口 %d，身份是 %s。1024 以下的端口留给管理员（uid 0）；有些系统允许所有人使用。",
	}
	sayBindLowNot = phrase{
		"=> Port %d is not for us: we are %s. Ports below 1024 are for the administrator (uid 0), or for a program with CAP_NET_BIND_SERVICE.",
		"=> Порт %d не для нас: мы — %s. Порты ниже 1024 — для администратора (uid 0) или программы с CAP_NET_BIND_SERVICE.",
		"=> 端口 %d 不能给我们：我们是 %s。1024 以下的端口留给管理员（uid 0），或有 CAP_NET_BIND_SERVICE 的程序。",
	}

	sayBindEnd = phrase{
		"\nIn one sentence: an address must be the machine's own, free, and allowed.",
		"\nОдним предложением: адрес должен быть своим, свободным и разрешённым.",
		"\n一句话：地址必须是本机的、空闲的、允许使用的。",
	}
)
