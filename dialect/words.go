package dialect

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"jim/wire"
)

// notUnderstood are the words of the mentors' server, which some programs compare.
const notUnderstood = "Запрос некорректен."

// The mentors' programs are for people who read Russian, and so are these words. %s is whom or what
// the request was about.
var (
	reasons = map[wire.Code]string{
		wire.Unauthorized: "Сначала представьтесь.",
		wire.WrongLogin:   "Неверное имя или пароль.",
		wire.Forbidden:    "Это не разрешено.",
		wire.NotFound:     "Нет такого пользователя или комнаты: %s.",
		wire.Conflict:     "На этом соединении у вас уже есть имя.",
		wire.Offline:      "%s не в сети.",
		wire.TooLarge:     "Слишком длинно.",
		wire.TooMany:      "Слишком часто. Подождите немного.",
		wire.Timeout:      "Вы так и не представились.",
		wire.Internal:     "Ошибка на сервере.",
		wire.Unavailable:  "Сервер сейчас занят. Повторите позже.",
		wire.StorageFull:  "На сервере кончилось место.",
	}
	reasonsAtLogin = map[wire.Code]string{
		wire.BadRequest:   sayBadName,
		wire.TooLarge:     sayBadName,
		wire.Unauthorized: "Имени %s нужен пароль.",
		wire.Conflict:     "Имя пользователя %s уже занято.",
	}
)

const (
	sayBadName = "Имя не подходит: %s. В имени до 25 букв, цифр и знаков -_. одного алфавита."
	sayNoKey   = "Нет открытого ключа пользователя %s."
	sayBehind  = "Часть сообщений пропущена (%s): они шли быстрее, чем вы читаете."
	sayBye     = "Сервер прощается и закрывает соединение."
)

// words tell of an error what the program's people read: the server's own words in the
// specification's dialect, Russian in the mentors'. conn.mu is held.
func (c *conn) words(e *wire.Error, about string) string {
	if !c.speech.mentor {
		return e.Text
	}
	words, ok := reasons[e.Code]
	if at, login := reasonsAtLogin[e.Code]; login && c.speech.name == "" && about != "" {
		words, ok = at, true
	}
	if !ok {
		return notUnderstood
	}
	return russian(words, about)
}

// russian puts whom or what words are about in their place, as much of it as a name may have.
func russian(words, about string) string {
	if !strings.Contains(words, "%s") {
		return words
	}
	if utf8.RuneCountInString(about) > wire.JIM1.Name+1 {
		about = string([]rune(about)[:wire.JIM1.Name]) + "…"
	}
	return fmt.Sprintf(words, about)
}

// tellError answers that a request cannot be done; about is whom or what it was about. conn.mu is held.
func (c *conn) tellError(e *wire.Error, about string) { c.refused(e.Code, c.words(e, about)) }

// refused answers with a code that the dialect has: all of them in the specification's, 400
// in the mentors'. conn.mu is held.
func (c *conn) refused(code wire.Code, words string) {
	c.answer(c.cut(words, func(words string) object {
		if c.speech.mentor {
			return begin().number("response", int(wire.BadRequest)).text("error", words)
		}
		return begin().number("response", int(codeOf(code))).at(time.Now()).text("error", words)
	}))
}

// codeOf is a code of the specification that says the same.
func codeOf(code wire.Code) wire.Code {
	switch code {
	case wire.NotImplemented, wire.TooLarge, wire.TooMany:
		return wire.BadRequest
	case wire.Timeout, wire.Unavailable, wire.StorageFull, wire.UpgradeRequired:
		return wire.Internal
	}
	return code
}
