//go:build unix

package lab

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Language is one of the three in which the lab speaks to people.
type Language int

// The languages.
const (
	English Language = iota
	Russian
	Chinese
)

// phrase is something said to people, in every language; what is put into it has the same order in
// all of them.
type phrase struct{ en, ru, zh string }

// in is p in a language, with what is put into it.
func (p phrase) in(l Language, a ...any) string {
	text := p.en
	switch l {
	case Russian:
		text = p.ru
	case Chinese:
		text = p.zh
	}
	if len(a) == 0 {
		return text
	}
	return fmt.Sprintf(text, a...)
}

// seconds is a number of them with one decimal, as the language writes it.
func (l Language) seconds(d time.Duration) string {
	text := strconv.FormatFloat(d.Seconds(), 'f', 1, 64)
	if l == Russian {
		text = strings.Replace(text, ".", ",", 1)
	}
	return text
}

// What any command may say.
var (
	sayStopped = phrase{"Stopped; all sockets are closed.", "Остановлено; все сокеты закрыты.", "已停止，所有套接字都已关闭。"}
	sayWaits   = phrase{"waits", "ждёт", "等待中"}
	sayWaited  = phrase{"waited %s s", "ждал %s с", "等了 %s 秒"}
	sayBytes   = phrase{"%s: %d bytes: %s", "%s, байт: %d — %s", "%s：%d 字节：%s"}
	sayClosed  = phrase{"%s has closed.", "%s: соединение закрыто.", "%s 已关闭连接。"}
	sayNew     = phrase{"%s has connected.", "%s: новое соединение.", "%s 已连接。"}
	sayLost    = phrase{"%s is lost: %v.", "%s: связь потеряна: %v.", "%s 的连接断了：%v。"}
)
