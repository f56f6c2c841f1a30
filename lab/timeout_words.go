//go:build unix

package lab

// What `jim lab timeout` says.
var (
	sayTimeout = phrase{
		"A blocking call waits for ever. How to wait less, and what then comes back.",
		"Блокирующий вызов ждёт вечно. Как ждать меньше и что тогда вернётся.",
		"阻塞的调用会一直等下去。怎样少等一会儿，以及那时会返回什么。",
	}

	sayRecvLimit    = phrase{"recv with a time limit, and a server that says nothing", "recv с пределом времени, а сервер молчит", "给 recv 设时限，而服务器不说话"}
	sayStillThere   = phrase{"The connection still stands. Now the server speaks:", "Соединение цело. Теперь сервер говорит:", "连接还在。现在服务器说话了："}
	sayBusy         = phrase{"sorry, I was busy", "извините, был занят", "抱歉，刚才在忙"}
	sayRecvLimitEnd = phrase{
		"=> EAGAIN means \"nothing yet, try again\": no error of the connection. Python's settimeout() makes of it the exception TimeoutError.",
		"=> EAGAIN значит «пока ничего, попробуйте ещё»: с соединением всё в порядке. settimeout() в Python делает из этого исключение TimeoutError.",
		"=> EAGAIN 的意思是“还没有数据，再试一次”：连接没有出错。Python 的 settimeout() 会把它变成异常 TimeoutError。",
	}

	sayPollLimit    = phrase{"The other way: poll asks first", "Другой способ: сначала спросить poll", "另一种办法：先用 poll 问一问"}
	sayHere         = phrase{"here I am", "а вот и я", "我来了"}
	sayPollLimitEnd = phrase{
		"=> poll waits for one or many sockets, with a limit: 0 = the time is over, else as many are ready. Then recv does not wait. settimeout() does this inside.",
		"=> poll ждёт один или много сокетов, с пределом: 0 — время вышло, иначе столько готово. Тогда recv не ждёт. Так внутри устроен settimeout().",
		"=> poll 可以等一个或许多套接字，并带时限：0 表示时间到了，否则是就绪的个数。之后 recv 就不用等。settimeout() 内部就是这样做的。",
	}

	sayRefused    = phrase{"No timeout at all: nobody listens", "Вовсе не таймаут: никто не слушает", "这根本不是超时：没有程序在监听"}
	sayRefusedEnd = phrase{
		"=> The machine is there and says at once that nobody listens at this port (RST). That is why ECONNREFUSED is fast, and silence is slow.",
		"=> Машина на месте и сразу говорит, что на этом порту никто не слушает (RST). Поэтому ECONNREFUSED — быстро, а молчание — долго.",
		"=> 那台机器在，它马上回答这个端口没有程序监听（RST）。所以 ECONNREFUSED 很快，而没有回答才慢。",
	}

	sayConnectLimit    = phrase{"connect with a time limit, and a server whose queue is full", "connect с пределом времени, а очередь сервера полна", "给 connect 设时限，而服务器的队列满了"}
	sayConnectLimitEnd = phrase{
		"=> The server never called accept, and its queue (listen 0) has room for one. The kernel throws the second knock away (SYN) without a word. We gave up; EINPROGRESS says that the kernel has not.",
		"=> Сервер ни разу не вызвал accept, а в его очереди (listen 0) одно место. Второй стук (SYN) ядро молча выбрасывает. Мы перестали ждать; EINPROGRESS говорит, что ядро — ещё нет.",
		"=> 服务器从没调用 accept，它的队列（listen 0）只容得下一个。内核把第二次敲门（SYN）默默丢掉。我们不等了；EINPROGRESS 说明内核还没有放弃。",
	}

	sayKernelLimit    = phrase{"The same until the kernel gives up", "То же, пока не сдастся ядро", "同样的情形，等到内核放弃为止"}
	sayKernelLimitEnd = phrase{
		"=> ETIMEDOUT comes from the kernel, when it has knocked often enough: once more here (TCP_SYNCNT 1), six times by default, which takes more than two minutes. A machine that is switched off looks the same.",
		"=> ETIMEDOUT приходит от ядра, когда оно постучало достаточно раз: здесь ещё один (TCP_SYNCNT 1), обычно шесть, а это больше двух минут. Выключенная машина выглядит так же.",
		"=> ETIMEDOUT 来自内核：它已经敲了足够多次门。这里只多敲一次（TCP_SYNCNT 1），默认六次，要两分多钟。一台关了机的机器看起来也是这样。",
	}

	sayTimeoutEnd = phrase{
		"\nIn one sentence: silence has no end of its own; who waits must say for how long.",
		"\nОдним предложением: у молчания нет конца; кто ждёт, должен сказать, сколько.",
		"\n一句话：沉默自己不会结束；等的人必须说好等多久。",
	}
)
