//go:build unix

package lab

// What `jim lab dial` says.
var (
	sayDialed = phrase{
		"Connected to %s. What you type is sent line by line; Ctrl-D ends it.",
		"Соединено с %s. Набранное отправляется построчно; Ctrl-D — конец.",
		"已连接 %s。输入的内容逐行发送；按 Ctrl-D 结束。",
	}
)
