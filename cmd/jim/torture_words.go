package main

// What `jim torture` says to people.
var (
	sayTorture = phrase{"jim torture, seed %d, for %v, works: %s; in %s", "jim torture, seed %d, в течение %v, работы: %s; в папке %s", "jim torture，种子 %d，时长 %v，项目：%s；目录 %s"}
	sayNormal  = phrase{
		"NORMAL: lost %d of %d acknowledged, as it must be seen",
		"NORMAL: потеряно %d из %d подтверждённых — так и должно быть видно",
		"NORMAL：%d 条丢失，共确认 %d 条——本来就该看得出来",
	}
	sayCutShort = phrase{"Stopped early, after %v of %v.", "Остановлено раньше времени: прошло %v из %v.", "提前停止：用时 %v，应为 %v。"}
	sayPartly   = phrase{"cut short: %s", "прервано: %s", "中断：%s"}
	sayNotBegun = phrase{"not done: %s", "не сделано: %s", "未做：%s"}
	sayTooEarly = phrase{
		"stopped early, so nothing is proved; no fault was found until then",
		"остановлено раньше времени, и ничего не доказано; до этого ошибок не найдено",
		"提前停止，因此什么也没有证明；在此之前没有发现错误",
	}
	sayNoFault = phrase{"No fault was found.", "Ошибок не найдено.", "没有发现错误。"}
	sayBroken  = phrase{
		"%d faults were found; what happened is kept in %s; seed %d",
		"найдено ошибок: %d; ход событий сохранён в %s; seed %d",
		"发现 %d 个错误；经过保存在 %s；种子 %d",
	}
	sayEntries = phrase{"%d entries", "записей: %d", "%d 条记录"}
	sayNoSpace = phrase{
		"only %s are free on the disk of %s, and %s may be needed, so nothing was begun: make room, or say another folder with --data",
		"на диске папки %[2]s свободно только %[1]s, а может понадобиться %[3]s, поэтому ничего не начато: освободите место или укажите другую папку через --data",
		"%[2]s 所在磁盘仅剩 %[1]s，可能需要 %[3]s，因此没有开始：请腾出空间，或用 --data 指定其他目录",
	}
	sayNoEnding = phrase{
		"It does not end as a run keeps it: whether something is missing, nobody can tell.",
		"Она кончается не так, как её сохраняет jim torture: всё ли в ней есть, неизвестно.",
		"它的结尾不是 jim torture 保存时的样子：是否有缺失，无从得知。",
	}
	sayChecked = phrase{"%s: %d faults", "%s: ошибок: %d", "%s：%d 个错误"}
)

// tortureFigures are the words for the figures of [torture.FigureKeys] that people are shown.
var tortureFigures = map[string]phrase{
	"kills":           {"%s kills", "убит %s раз", "强制结束 %s 次"},
	"killed_starting": {"%s of them while starting", "из них при запуске: %s", "其中启动时 %s 次"},
	"cuts":            {"%s power cuts", "отключений питания: %s", "断电 %s 次"},
	"syncs":           {"%s failed syncs", "неудачных sync: %s", "sync 失败 %s 次"},
	"exits":           {"%s servers ended with 74", "завершений с кодом 74: %s", "%s 个服务器以 74 退出"},
	"fills":           {"%s times full", "диск заполнен %s раз", "磁盘写满 %s 次"},
	"refused_full":    {"%s refused with 507", "отказов 507: %s", "%s 次以 507 拒绝"},
	"jumps":           {"%s jumps of the clock", "скачков часов: %s", "时钟跳变 %s 次"},
	"repeats":         {"%s sent again", "отправлено повторно: %s", "重发 %s 条"},
	"lines_cut":       {"%s lines cut", "обрывов связи: %s", "断线 %s 次"},
	"acknowledged":    {"%s acknowledged", "подтверждено: %s", "已确认 %s 条"},
	"acknowledged_s":  {"%s a second", "%s в секунду", "每秒 %s 条"},
	"told":            {"%s told", "доставлено: %s", "送达 %s 条"},
	"lost":            {"%s lost", "потеряно: %s", "丢失 %s 条"},
}
