//go:build unix

package lab

// What `jim lab lan` says.
var (
	sayLAN = phrase{
		"No server: what you type goes to everybody at port %d, from %s. You hear yourself too. Ctrl-D ends it.",
		"Сервера нет: набранное уходит сразу всем на порт %d от имени %s. Себя тоже слышно. Ctrl-D — конец.",
		"没有服务器：输入的内容发给端口 %d 上的所有人，署名 %s。自己也会听到。按 Ctrl-D 结束。",
	}
	sayLANInterface = phrase{
		"Interface %s, %s: everybody there is %s.",
		"Интерфейс %s, %s: «все» там — %s.",
		"接口 %s，%s：那里的“所有人”是 %s。",
	}
	sayLANAlone = phrase{
		"No interface has a broadcast address: only this machine hears you, at %s.",
		"Ни у одного интерфейса нет широковещательного адреса: слышит только эта машина, %s.",
		"没有接口具有广播地址：只有本机能听到，%s。",
	}
	sayLANHeard   = phrase{"%s (%s): %s", "%s (%s): %s", "%s (%s): %s"}
	sayLANStrange = phrase{
		"from %s came something else: %s",
		"от %s пришло что-то другое: %s",
		"%s 发来别的内容：%s",
	}
	sayLANUnsent = phrase{"Not sent: %v.", "Не отправлено: %v.", "未发送：%v。"}
	sayLANLong   = phrase{
		"%d bytes are too many for one packet; at most %d. Nothing was sent.",
		"Байт: %d — слишком много для одного пакета; не больше %d. Ничего не отправлено.",
		"%d 字节对一个数据包来说太多；最多 %d。什么也没有发送。",
	}
)
