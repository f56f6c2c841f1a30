package lines

import (
	"fmt"

	"jim/wire"
)

// lang is a language that is spoken to people.
type lang uint8

const (
	english lang = iota
	russian
	chinese
)

// langNames are what /lang takes, in the order of lang.
var langNames = [...]string{"en", "ru", "zh"}

// phrase is something said to people, in every language.
type phrase struct{ en, ru, zh string }

// in is p in a language, with args in it as package fmt has it.
func (p phrase) in(l lang, args ...any) string {
	text := p.en
	switch l {
	case russian:
		text = p.ru
	case chinese:
		text = p.zh
	}
	if len(args) == 0 {
		return text
	}
	return fmt.Sprintf(text, args...)
}

var sayGreeting = phrase{
	`This is JIM, a chat for anybody who can type a line.
  /nick NAME      says who you are
  /join #lobby    goes into a room; what you type then is said there
  /help           lists the rest          по-русски: /lang ru   中文：/lang zh
Programs speak JSON instead: ` + wire.Hello,
	`Это JIM, чат для всех, кто может напечатать строку.
  /nick ИМЯ       скажите, кто вы
  /join #lobby    войдите в комнату; дальше всё, что вы пишете, говорится там
  /help           остальные команды       in English: /lang en   中文：/lang zh
Программы говорят здесь на JSON: ` + wire.Hello,
	`这里是 JIM 聊天，会打字就能用。
  /nick 名字      说明你是谁
  /join #lobby    进入房间，之后输入的内容会发到那里
  /help           其他命令                in English: /lang en   по-русски: /lang ru
程序请使用 JSON：` + wire.Hello,
}

// What is said about what was typed.
var (
	sayNobodyHeard = phrase{`Nobody has heard "%s": first say who you are, with /nick NAME.`, `«%s» никто не услышал: сначала скажите, кто вы: /nick ИМЯ.`, `没有人收到“%s”：请先用 /nick 名字 说明你是谁。`}
	sayWhoFirst    = phrase{"First say who you are: /nick NAME", "Сначала скажите, кто вы: /nick ИМЯ", "请先说明你是谁：/nick 名字"}
	sayNowhere     = phrase{"Nowhere to say it: /join #ROOM or /msg NAME comes first.", "Некуда: сначала /join #КОМНАТА или /msg ИМЯ.", "没有对象：请先 /join #房间 或 /msg 名字。"}
	sayNoRoomHere  = phrase{"You are in no room: /join #ROOM comes first.", "Вы не в комнате: сначала /join #КОМНАТА.", "你不在任何房间：请先 /join #房间。"}
	sayNoTalkHere  = phrase{"You talk with nobody, so there is nothing to show: /join #ROOM or /msg NAME comes first.", "Вы ни с кем не говорите, показать нечего: сначала /join #КОМНАТА или /msg ИМЯ.", "你还没有对话，没有可显示的内容：请先 /join #房间 或 /msg 名字。"}
	sayNotBegun    = phrase{"That line was not UTF-8, so nobody can read it. Set your terminal to UTF-8.", "Строка не в UTF-8, прочесть её нельзя. Переключите терминал на UTF-8.", "这一行不是 UTF-8，无法读取。请把终端设为 UTF-8。"}
	sayTooLong     = phrase{"That line was too long, and nothing of it was said: a message has at most %d bytes.", "Строка слишком длинная, из неё ничего не отправлено: в сообщении не больше %d байт.", "这一行太长，没有发送：一条消息最多 %d 字节。"}
	sayNotUTF8     = phrase{"That line was not UTF-8, and nothing of it was said. Set your terminal to UTF-8.", "Строка не в UTF-8, из неё ничего не отправлено. Переключите терминал на UTF-8.", "这一行不是 UTF-8，没有发送。请把终端设为 UTF-8。"}
	sayNotSaid     = phrase{"* Not said: %s", "* Не отправлено: %s", "* 未发送：%s"}
	sayUnknown     = phrase{"There is no command %s. /help lists them; // begins a message with a slash.", "Нет команды %s. Список: /help; сообщение с косой чертой начните с //.", "没有命令 %s。/help 列出全部命令；以 // 开头可发送斜杠。"}
	sayUsage       = phrase{"Like this: %s", "Вот так: %s", "用法：%s"}
	sayHelpMore    = phrase{"Anything else is said where you are. // begins a message with a slash.", "Всё остальное говорится там, где вы. Сообщение с косой чертой начните с //.", "其他内容会发到你所在的地方。以 // 开头可发送斜杠。"}
	sayLanguage    = phrase{"English, then.", "Говорим по-русски.", "改用中文。"}
	sayThere       = phrase{"[yes, JIM is here]", "[да, JIM здесь]", "[在，JIM 在这里]"}
	sayNotIRC      = phrase{"IRC is not spoken here. With nc or telnet, begin with /nick NAME and then /join #lobby", "IRC здесь не понимают. В nc или telnet начните с /nick ИМЯ, затем /join #lobby", "这里不支持 IRC。请用 nc 或 telnet，先 /nick 名字，再 /join #lobby"}
	sayGoodbye     = phrase{"Goodbye.", "До свидания.", "再见。"}
	sayGoodbyeKept = phrase{"Goodbye. Messages kept: %d.", "До свидания. Сохранено сообщений: %d.", "再见。已保存 %d 条消息。"}
)

// What is said about who somebody is.
var (
	sayYouAre      = phrase{"You are %s here already; open another connection to be somebody else.", "Вы здесь уже %s; чтобы быть кем-то ещё, откройте другое соединение.", "你在这里已经是 %s；想换身份请另开一个连接。"}
	sayGuest       = phrase{"You are %s, a guest. /register makes a name yours.", "Вы %s, гость. /register закрепит имя за вами.", "你是访客 %s。/register 可注册名字。"}
	sayWelcome     = phrase{"You are %s.", "Вы %s.", "你是 %s。"}
	sayYours       = phrase{"%s is yours from now on, with that password.", "%s теперь ваше имя, с этим паролем.", "%s 现在归你所有，使用该密码。"}
	sayNext        = phrase{"/join #lobby goes into a room, /rooms lists them, /help lists the commands.", "/join #lobby — войти в комнату, /rooms — список комнат, /help — команды.", "/join #lobby 进入房间，/rooms 列出房间，/help 列出命令。"}
	sayNeedsSecret = phrase{"%s needs a password here.", "Для имени %s нужен пароль.", "%s 需要密码。"}
	sayUnsafe      = phrase{"Anybody on the way could read a password typed on this connection, so none is taken. Use TLS, such as: openssl s_client -quiet -connect HOST:PORT", "На этом соединении пароль мог бы прочесть любой по пути, поэтому он не принимается. Используйте TLS, например: openssl s_client -quiet -connect HOST:PORT", "此连接上的密码可能被途中任何人读取，因此不接受密码。请使用 TLS，例如：openssl s_client -quiet -connect HOST:PORT"}
	saySecret      = phrase{"The password of %s, please; it is not shown. An empty line for none.", "Пароль для %s; он не будет виден. Пустая строка — без пароля.", "请输入 %s 的密码（不会显示）。空行取消。"}
	saySecretSeen  = phrase{"The password of %s, please. Take care: your terminal shows it. An empty line for none.", "Пароль для %s. Осторожно: терминал его покажет. Пустая строка — без пароля.", "请输入 %s 的密码。注意：终端会显示它。空行取消。"}
	saySecretNone  = phrase{"No password: nothing was done.", "Без пароля ничего не сделано.", "没有密码，未做任何事。"}
)

// What is said about conversations.
var (
	sayJoined     = phrase{"You are in %s.", "Вы в %s.", "你在 %s。"}
	sayTopicIs    = phrase{"It is about: %s.", "Тема: %s.", "主题：%s。"}
	sayNoTopic    = phrase{"It has no topic.", "Темы нет.", "没有主题。"}
	sayEarlier    = phrase{"/history shows what was said.", "/history покажет, что было сказано.", "/history 显示之前的内容。"}
	sayLeft       = phrase{"You have left %s.", "Вы вышли из %s.", "你已离开 %s。"}
	sayTurned     = phrase{"What you type now is said to %s.", "Теперь вы пишете %s.", "现在输入的内容会发给 %s。"}
	sayNothingYet = phrase{"Nothing has been said here yet.", "Здесь пока ничего не сказано.", "这里还没有消息。"}
	sayNoRooms    = phrase{"There are no rooms yet.", "Комнат пока нет.", "还没有房间。"}
	sayMember     = phrase{"(yours)", "(вы участник)", "（已加入）"}
	sayMade       = phrase{"%s made %s", "%s создаёт %s", "%s 创建了 %s"}
	sayCame       = phrase{"%s came into %s", "%s входит в %s", "%s 进入了 %s"}
	sayWent       = phrase{"%s left %s", "%s выходит из %s", "%s 离开了 %s"}
	saySetTopic   = phrase{"%s made the topic of %s: %s", "%s меняет тему %s: %s", "%s 把 %s 的主题改为：%s"}
	sayOther      = phrase{"%s in %s: %s", "%s в %s: %s", "%s 在 %s：%s"}
	sayBehind     = phrase{"You read too slowly, or were away: something said in %s was left out. /history shows it there.", "Вы читаете медленно или отсутствовали: часть сказанного в %s пропущена. Там поможет /history.", "你读得太慢或不在：%s 中有内容被略过。可在那里用 /history 查看。"}
	sayClosing    = phrase{"The server closes the connection: %s.", "Сервер закрывает соединение: %s.", "服务器关闭连接：%s。"}
	sayAgainIn    = phrase{"(again in %d s)", "(снова через %d с)", "（%d 秒后再试）"}
)

// statuses are what somebody is doing, as far as there are words for it.
var statuses = map[string]phrase{
	"here": {"here", "здесь", "在线"},
	"away": {"away", "отошёл", "离开"},
	"gone": {"gone", "нет на месте", "不在线"},
}

// reasons are why something was refused. Where English is missing, the server's own words say
// it better.
var reasons = map[wire.Code]phrase{
	wire.BadRequest:   {"", "имя или текст не подходят (в имени до 25 букв одного алфавита, цифр и -_.)", "名字或内容不符合要求（名字最多 25 个同一文字的字母、数字和 -_.）"},
	wire.Unauthorized: {"say who you are first: /nick NAME", "сначала скажите, кто вы: /nick ИМЯ", "请先说明你是谁：/nick 名字"},
	wire.WrongLogin:   {"wrong name, password or invitation", "неверное имя, пароль или приглашение", "名字、密码或邀请不正确"},
	wire.Forbidden:    {"", "это вам не разрешено (или нужно приглашение)", "你没有权限（或需要邀请）"},
	wire.NotFound:     {"", "нет такого человека или комнаты", "没有这个人或房间"},
	wire.Conflict:     {"", "имя занято или уже подключено", "名字已被占用或已连接"},
	wire.TooLarge:     {"", "слишком длинно", "太长"},
	wire.TooMany:      {"slower, please", "помедленнее, пожалуйста", "请慢一点"},
	wire.Internal:     {"", "ошибка сервера", "服务器出错"},
	wire.Unavailable:  {"", "сервер останавливается или перегружен", "服务器正在停止或繁忙"},
	wire.StorageFull:  {"", "на сервере кончилось место", "服务器存储已满"},
}
