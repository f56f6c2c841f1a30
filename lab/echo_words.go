//go:build unix

package lab

// What `jim lab echo` says.
var (
	sayEcho = phrase{
		"Echo server at %s; one recv takes at most %d bytes. Ctrl-C stops it.",
		"Эхо-сервер на %s; один recv берёт не больше %d байт. Ctrl-C — остановить.",
		"回声服务器在 %s；一次 recv 最多取 %d 字节。按 Ctrl-C 停止。",
	}
)
