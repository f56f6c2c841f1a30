//go:build unix

package lab

import (
	"fmt"
	"strings"

	"jim/printable"
)

// What is said of a WebSocket.
var (
	sayUpgraded = phrase{
		"From here on it is a WebSocket. The server proved that it understood: SHA-1 of %s and a fixed text is %s.",
		"Отсюда это WebSocket. Сервер доказал, что понял: SHA-1 от %s и постоянного текста — %s.",
		"从这里开始就是 WebSocket。服务器证明它懂：%s 加上固定文本的 SHA-1 是 %s。",
	}
	sayNotUpgraded = phrase{
		"the server does not go over to WebSocket: %s",
		"сервер не переходит на WebSocket: %s",
		"服务器没有切换到 WebSocket：%s",
	}
	sayNoUpgrade = phrase{"it did not ask for WebSocket", "он не просил WebSocket", "它没有请求 WebSocket"}
	sayHeadLong  = phrase{"more than %d bytes and no empty line", "больше %d байт, а пустой строки нет", "超过 %d 字节还没有空行"}
	sayFrameLong = phrase{"a frame of more than %d bytes, which the lab does not take", "кадр больше %d байт, лаборатория такие не берёт", "一帧超过 %d 字节，实验室不接收"}
	sayUnmasked  = phrase{"%d bytes", "байт: %d", "%d 字节"}
	sayMasked    = phrase{"%d bytes, masked", "байт: %d, под маской", "%d 字节，带掩码"}
	sayMask      = phrase{"the mask", "маска", "掩码"}
	sayPart      = phrase{"a part", "часть", "一部分"}
	sayLast      = phrase{"whole, or the last part", "целиком или последняя часть", "完整，或最后一部分"}
	sayOps       = map[byte]phrase{
		0:       {"goes on", "продолжение", "接上一帧"},
		opText:  {"text", "текст", "文本"},
		2:       {"bytes", "байты", "二进制"},
		opClose: {"close", "закрытие", "关闭"},
		opPing:  {"ping", "ping", "ping"},
		opPong:  {"pong", "pong", "pong"},
	}
)

// showHead shows a request or an answer of HTTP, line by line. way is ">" for what we send, "<" for
// what comes.
func (l *Lab) showHead(way, head string) {
	l.begin()
	defer l.end()
	for _, line := range strings.Split(strings.TrimSuffix(head, "\r\n"), "\r\n") {
		l.talk(way + " " + printable.Line(line))
	}
}

// showFrame shows the bytes of a frame and what they mean.
func (l *Lab) showFrame(way string, b []byte, f frame) {
	head, _, masked := frameHead(b)
	op, end, size := sayOps[f.op], sayLast, sayUnmasked
	if !f.last {
		end = sayPart
	}
	if masked {
		size = sayMasked
	}
	lang := l.Language
	first := fmt.Sprintf("%02x", b[0])
	l.begin()
	defer l.end()
	show := func(bytes, means string) { l.talk(way + " " + padded(bytes, 14) + " " + means) }
	show(first, op.in(lang)+" · "+end.in(lang))
	to := head
	if masked {
		to -= 4
	}
	show(fmt.Sprintf("% x", b[1:to]), size.in(lang, len(f.payload)))
	if masked {
		show(fmt.Sprintf("% x", b[to:head]), sayMask.in(lang))
	}
	if len(f.payload) > 0 {
		const shown = 16
		rest := fmt.Sprintf("% x", b[head:min(len(b), head+shown)])
		if len(b)-head > shown {
			rest += "…"
		}
		show(rest, quoted(f.payload, shownColumns))
	}
}
