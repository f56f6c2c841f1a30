//go:build unix

package lab

// What `jim lab udp` says.
var (
	sideThrower = phrase{"thrower", "бросает", "扔的人"}
	sideLink    = phrase{"link", "канал", "链路"}
	sideCatcher = phrase{"catcher", "ловит", "接的人"}

	sayUDPLossy = phrase{
		"UDP: stones: %d; our link loses %d%%, delays %d%%, doubles %d%% (--seed %d)",
		"UDP, камней: %d; канал теряет %d%%, держит %d%%, удваивает %d%% (--seed %d)",
		"UDP：石头 %d 块；我们的链路丢失 %d%%，延迟 %d%%，重复 %d%%（--seed %d）",
	}
	sayUDPLossyEnd = phrase{
		"=> Every sendto said that all was well. What was lost, late or double, only the numbers on the stones tell.",
		"=> Каждый sendto сказал, что всё хорошо. Что потерялось, опоздало или удвоилось, видно лишь по номерам на камнях.",
		"=> 每次 sendto 都说一切正常。哪些丢了、晚了、重复了，只有石头上的编号才看得出。",
	}
	sayUDPStream    = phrase{"TCP: first ask (connect), then throw", "TCP: сначала спросить (connect), потом бросать", "TCP：先问（connect），再扔"}
	sayUDPStreamEnd = phrase{
		"=> All came, in order. On a bad road the kernel throws again what was lost; that happens below the programs, so our link cannot stand in between.",
		"=> Пришли все и по порядку. На плохой дороге ядро бросает потерянное ещё раз; это происходит под программами, и наш канал между ними не вставить.",
		"=> 全部按顺序到达。路不好时，内核会重新扔丢失的；这发生在程序之下，所以我们的链路插不进去。",
	}
	sayUDPJoined = phrase{
		"   sends: %d; recvs that brought them: %d (where one throw ended is not kept)",
		"   send: %d; recv, которые это принесли: %d (границы бросков не хранятся)",
		"   send：%d 次；带来它们的 recv：%d 次（不保留每次投掷的边界）",
	}
	sayUDPNobody    = phrase{"UDP without a catcher: a port that nobody has", "UDP без ловца: порт, на котором никого нет", "没有人接的 UDP：一个没有程序的端口"}
	sayUDPNobodyEnd = phrase{
		"=> sendto never learns of it. A socket that was connected learns at its next call, once for each refusal.",
		"=> sendto об этом не узнаёт никогда. Подключённый сокет узнаёт при следующем вызове — один раз на каждый отказ.",
		"=> sendto 永远不会知道。已 connect 的套接字在下一次调用时得知，每次拒绝只报告一次。",
	}
	sayUDPThrown  = phrase{"   thrown: %s", "   брошены: %s", "   扔出：%s"}
	sayUDPCaught  = phrase{"   caught: %s", "   пойманы: %s", "   接到：%s"}
	sayUDPAccount = phrase{
		"   never came: %s; after a later one: %s; twice: %s",
		"   не пришли: %s; пришли после более поздних: %s; дважды: %s",
		"   没有到：%s；晚于后扔的：%s；到了两次：%s",
	}
	sayUDPRefused = phrase{
		"   first send: %s; second: %s; third: %s",
		"   первый send: %s; второй: %s; третий: %s",
		"   第一次 send：%s；第二次：%s；第三次：%s",
	}
	sayStone       = phrase{"stone %d", "камень %d", "石头 %d"}
	sayPebble      = phrase{"stone ", "камень ", "石头 "}
	sayTaken       = phrase{"ok", "удачно", "成功"}
	sayNone        = phrase{"none", "нет", "无"}
	sayLinkLoses   = phrase{"the link loses stone %d", "канал теряет камень %d", "链路丢掉第 %d 块"}
	sayLinkHolds   = phrase{"the link holds stone %d back", "канал придерживает камень %d", "链路扣住第 %d 块，晚点再放行"}
	sayLinkDoubles = phrase{"the link doubles stone %d", "канал удваивает камень %d", "链路把第 %d 块变成两块"}

	sayCatching = phrase{
		"Catching datagrams at %s; one recvfrom takes at most %d bytes. Ctrl-C stops it.",
		"Ловим датаграммы на %s; один recvfrom берёт не больше %d байт. Ctrl-C — остановить.",
		"正在 %s 接收数据报；一次 recvfrom 最多取 %d 字节。按 Ctrl-C 停止。",
	}
	sayThrowing = phrase{
		"Each line that you type is one datagram to %s. Ctrl-D ends it.",
		"Каждая набранная строка — одна датаграмма на %s. Ctrl-D — конец.",
		"输入的每一行是发往 %s 的一个数据报。按 Ctrl-D 结束。",
	}
	sayDatagramCut = phrase{
		"%s: a datagram of %d bytes; the buffer held %d, the rest is gone: %s",
		"%s: датаграмма, байт: %d; в буфер вошло: %d, остальное потеряно: %s",
		"%s：%d 字节的数据报；缓冲区只装下 %d，其余丢失：%s",
	}
	sayDatagramTooLong = phrase{
		"%d bytes are too many for one datagram; nothing was sent.",
		"Байт: %d — слишком много для одной датаграммы; ничего не отправлено.",
		"%d 字节对一个数据报来说太多；什么也没有发送。",
	}
	sayThrown = phrase{
		"Datagrams thrown: %d. Whether anybody caught them, nobody has told us.",
		"Брошено датаграмм: %d. Поймал ли их кто-нибудь, нам никто не сказал.",
		"扔出的数据报：%d。有没有人接到，没有人告诉我们。",
	}
)
