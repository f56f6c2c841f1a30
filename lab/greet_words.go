//go:build unix

package lab

// What `jim lab greet` says, to the person and to its clients.
var (
	sayGreet = phrase{
		"The server at %s speaks first, then prints what it gets. Ctrl-C stops it.",
		"Сервер на %s говорит первым, потом печатает всё, что получит. Ctrl-C — остановить.",
		"%s 上的服务器先开口，然后打印收到的内容。按 Ctrl-C 停止。",
	}
	sayGreeting     = phrase{"Hello, come in!", "Привет, подключайся!", "你好，请进！"}
	sayGreetingToo  = phrase{"Hi!", "Привет!", "嗨！"}
	sayTwoGreetings = phrase{
		"two sends; the client may get both with one recv",
		"два send; клиент может получить оба одним recv",
		"两次 send；客户端可能一次 recv 就全收到",
	}
	sayGreeted = phrase{
		"%s has closed: recv gave 0. Before that it said %d bytes, which came in %d recv.",
		"%s: соединение закрыто — recv дал 0. До этого пришло байт: %d, вызовов recv: %d.",
		"%s 已关闭：recv 得到 0。在此之前它说了 %d 字节，分 %d 次 recv 收到。",
	}
)
