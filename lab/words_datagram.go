//go:build unix

package lab

// meaningTables are the rows of what is told below a call.
var meaningTables = [...]map[string]phrase{meanings, datagramMeanings, processMeanings, packetMeanings}

var datagramMeanings = map[string]phrase{
	"sendto": {
		"one datagram is on its way; whether anybody catches it, nobody will tell us",
		"одна датаграмма отправлена; поймает ли её кто-нибудь, нам никто не скажет",
		"一个数据报已发出；有没有人接住，谁也不会告诉我们",
	},
	"recvfrom": {
		"one datagram, whole, and who sent it: one sendto is one recvfrom",
		"одна датаграмма целиком и кто её прислал: один sendto — один recvfrom",
		"一个完整的数据报，以及是谁发的：一次 sendto 对应一次 recvfrom",
	},
	"recvfrom cut": {
		"the datagram was longer than the buffer: its end was cut off and is gone",
		"датаграмма длиннее буфера: её конец отрезан и потерян",
		"数据报比缓冲区长：多出的部分被截掉，再也拿不到了",
	},
	"recvfrom nothing": {
		"woken: no datagram, and no sender",
		"разбудили: ни датаграммы, ни отправителя",
		"被唤醒：没有数据报，也没有发送者",
	},
	"recvfrom EAGAIN": {
		"nothing came in time; whether something was lost or never thrown cannot be known",
		"за это время ничего не пришло; потеряно или не брошено — узнать нельзя",
		"时限内什么也没来；是丢了还是根本没扔，无从知道",
	},
	"setsockopt SOL_SOCKET, SO_BROADCAST": {
		"without this, sending to everybody is refused (EACCES)",
		"без этого отправка сразу всем запрещена (EACCES)",
		"不设置它，向所有人发送会被拒绝（EACCES）",
	},
	"setsockopt SOL_SOCKET, SO_REUSEPORT": {
		"so that several programs of this machine can hear on the same port",
		"чтобы несколько программ этой машины могли слушать один порт",
		"这样本机的多个程序可以在同一个端口上接收",
	},
	"poll POLLERR": {
		"wait until the machine over there answers that nobody listens (ICMP)",
		"ждём, пока та машина ответит, что никто не слушает (ICMP)",
		"等对方机器回答“没有人在听”（ICMP）",
	},
	"sendto EMSGSIZE": {
		"too long: a datagram of UDP over IPv4 holds at most 65507 bytes",
		"слишком длинно: в датаграмму UDP поверх IPv4 входит не больше 65507 байт",
		"太长：IPv4 上的一个 UDP 数据报最多 65507 字节",
	},
	"send ECONNREFUSED": {
		"the answer to the one before: nobody listens there; this one was not sent",
		"это ответ на предыдущую: там никто не слушает; эта не отправлена",
		"这是对上一个的回答：那里没有人在听；这一个没有发出",
	},
	"sendto EACCES": {
		"to everybody only with SO_BROADCAST",
		"сразу всем — только с SO_BROADCAST",
		"要发给所有人，必须先设置 SO_BROADCAST",
	},
}
