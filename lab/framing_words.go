//go:build unix

package lab

// What `jim lab framing` says.
var (
	sayFraming = phrase{
		"A sender and a receiver in one program, joined by a real TCP connection.",
		"Отправитель и получатель в одной программе, между ними — настоящее TCP-соединение.",
		"一个程序里有发送方和接收方，它们之间是真实的 TCP 连接。",
	}

	sayTwoSends    = phrase{"Two sends become one recv", "Два send становятся одним recv", "两次 send 变成一次 recv"}
	sayTwoSendsEnd = phrase{
		"=> TCP carries bytes in order, like a pipe carries water. The receiver's program was busy; meanwhile both sends arrived and lie side by side in the kernel. Nothing says where \"Hello\" ended.",
		"=> TCP несёт байты по порядку, как труба воду. Программа получателя была занята; за это время пришли оба send и лежат в ядре вплотную. Ничто не говорит, где кончилось «Hello».",
		"=> TCP 按顺序运送字节，像水管运水。接收方的程序正忙着；这段时间两次 send 都到了，在内核里紧挨着。没有任何东西说明 \"Hello\" 到哪里为止。",
	}

	sayOneSend    = phrase{"One send becomes three recv", "Один send становится тремя recv", "一次 send 变成三次 recv"}
	sayOneSendEnd = phrase{
		"=> recv(20) takes at most 20 bytes; the rest waits in the kernel for the next recv. A large buffer is no cure: the network cuts too, into packets, and recv gives what has come by now.",
		"=> recv(20) берёт не больше 20 байт; остальное ждёт в ядре следующего recv. Большой буфер не лечит: сеть тоже режет, на пакеты, и recv отдаёт то, что успело прийти.",
		"=> recv(20) 最多取 20 字节；其余的留在内核里等下一次 recv。缓冲区再大也治不了：网络也会切成一个个包，recv 只给出目前已到的部分。",
	}

	sayLetter     = phrase{"A letter is cut in two", "Буква разрезана пополам", "一个字被切成两半"}
	sayLetters    = phrase{"привет", "привет", "你好世界"}
	sayLetterStep = phrase{
		"            decoded alone: %s   put together: %s (bytes kept: %d)",
		"            сам по себе: %s   с остатком: %s (отложено байт: %d)",
		"            单独解码：%s   拼接后：%s（留下 %d 字节）",
	}
	sayLetterEnd = phrase{
		"=> In UTF-8 a Russian letter has two bytes and a Chinese character three. Who decodes each recv alone gets � or an error. Keep the bytes of an unfinished letter until the rest comes; better, decode only whole messages.",
		"=> В UTF-8 русская буква — два байта, китайский иероглиф — три. Кто декодирует каждый recv отдельно, получает � или ошибку. Байты незаконченной буквы надо отложить, пока не придёт остаток; ещё лучше — декодировать только целые сообщения.",
		"=> 在 UTF-8 中，一个俄文字母占两个字节，一个汉字占三个。每次 recv 单独解码就会得到 � 或出错。把没收完的字的字节留到后面的字节到来；更好的办法是只解码完整的消息。",
	}

	sayLines    = phrase{"First cure: a mark at the end of each message (LF)", "Лекарство первое: знак в конце каждого сообщения (LF)", "办法一：每条消息末尾加一个记号（LF）"}
	sayLinesEnd = phrase{
		"=> Keep what came; give out each line; what has no end yet stays. The price: no message may contain the mark. IRC, SMTP and plain chats do so.",
		"=> Копите пришедшее; отдавайте каждую строку; что без конца — остаётся. Цена: сам знак не может стоять внутри сообщения. Так делают IRC, SMTP и простые чаты.",
		"=> 把收到的攒起来；每凑成一行就交出去；还没有结尾的留着。代价：消息里不能出现这个记号。IRC、SMTP 和简单的聊天程序都这样做。",
	}

	sayLength    = phrase{"Second cure: the length before each message", "Лекарство второе: длина перед каждым сообщением", "办法二：每条消息前面写上长度"}
	sayLengthEnd = phrase{
		"=> Four bytes say how many follow, so a message may contain anything. Set a limit: a stranger may say 4294967295. WebSocket, HTTP/2 and most binary protocols do so.",
		"=> Четыре байта говорят, сколько их следует, и внутри сообщения может быть что угодно. Задайте предел: чужой может сказать 4294967295. Так делают WebSocket, HTTP/2 и почти все двоичные протоколы.",
		"=> 四个字节说明后面有多少字节，所以消息里可以有任何内容。要设上限：陌生人可能会说 4294967295。WebSocket、HTTP/2 和大多数二进制协议都这样做。",
	}

	sayJSON    = phrase{"Third cure: JSON objects one after another, as in JIM", "Лекарство третье: объекты JSON один за другим, как в JIM", "办法三：JSON 对象一个接一个，JIM 就是这样"}
	sayJSONEnd = phrase{
		"=> An object ends where its braces close; braces inside a \"string\" do not count. So white space between objects does not matter. JIM's server reads in this way and ends each object that it sends with LF.",
		"=> Объект кончается там, где закрылись его скобки; скобки внутри \"строки\" не считаются. Пробелы между объектами не важны. Сервер JIM читает именно так, а каждый свой объект завершает LF.",
		"=> 花括号配对闭合的地方就是对象的结尾；\"字符串\" 里的花括号不算。对象之间有没有空白都无所谓。JIM 服务器就这样读，而它发出的每个对象都以 LF 结尾。",
	}

	sayDatagrams    = phrase{"Another world: datagrams (UDP) keep their borders", "Другой мир: датаграммы (UDP) сохраняют границы", "另一个世界：数据报（UDP）保留边界"}
	sayDatagramsEnd = phrase{
		"=> One send, one recv; and what does not fit into the buffer is lost, without an error. Datagrams may also get lost or overtake each other on their way; TCP's bytes do not.",
		"=> Один send — один recv; а что не влезло в буфер, потеряно без ошибки. Ещё датаграммы могут пропасть или обогнать друг друга в пути; байты TCP — нет.",
		"=> 一次 send 对应一次 recv；缓冲区装不下的部分就丢了，也不报错。数据报在路上还可能丢失或乱序；TCP 的字节不会。",
	}

	sayMessage    = phrase{"            a message: %s", "            сообщение: %s", "            一条消息：%s"}
	sayKept       = phrase{"            kept for later: %s", "            отложено: %s", "            留到以后：%s"}
	sayFramingEnd = phrase{
		"\nIn one sentence: recv gives bytes, not messages; where a message ends must be told by the bytes themselves.",
		"\nОдним предложением: recv даёт байты, а не сообщения; где кончается сообщение, должны сказать сами байты.",
		"\n一句话：recv 给出的是字节而不是消息；消息在哪里结束，必须由字节本身来说明。",
	}
)
