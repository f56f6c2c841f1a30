//go:build unix

package lab

// What `jim lab http` says.
var (
	sayHTTPSecret = phrase{
		"https: first both sides agree on keys (TLS). From here on the bytes of send and recv are encrypted; what is written below is what stands in them.",
		"https: сначала стороны договариваются о ключах (TLS). Дальше байты в send и recv зашифрованы; ниже написано, что в них.",
		"https：双方先商定密钥（TLS）。此后 send 和 recv 中的字节都是加密的；下面写的是其中的内容。",
	}
	sayHTTPAgreed    = phrase{"Agreed: %s, %s.", "Договорились: %s, %s.", "已商定：%s，%s。"}
	sayHTTPUntrusted = phrase{"the certificate of the server is not trusted", "сертификату сервера нельзя доверять", "服务器的证书不可信"}
	sayHTTPNoTLS     = phrase{"the server does not speak TLS with us", "сервер не говорит с нами по TLS", "服务器没有与我们建立 TLS"}
	sayHTTPRequest   = phrase{
		"The request, %d bytes. \\r\\n ends a line; the empty line ends the request:",
		"Запрос, байт: %d. \\r\\n — конец строки; пустая строка — конец запроса:",
		"请求，共 %d 字节。\\r\\n 表示行尾；空行表示请求结束：",
	}
	sayHTTPAnswer = phrase{
		"The answer: %d bytes of header up to the empty line, then %d of body:",
		"Ответ: заголовок до пустой строки, байт: %d; затем тело, байт: %d:",
		"应答：到空行为止的头部 %d 字节，然后是正文 %d 字节：",
	}
	sayHTTPMore   = phrase{"… and %d bytes more (--body shows them).", "… и ещё байт: %d (показать: --body).", "……还有 %d 字节（用 --body 显示）。"}
	sayHTTPStatus = phrase{"Status %d %s: %s.", "Код %d %s: %s.", "状态码 %d %s：%s。"}
	sayHTTPKinds  = map[int]phrase{
		1: {"the server goes on to something else", "сервер переходит к другому", "服务器将转为其他方式"},
		2: {"it worked", "получилось", "成功"},
		3: {"what was asked for is elsewhere", "то, что нужно, — в другом месте", "要找的东西在别处"},
		4: {"the server thinks that we have made a mistake", "сервер считает, что ошиблись мы", "服务器认为错在我们"},
		5: {"the server has made a mistake", "ошибся сам сервер", "服务器自己出错了"},
	}
	sayHTTPElsewhere = phrase{
		"A browser would now ask again, at %s. We do not.",
		"Браузер теперь спросил бы ещё раз: %s. Мы — нет.",
		"浏览器此时会再去请求 %s。我们不会。",
	}
	sayHTTPChunked = phrase{
		"The body is in chunks: before each stands its length in hexadecimal, and 0 ends them. So the server need not know the length beforehand.",
		"Тело идёт кусками: перед каждым — его длина в шестнадцатеричном виде, конец — 0. Поэтому серверу не нужно знать длину заранее.",
		"正文是分块的：每块前面是十六进制的长度，0 表示结束。所以服务器不必事先知道总长度。",
	}
	sayHTTPLength = phrase{
		"Content-Length: %s, and so many bytes of body came: it is whole.",
		"Content-Length: %s, и столько байт тела пришло: оно целое.",
		"Content-Length: %s，正文正好这么多字节：完整。",
	}
	sayHTTPShort = phrase{
		"Content-Length is %s, but %d bytes of body came: it is not whole.",
		"Content-Length — %s, а байт тела пришло: %d: оно не целое.",
		"Content-Length 是 %s，但正文到了 %d 字节：不完整。",
	}
	sayHTTPToEnd = phrase{
		"No length was given: the body ends where the connection ends (recv = 0).",
		"Длина не указана: тело кончается там, где кончается соединение (recv = 0).",
		"没有给出长度：连接结束（recv = 0）就是正文结束。",
	}
	sayHTTPCut = phrase{
		"The answer was not read to its end: it is too long, or the server fell silent.",
		"Ответ прочитан не до конца: он слишком длинный, или сервер замолчал.",
		"应答没有读完：太长，或者服务器不再发送。",
	}
	sayHTTPNone = phrase{
		"this is no answer of HTTP (%d bytes)",
		"это не ответ HTTP (байт: %d)",
		"这不是 HTTP 应答（%d 字节）",
	}
)
