//go:build unix

package lab

// What `jim lab file` says.
var (
	sideSender   = phrase{"sender", "отправитель", "发送方"}
	sideReceiver = phrase{"receiver", "получатель", "接收方"}

	sayFileWaits = phrase{
		"Waiting for files at %s; they are kept in %s. Ctrl-C stops it.",
		"Ждём файлы на %s; они сохраняются в %s. Ctrl-C — остановить.",
		"在 %s 等待文件，保存到 %s。按 Ctrl-C 停止。",
	}
	sayFileHeader = phrase{"header: %s", "заголовок: %s", "头部：%s"}
	sayFileSent   = phrase{"sent %d of %d bytes (%d%%)", "отправлено байт: %d из %d (%d%%)", "已发送 %d / %d 字节（%d%%）"}
	sayFileCame   = phrase{"received %d of %d bytes (%d%%)", "получено байт: %d из %d (%d%%)", "已收到 %d / %d 字节（%d%%）"}
	sayFileSame   = phrase{
		"The receiver has the same %d bytes: sha256 %s",
		"У получателя те же байты (%d): sha256 %s",
		"接收方得到了同样的 %d 字节：sha256 %s",
	}
	sayFileKept = phrase{
		"kept as %s, %d bytes, sha256 %s",
		"сохранён как %s, байт: %d, sha256 %s",
		"已保存为 %s，%d 字节，sha256 %s",
	}
	sayFileRenamed = phrase{
		"The sender calls it %s; here it is %s: it must stay in this folder and overwrite nothing.",
		"Отправитель назвал его %s; здесь он %s: он не должен выйти из этой папки и ничего не должен затереть.",
		"发送方叫它 %s；在这里叫 %s：它不能离开这个文件夹，也不能覆盖任何文件。",
	}
	sayFileFailed     = phrase{"This one failed: %v.", "Этот не удался: %v.", "这个失败了：%v。"}
	sayFileNoHeader   = phrase{"no header came (want: file SIZE \"NAME\")", "заголовок не пришёл (нужно: file РАЗМЕР \"ИМЯ\")", "没有收到头部（应为：file 大小 \"名字\"）"}
	sayFileNoAnswer   = phrase{"the receiver has not answered", "получатель не ответил", "接收方没有回答"}
	sayFileNoLine     = phrase{"no line came", "строка не пришла", "没有收到一行"}
	sayFileNoSum      = phrase{"no checksum came", "контрольная сумма не пришла", "没有收到校验和"}
	sayFileRefused    = phrase{"the receiver does not want it: %s", "получатель отказался: %s", "接收方拒绝：%s"}
	sayFileOther      = phrase{"the other side has something else: here %s, there %s", "у другой стороны другое: здесь %s, там %s", "对方得到的不一样：这里 %s，那里 %s"}
	sayFileCut        = phrase{"cut off: only %d of %d bytes came; the part was removed", "оборвалось: пришло байт: %d из %d; кусок удалён", "中断：%d / %d 字节到达；残缺的文件已删除"}
	sayFileCutSending = phrase{"cut off: only %d of %d bytes were sent", "оборвалось: отправлено байт: %d из %d", "中断：只发送了 %d / %d 字节"}
	sayFileShrank     = phrase{"the file could be read only up to byte %d of %d", "файл прочитан только до байта %d из %d", "文件只能读到第 %d 字节（共 %d）"}
	sayFileNotKept    = phrase{"could not be kept after %d of %d bytes; the part was removed", "не удалось сохранить после байта %d из %d; кусок удалён", "写到 %d / %d 字节后无法保存；残缺的文件已删除"}
	sayFileNotMade    = phrase{"the file %s cannot be made", "файл %s нельзя создать", "无法创建文件 %s"}
	sayFileTooLarge   = phrase{"%d bytes are too many; the most is %d", "байт: %d — слишком много; наибольшее: %d", "%d 字节太大；最多 %d"}
	sayFileUnreadable = phrase{"%s cannot be read", "%s нельзя прочитать", "无法读取 %s"}
	sayFileNotPlain   = phrase{"%s is no plain file", "%s — не обычный файл", "%s 不是普通文件"}
	sayFileFolder     = phrase{"the folder %s cannot be opened", "папку %s нельзя открыть", "无法打开文件夹 %s"}
)
