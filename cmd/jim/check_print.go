package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"jim/check"
)

// What a report of `jim check` says to people, but for the rules and what became of them: those stand in check_words.
var (
	sayCheckColon    = phrase{": ", ": ", "："} // two columns in each
	sayCheckOf       = phrase{"Checks of %s, level %s", "Проверки %s, уровень %s", "检查 %s，级别 %s"}
	sayCheckExpected = phrase{"expected", "ожидалось", "应为"}
	sayCheckCame     = phrase{"came", "пришло", "实为"}
	sayCheckSays     = phrase{"the document", "документ", "文档原文"}
	sayCheckTalk     = phrase{"what travelled", "что передавалось", "往来内容"}
	sayCheckSkipped  = phrase{"not checked", "не проверялось", "未检查"}
	sayCheckSums     = phrase{
		"%d checks: %d passed, %d failed, %d not made; %s s",
		"проверок: %d, пройдено: %d, не пройдено: %d, не проводилось: %d; %s с",
		"共 %d 项：通过 %d，失败 %d，未做 %d；用时 %s 秒",
	}
	sayCheckElsewhere = phrase{
		"Of those not made %d are for other transports (ws://, udp://, http://).",
		"Из непроведённых %d — для других транспортов (ws://, udp://, http://).",
		"未做的检查中有 %d 项属于其他传输方式（ws://、udp://、http://）。",
	}
	sayCheckGrade       = phrase{"Grade: %s (%d of 100)", "Оценка: %s (%d из 100)", "成绩：%s（%d/100）"}
	sayCheckStopped     = phrase{"The run ended early: %s", "Проверка прервана: %s", "检查提前结束：%s"}
	sayCheckInterrupted = phrase{
		"Interrupted: the checks were not made to their end, and there is no grade",
		"Прервано: проверки не доведены до конца, оценки нет",
		"已中断：检查没有做完，不给成绩",
	}
	sayCheckGone    = phrase{"the server takes no connections any more", "сервер больше не принимает соединений", "服务器不再接受连接"}
	sayCheckFailed  = phrase{"checks failed: %d", "не пройдено проверок: %d", "%d 项检查未通过"}
	sayCheckNothing = phrase{"nothing could be checked", "ничего не удалось проверить", "什么都没能检查"}
)

// sectionTitles are the headings of the documents in other languages.
var sectionTitles = map[check.Section]phrase{
	check.OnTheWire:     {"", "2. Объекты на проводе", "2. 线路上的对象"},
	check.Conversations: {"", "3. Беседы и номера", "3. 会话与编号"},
	check.SayingWho:     {"", "4. Кто вы", "4. 表明身份"},
	check.Talking:       {"", "5. Разговор", "5. 交谈"},
	check.WhatWasSaid:   {"", "6. Что было сказано", "6. 说过的话"},
	check.Rooms:         {"", "7. Комнаты", "7. 房间"},
	check.People:        {"", "8. Люди", "8. 人"},
	check.YourAccount:   {"", "9. Учётная запись", "9. 账户"},
	check.FromTheServer: {"", "10. От сервера", "10. 来自服务器"},
	check.Actions:       {"", "Действия", "动作"},
	check.Codes:         {"", "Коды", "代码"},
	check.Limits:        {"", "Ограничения", "限制"},
	check.Errors:        {"", "Ошибки", "错误"},
	check.Course:        {"", "Программы курса", "课程程序"},
	check.Specification: {"", "Спецификация курса", "课程规范"},
	check.Mentors:       {"", "Диалект наставников", "导师方言"},
	check.Passwords:     {"", "Пароли", "密码"},
	check.NotSaid:       {"", "Чего диалект не может сказать", "方言无法表达的内容"},
}

// sectionTitle is the heading of a section for people.
func sectionTitle(s check.Section, l language) string {
	if title := sectionTitles[s].in(l); title != "" {
		return title
	}
	return s.Title()
}

// checkLook is how a report looks: in colours, or not.
type checkLook struct {
	red, green, dim, bold, off string
	width                      int // columns of the terminal; 0 = lines are not folded
}

// folded is a text that goes on at the column at which it begins.
func (k checkLook) folded(text string, column int) string {
	if k.width-column < 20 { // too narrow to help
		return text
	}
	lines := strings.Split(fold(text, k.width-column), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n"+strings.Repeat(" ", column))
}

// rule is the rule of a check, behind its id.
func (k checkLook) rule(x *check.Result, l language) string {
	return k.folded(checkRule(&x.Check, l), max(31, len(x.ID)+5))
}

// look is for w: with colours when it is a terminal, and NO_COLOR is not set (no-color.org).
func look(w io.Writer) checkLook {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return checkLook{}
	}
	width := widthOf(f)()
	if os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return checkLook{width: width}
	}
	return checkLook{"\x1b[31m", "\x1b[32m", "\x1b[2m", "\x1b[1m", "\x1b[0m", width}
}

// table prints a report for people.
func (r *reporting) table(w io.Writer, report *check.Report, look checkLook) error {
	l := speaks()
	var b strings.Builder
	fmt.Fprintf(&b, look.bold+sayCheckOf.in(l)+look.off+"\n", visibleLine(report.Subject), report.Level)
	section, elsewhere := check.Section(""), 0
	for i := range report.Results {
		x := &report.Results[i]
		if x.Elsewhere() {
			elsewhere++
		}
		if x.Elsewhere() || x.Unfinished() || r.failed && x.State != check.Failed {
			continue
		}
		if x.Section != section {
			section = x.Section
			fmt.Fprintf(&b, "\n%s%s%s  %s%s%s\n", look.bold, sectionTitle(section, l), look.off, look.dim, section, look.off)
		}
		printResult(&b, x, look, l)
	}
	s := report.Sums()
	b.WriteString("\n")
	if report.Stopped != "" {
		b.WriteString(stoppedBecause(report, l) + "\n")
	}
	fmt.Fprintf(&b, sayCheckSums.in(l)+"\n", s.Total, s.Passed, s.Failed, s.Skipped, decimal(fmt.Sprintf("%.1f", report.Took.Seconds()), l))
	if elsewhere > 0 {
		fmt.Fprintf(&b, sayCheckElsewhere.in(l)+"\n", elsewhere)
	}
	colour := look.green
	if !report.Passed() {
		colour = look.red
	}
	if !report.Interrupted {
		fmt.Fprintf(&b, colour+sayCheckGrade.in(l)+look.off+"\n", report.Grade(), s.Percent())
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// checkTalkLines is how much of a conversation is printed: its end.
const checkTalkLines = 14

func printResult(b *strings.Builder, x *check.Result, look checkLook, l language) {
	rule := look.rule(x, l)
	say := func(word phrase, colour, text string) {
		before := word.in(l) + sayCheckColon.in(l)
		fmt.Fprintf(b, "      %s%s%s%s\n", before, colour, look.folded(visibleLine(text), 6+columns(before)), look.off)
	}
	switch x.State {
	case check.Passed:
		fmt.Fprintf(b, "  %s✓%s %s %s%s%s\n", look.green, look.off, pad(x.ID, 26), look.dim, rule, look.off)
		return
	case check.Skipped:
		fmt.Fprintf(b, "  %s– %s %s%s\n", look.dim, pad(x.ID, 26), rule, look.off)
		say(sayCheckSkipped, "", checkSaid(x.Why, l))
		return
	}
	fmt.Fprintf(b, "  %s✗%s %s %s\n", look.red, look.off, pad(x.ID, 26), rule)
	say(sayCheckExpected, "", expectedOf(x, l))
	say(sayCheckCame, look.red, checkSaid(x.Came, l))
	if x.Says != "" {
		say(sayCheckSays, "", x.Says)
	}
	if len(x.Talk) > 0 {
		fmt.Fprintf(b, "      %s\n", strings.TrimSpace(sayCheckTalk.in(l)+sayCheckColon.in(l)))
	}
	for _, line := range x.Talk[max(0, len(x.Talk)-checkTalkLines):] {
		sign, text := map[check.Way]string{check.Sent: ">", check.Received: "<", check.Note: "·"}[line.Way], line.Text
		if line.Way == check.Note {
			text = checkSaid(text, l)
		}
		fmt.Fprintf(b, "        %s%s %s%s %s%s\n", look.dim, checkTime(line.At, l), line.Who, sign, visibleLine(text), look.off)
	}
}

// checkVerdict says in a few words why a report is no good.
func checkVerdict(report *check.Report, l language) string {
	s := report.Sums()
	switch {
	case report.Stopped != "":
		return stoppedBecause(report, l)
	case s.Failed > 0:
		return fmt.Sprintf(sayCheckFailed.in(l), s.Failed)
	}
	return sayCheckNothing.in(l)
}

// stoppedBecause says why a run ended before its time. What the system says stays in its words.
func stoppedBecause(report *check.Report, l language) string {
	if report.Interrupted {
		return sayCheckInterrupted.in(l)
	}
	why := visibleLine(report.Stopped)
	if rest, ok := strings.CutPrefix(why, sayCheckGone.en); ok {
		why = sayCheckGone.in(l) + rest
	}
	return fmt.Sprintf(sayCheckStopped.in(l), why)
}

// checkTime is when something travelled, as the reader writes milliseconds.
func checkTime(d time.Duration, l language) string {
	text := d.Round(time.Millisecond).String()
	return strings.Repeat(" ", max(0, 7-len(text))) + inUnits(text, l)
}

// decimal is a number as the language writes it.
func decimal(number string, l language) string {
	if l == russian {
		return strings.ReplaceAll(number, ".", ",")
	}
	return number
}

// inUnits is a duration of Go's as the language writes it: 2.3ms, 2,3мс. In Chinese the units are the same.
func inUnits(text string, l language) string {
	if l == russian {
		return decimal(strings.NewReplacer("µs", "мкс", "ms", "мс", "s", "с", "m", "м", "h", "ч").Replace(text), l)
	}
	return text
}
