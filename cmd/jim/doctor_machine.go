package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime/debug"
	"slices"
	"syscall"
	"time"
)

var (
	saySpace   = phrase{"disk: %s free", "диск: свободно %s", "磁盘：剩余 %s"}
	sayCramped = phrase{"disk: only %s free", "диск: свободно только %s", "磁盘：仅剩 %s"}
	doFree     = phrase{"make room: without it messages are refused with 507 until there is some", "освободите место: без него сообщения отклоняются с кодом 507", "请腾出空间：否则消息会以 507 被拒绝"}
	sayNarrow  = phrase{"disk: %s free, and an upgrade or a backup needs a copy of the database (%s)", "диск: свободно %s, а обновлению или резервной копии нужна копия базы (%s)", "磁盘：剩余 %s，而升级或备份需要数据库副本的空间（%s）"}
	doLater    = phrase{"make room before you upgrade, or say another folder to jim backup", "освободите место перед обновлением или укажите jim backup другую папку", "请在升级前腾出空间，或让 jim backup 使用其他目录"}
	sayKind    = phrase{"disk: the data folder is on %s", "диск: папка данных находится на %s", "磁盘：数据目录位于 %s"}
	doLocal    = phrase{"use a disk of this machine: what was acknowledged may not be safe there", "возьмите диск этой машины: подтверждённое там может пропасть", "请使用本机磁盘：在那里已确认的内容未必安全"}

	sayUnseen = phrase{"disk: how much is free was not looked at: %v", "диск: сколько свободно, не проверено: %v", "磁盘：未检查剩余空间：%v"}
	doLook    = phrase{"look at it yourself: without room messages are refused with 507 until there is some", "проверьте сами: без места сообщения отклоняются с кодом 507", "请自行检查：空间不足时消息会以 507 被拒绝"}

	saySync = phrase{
		"disk: syncing takes %s; one sender who waits each time can say %d messages a second, many together far more",
		"диск: синхронизация занимает %s; один отправитель, который ждёт каждый раз, скажет %d сообщений в секунду, многие вместе — намного больше",
		"磁盘：同步耗时 %s；逐条等待的单个发送者每秒可发 %d 条消息，多人同时则多得多",
	}
	sayLate    = phrase{"disk: syncing takes %s, so every message waits at least as long (%d a second from one sender)", "диск: синхронизация занимает %s, и каждое сообщение ждёт не меньше (%d в секунду от одного отправителя)", "磁盘：同步耗时 %s，每条消息至少等待这么久（单个发送者每秒 %d 条）"}
	doFaster   = phrase{"look whether something else uses the disk, or take a faster one", "проверьте, не занят ли диск чем-то ещё, или возьмите более быстрый", "请检查是否有其他程序占用磁盘，或换用更快的磁盘"}
	sayNoWrite = phrase{"disk: nothing can be written to the data folder: %v", "диск: в папку данных нельзя писать: %v", "磁盘：无法写入数据目录：%v"}
	doDisk     = phrase{"look at the disk, and at what the system says of it (dmesg): one that became read-only may be failing", "проверьте диск и сообщения системы о нём (dmesg): если он стал доступен только для чтения, он может быть неисправен", "请检查磁盘及系统对它的报告（dmesg）：变为只读的磁盘可能正在损坏"}

	sayClock  = phrase{"clock: %s", "часы: %s", "时钟：%s"}
	sayOld    = phrase{"clock: it says %s, before this program was made", "часы: показывают %s, раньше создания этой программы", "时钟：显示 %s，早于本程序的发布"}
	sayBehind = phrase{"clock: it says %s, and the newest entry is %s younger", "часы: показывают %s, а последняя запись новее на %s", "时钟：显示 %s，而最新记录比它晚 %s"}
	sayJumped = phrase{"clock: it jumped by %s within a second", "часы: за секунду перескочили на %s", "时钟：一秒内跳变了 %s"}
	doClock   = phrase{"let the clock be set over the network (NTP); the order of messages does not depend on it, certificates do", "настройте часы по сети (NTP); порядок сообщений от них не зависит, а сертификаты зависят", "请通过网络（NTP）校时；消息顺序不依赖时钟，但证书依赖"}

	sayFiles   = phrase{"limits: %d open files here, so about %d connections", "пределы: здесь %d открытых файлов, то есть около %d соединений", "限制：此处可打开 %d 个文件，约 %d 个连接"}
	sayFew     = phrase{"limits: only %d open files here, so about %d connections", "пределы: здесь только %d открытых файлов, то есть около %d соединений", "限制：此处仅可打开 %d 个文件，约 %d 个连接"}
	doFiles    = phrase{"raise it with LimitNOFILE= or ulimit -Hn", "увеличьте его через LimitNOFILE= или ulimit -Hn", "请用 LimitNOFILE= 或 ulimit -Hn 提高"}
	sayMemory  = phrase{"limits: Go keeps to %s of memory here (GOMEMLIMIT)", "пределы: Go держится здесь в пределах %s памяти (GOMEMLIMIT)", "限制：Go 在此将内存保持在 %s 以内（GOMEMLIMIT）"}
	sayTight   = phrase{"limits: GOMEMLIMIT is %s, less than a server needs", "пределы: GOMEMLIMIT равен %s, серверу этого мало", "限制：GOMEMLIMIT 为 %s，不足以运行服务器"}
	doMemory   = phrase{"set it to 64MiB at least, a little below MemoryMax", "задайте не меньше 64MiB, чуть ниже MemoryMax", "请至少设为 64MiB，略低于 MemoryMax"}
	oldestTime = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
)

const (
	leastSpace  = 128 << 20
	leastFiles  = 1024
	leastMemory = 64 << 20
	slowSync    = 20 * time.Millisecond
	clockSlack  = 2 * time.Second
)

// space looks at the room on the disk, and what kind of disk it is.
func (d *doctor) space() {
	d.judgeSpace(diskOf(d.conf.data))
}

// diskSeen is what the system says of the disk that a folder is on.
type diskSeen struct {
	free int64  // bytes that the user of this process may still write
	kind string // its name where nothing should be kept on such a disk
}

func (d *doctor) judgeSpace(disk diskSeen, err error) {
	if err != nil {
		d.warn("space", sayUnseen, doLook, err)
		return
	}
	if disk.kind != "" {
		d.warn("disk", sayKind, doLocal, disk.kind)
	}
	switch {
	case disk.free < leastSpace:
		d.fault(exitFailed, "space", sayCramped, doFree, inBytes(disk.free))
	case disk.free < leastSpace+d.bytes:
		d.warn("space", sayNarrow, doLater, inBytes(disk.free), inBytes(d.bytes))
	default:
		d.ok("space", saySpace, inBytes(disk.free))
	}
}

// syncing measures how long the disk takes to make a page safe, which is what an
// acknowledgement waits for.
func (d *doctor) syncing() {
	d.judgeSync(measureSync(d.conf.data))
}

func (d *doctor) judgeSync(took time.Duration, err error) {
	if err != nil {
		do := doDisk
		switch {
		case errors.Is(err, fs.ErrPermission):
			do = doAsUser
		case errors.Is(err, syscall.ENOSPC):
			do = doFree
		}
		d.fault(exitFailed, "sync", sayNoWrite, do, err)
		return
	}
	rate := int(time.Second / max(took, time.Microsecond))
	if took > slowSync {
		d.warn("sync", sayLate, doFaster, took.Round(10*time.Microsecond), rate)
	} else {
		d.ok("sync", saySync, took.Round(10*time.Microsecond), rate)
	}
}

// measureSync writes pages to a file in dir, one after another and each synced, for
// half a second or 50 times, and returns the median.
func measureSync(dir string) (time.Duration, error) {
	f, err := os.CreateTemp(dir, "doctor-*.part")
	if err != nil {
		return 0, err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	page := make([]byte, 4096)
	var took []time.Duration
	for began := time.Now(); len(took) < 50 && time.Since(began) < 500*time.Millisecond; {
		at := time.Now()
		if _, err := f.Write(page); err != nil {
			return 0, err
		}
		if err := f.Sync(); err != nil {
			return 0, err
		}
		took = append(took, time.Since(at))
	}
	slices.Sort(took)
	return took[len(took)/2], nil
}

// started is when the program began, by both of its clocks.
var started = time.Now()

// clock compares the clock with the newest entry, and with the one that only goes
// forward.
func (d *doctor) clock() {
	now := time.Now()
	// Round takes the second clock away.
	d.judgeClock(now, now.Round(0).Sub(started.Round(0))-now.Sub(started)) //tidy:stamp how far it was set is what is asked
}

func (d *doctor) judgeClock(now time.Time, jump time.Duration) {
	shown := now.UTC().Format(time.RFC3339)
	switch behind := time.UnixMicro(d.newest).Sub(now); {
	case now.Before(oldestTime):
		d.fault(exitFailed, "clock", sayOld, doClock, shown)
	case behind > clockSlack:
		d.warn("clock", sayBehind, doClock, shown, behind.Round(time.Second))
	case jump.Abs() > clockSlack/4:
		d.warn("clock", sayJumped, doClock, jump.Round(time.Millisecond))
	default:
		d.ok("clock", sayClock, shown)
	}
}

// limits looks at what this process may use; the server may be given more.
func (d *doctor) limits() {
	d.judgeFiles(places())
	d.judgeMemory(debug.SetMemoryLimit(-1))
}

// judgeFiles is for n connections that the system allows, 0 = no limit.
func (d *doctor) judgeFiles(n int) {
	switch files := n + spareFiles; {
	case n == 0:
	case files < leastFiles:
		d.warn("files", sayFew, doFiles, files, n)
	default:
		d.ok("files", sayFiles, files, n)
	}
}

func (d *doctor) judgeMemory(limit int64) {
	switch {
	case limit > 1<<50: // not set
	case limit < leastMemory:
		d.warn("memory", sayTight, doMemory, inBytes(limit))
	default:
		d.ok("memory", sayMemory, inBytes(limit))
	}
}

// inBytes is a number of bytes for people.
func inBytes(n int64) string {
	switch {
	case n >= 10<<30:
		return fmt.Sprintf("%d GiB", n>>30)
	case n >= 10<<20:
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%d KiB", (n+1023)>>10)
}
