package main

// What a chat says to people.
var (
	sayChatHelp = phrase{
		"Type and press Enter. /help lists the commands, /quit or Ctrl-D leaves.",
		"Пишите и нажимайте Enter. /help — список команд, /quit или Ctrl-D — выход.",
		"输入文字后按回车发送。/help 查看命令，/quit 或 Ctrl-D 退出。",
	}
	sayYouAre    = phrase{"You are %s at %s.", "Вы %s, сервер %s.", "你是 %s，服务器 %s。"}
	sayGuest     = phrase{"This name is a guest's; /register makes it yours.", "Это гостевое имя; /register закрепит его за вами.", "这是访客名；用 /register 可注册为自己的名字。"}
	sayUnread    = phrase{"unread: %s", "не прочитано: %s", "未读：%s"}
	sayHere      = phrase{"── %s ──", "── %s ──", "── %s ──"}
	sayTopicIs   = phrase{"topic: %s", "тема: %s", "主题：%s"}
	sayNoTopic   = phrase{"no topic", "темы нет", "没有主题"}
	sayEarlier   = phrase{"earlier: /history 200", "что было раньше: /history 200", "更早的消息：/history 200"}
	sayDirect    = phrase{"(direct)", "(лично)", "（私信）"}
	sayCame      = phrase{"%s joins %s", "%s входит в %s", "%s 加入了 %s"}
	sayWent      = phrase{"%s leaves %s", "%s выходит из %s", "%s 离开了 %s"}
	sayMade      = phrase{"%s makes the room %s", "%s создаёт комнату %s", "%s 创建了房间 %s"}
	saySetTopic  = phrase{"%s sets the topic of %s: %s", "%s меняет тему %s: %s", "%s 把 %s 的主题设为：%s"}
	sayPresent   = phrase{"%s is %s", "%s: %s", "%s：%s"}
	saySetBack   = phrase{"the server was set back, as from a backup: the newest of what is shown of %s is not there any more; /history shows what is", "сервер вернули назад, например из копии: последнего из показанного в %s на нём больше нет; что есть, покажет /history", "服务器已退回到较早的状态（例如从备份恢复）：%s 中显示的最新内容已不在服务器上；/history 可查看现有内容"}
	sayMissing   = phrase{"the server does not give what was said in %s before this; /history may", "сервер не отдаёт более раннее из %s; попробуйте /history", "服务器没有给出 %s 中更早的消息；可试试 /history"}
	sayLost      = phrase{"connection lost; what you type is sent when it is back", "связь потеряна; набранное будет отправлено, когда она вернётся", "连接已断开；恢复后会自动发送你输入的内容"}
	sayBack      = phrase{"connected again", "связь восстановлена", "已重新连接"}
	sayEnded     = phrase{"the server ended the connection: %v", "сервер закончил соединение: %v", "服务器结束了连接：%v"}
	saySlow      = phrase{"not confirmed yet; it is sent again until it is: %s", "пока не подтверждено, отправка повторяется: %s", "尚未确认，正在重复发送：%s"}
	sayNotSent   = phrase{"not sent (%v): %s", "не отправлено (%v): %s", "未发送（%v）：%s"}
	sayLongLine  = phrase{"a line may have %d bytes", "в строке может быть до %d байт", "一行最多 %d 字节"}
	sayHalted    = phrase{"interrupted", "прервано", "已中断"}
	sayPressUp   = phrase{"The up arrow brings it back.", "Стрелка вверх вернёт текст.", "按向上键可找回这段文字。"}
	sayFull      = phrase{"too much waits to be sent; not taken: %s", "слишком много ждёт отправки; не принято: %s", "等待发送的内容太多，未接受：%s"}
	sayNoRoom    = phrase{"there is no room %s; /join %s makes it", "комнаты %s нет; /join %s создаст её", "没有房间 %s；用 /join %s 创建"}
	sayNobody    = phrase{"nobody is called %s; /who tells who is here", "никого не зовут %s; /who покажет, кто здесь", "没有叫 %s 的人；/who 查看谁在这里"}
	sayNowhere   = phrase{"You are in no room: /join #room, or /msg person text.", "Вы ни в одной комнате: /join #комната или /msg имя текст.", "你不在任何房间：/join #房间，或 /msg 名字 内容。"}
	sayFailed    = phrase{"that did not work: %v", "не получилось: %v", "没有成功：%v"}
	sayUnknown   = phrase{"there is no command %s; /help lists them", "команды %s нет; список: /help", "没有命令 %s；/help 查看列表"}
	sayDidYou    = phrase{"there is no command %s; did you mean %s?", "команды %s нет; может быть, %s?", "没有命令 %s；你是不是想用 %s？"}
	sayUsage     = phrase{"like this: %s", "пишите так: %s", "用法：%s"}
	sayNobodyIn  = phrase{"nobody is a member of %s", "в %s никого нет", "%s 里没有人"}
	sayNoRooms   = phrase{"there are no rooms yet; /join #room makes one", "комнат ещё нет; /join #комната создаст", "还没有房间；用 /join #房间 创建"}
	sayMore      = phrase{"… and more", "… и ещё", "……还有更多"}
	sayMember    = phrase{"you are in it", "вы в ней", "你在其中"}
	sayNick      = phrase{"A name belongs to its account and stays. To be somebody else: jim chat --name NAME", "Имя принадлежит учётной записи и не меняется. Чтобы войти под другим: jim chat --name ИМЯ", "名字属于账号，不能更改。要换身份：jim chat --name 名字"}
	sayNewPass   = phrase{"New password, 8 characters or more", "Новый пароль, не короче 8 знаков", "新密码（至少 8 个字符）"}
	sayAgain     = phrase{"The same again", "Ещё раз", "再输入一次"}
	sayOldPass   = phrase{"Old password (Enter if you have none)", "Старый пароль (Enter, если его нет)", "旧密码（没有则直接按回车）"}
	sayDifferent = phrase{"these are two different passwords; nothing was changed", "пароли разные; ничего не изменилось", "两次输入的密码不同；没有任何更改"}
	saySecretNo  = phrase{"nothing was changed", "ничего не изменилось", "没有任何更改"}
	sayYours     = phrase{"%s is yours now; this device stays logged in", "%s теперь ваше имя; это устройство останется в системе", "%s 现在是你的名字；此设备保持登录"}
	sayPassSet   = phrase{"the password is changed; your other devices are logged out", "пароль изменён; другие ваши устройства отключены", "密码已更改；你的其他设备已退出登录"}
	sayNoTTY     = phrase{"passwords are asked for on a terminal only", "пароль спрашивается только в терминале", "只能在终端中输入密码"}
	sayHelpMore  = phrase{"//text sends a text that begins with /. Alt-Enter begins a new line. Tab completes.", "//текст отправит текст, начинающийся с /. Alt-Enter — новая строка. Tab дополняет.", "//内容 可发送以 / 开头的文字。Alt-Enter 换行。Tab 补全。"}
)
