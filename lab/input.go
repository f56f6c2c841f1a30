//go:build unix

package lab

import (
	"errors"
	"strconv"
)

// InputError is something that was given to a command and cannot be used: an address, a nickname. Error says
// it in English, [InputError.In] in another language.
type InputError struct {
	what phrase
	text string
	why  phrase
}

func (e *InputError) Error() string { return e.In(English) }

// In is the error in a language.
func (e *InputError) In(l Language) string {
	return e.what.in(l) + " " + strconv.Quote(e.text) + ": " + e.why.in(l)
}

// fault is an error in the language of the person.
func (l *Lab) fault(p phrase, a ...any) error { return errors.New(p.in(l.Language, a...)) }

// What was given, and why it cannot be used.
var (
	sayAddress   = phrase{"address", "адрес", "地址"}
	sayNickname  = phrase{"nickname", "имя", "昵称"}
	sayInterface = phrase{"interface", "интерфейс", "接口"}

	whyNoTLS = phrase{
		"the lab speaks no TLS: it shows bytes, and those would be encrypted",
		"лаборатория не говорит по TLS: она показывает байты, а они были бы зашифрованы",
		"实验室不使用 TLS：它展示字节，而那些字节会是加密的",
	}
	whyNetworks = phrase{"this command takes %s", "эта команда понимает %s", "这条命令接受 %s"}
	whyNoPath   = phrase{
		"the path of the socket is missing: unix:///tmp/lab.sock",
		"нет пути к сокету: unix:///tmp/lab.sock",
		"缺少套接字的路径：unix:///tmp/lab.sock",
	}
	whyNoAddress  = phrase{"want HOST:PORT", "нужен HOST:PORT", "应为 HOST:PORT"}
	whyNoBrackets = phrase{
		"want HOST:PORT; an IPv6 address stands in brackets: [::1]:5005",
		"нужен HOST:PORT; адрес IPv6 пишут в скобках: [::1]:5005",
		"应为 HOST:PORT；IPv6 地址要放在方括号里：[::1]:5005",
	}
	whyNoNumber    = phrase{"the port is a number from 0 to 65535", "порт — число от 0 до 65535", "端口是 0 到 65535 的数字"}
	whyNoPort      = phrase{"the port is missing: HOST:PORT", "нет порта: HOST:PORT", "缺少端口：HOST:PORT"}
	whyUnknown     = phrase{"nobody knows the address of this name", "адрес с таким именем никому не известен", "没有人知道这个名字的地址"}
	whyNoInterface = phrase{"there is none of this name", "такого нет", "没有这个名字的接口"}

	whyNoURL  = phrase{"want http://HOST/PATH", "нужно http://HOST/PATH", "应为 http://HOST/PATH"}
	whyNoHost = phrase{"the name of the server is missing", "нет имени сервера", "缺少服务器的名字"}
	whyLogin  = phrase{"a login in the address is not sent", "имя и пароль из адреса не отправляются", "不会发送地址里的用户名和密码"}
	whyASCII  = phrase{
		"the name must be in ASCII letters: write one in other letters as xn--…",
		"имя должно быть из букв ASCII: другие буквы пишут как xn--…",
		"名字必须用 ASCII 字母：其他文字写成 xn--…",
	}

	whyNoNick   = phrase{"write one behind the command: jim lab lan ann", "напишите его за командой: jim lab lan аня", "请写在命令后面：jim lab lan 小明"}
	whyLongNick = phrase{"at most %d bytes", "не больше %d байт", "最多 %d 字节"}
	whyOddNick  = phrase{"no colon and nothing invisible may be in it", "в нём не может быть двоеточия и невидимых знаков", "里面不能有冒号和看不见的字符"}
	whyNoIPv4   = phrase{"want one of IPv4, such as 192.168.1.255", "нужен адрес IPv4, например 192.168.1.255", "应为 IPv4 地址，例如 192.168.1.255"}
)
