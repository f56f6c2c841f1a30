//go:build unix

package lab

// What `jim lab talk` says.
var (
	sayTalkWaits = phrase{
		"Waiting at %s. The other side types:\n    jim lab talk %s",
		"Жду на %s. Другая сторона набирает:\n    jim lab talk %s",
		"在 %s 等待。另一方输入：\n    jim lab talk %s",
	}
	sayDialedTo = phrase{"Connected to %s.", "Соединено с %s.", "已连接 %s。"}
	sayTalk     = phrase{
		"Type; what the other side says stands behind ‹. Ctrl-D ends it.",
		"Пишите; слова другой стороны стоят за знаком ‹. Ctrl-D — конец.",
		"请输入；对方说的话在 ‹ 后面。按 Ctrl-D 结束。",
	}
	sayMyTurn    = phrase{"Your turn; while you type, you hear nothing:", "Ваша очередь; пока вы пишете, вы ничего не слышите:", "轮到你了；你输入的时候什么也听不到："}
	sayTheirTurn = phrase{"The other side's turn; you cannot speak until it has.", "Очередь другой стороны; пока она молчит, говорить нельзя.", "轮到对方；对方说完之前你不能说话。"}
)
