package main

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestDoctorMachine has every sentence about a machine said when it must be, and only
// then: on both sides of each threshold, in three languages.
func TestDoctorMachine(t *testing.T) {
	now := time.Date(2026, 11, 29, 8, 0, 0, 0, time.UTC)
	space := func(free int64, kind string, database int64) func(*doctor) {
		return func(d *doctor) { d.bytes = database; d.judgeSpace(diskSeen{free, kind}, nil) }
	}
	synced := func(took time.Duration) func(*doctor) { return func(d *doctor) { d.judgeSync(took, nil) } }
	files := func(n int) func(*doctor) { return func(d *doctor) { d.judgeFiles(n) } }
	memory := func(limit int64) func(*doctor) { return func(d *doctor) { d.judgeMemory(limit) } }
	clock := func(at time.Time, newest, jump time.Duration) func(*doctor) {
		return func(d *doctor) { d.newest = at.Add(newest).UnixMicro(); d.judgeClock(at, jump) }
	}
	disk := phrase{"a disk of this machine", "диск этой машины", "本机磁盘"}
	for _, c := range []struct {
		name  string
		judge func(*doctor)
		state state
		says  phrase
		do    phrase // part of it; empty when there is nothing to do
	}{
		{"no room", space(0, "", 0), stateFault, phrase{"disk: only 0 KiB free", "диск: свободно только 0 KiB", "磁盘：仅剩 0 KiB"}, doFree},
		{"hardly room", space(leastSpace-1, "", 0), stateFault, phrase{"only 127 MiB", "только 127 MiB", "仅剩 127 MiB"}, doFree},
		{"room enough", space(leastSpace, "", 0), stateOK, phrase{"disk: 128 MiB free", "диск: свободно 128 MiB", "磁盘：剩余 128 MiB"}, phrase{}},
		{"none for a copy", space(leastSpace+99<<20, "", 100<<20), stateWarning, phrase{"a copy of the database (100 MiB)", "копия базы (100 MiB)", "数据库副本的空间（100 MiB）"}, doLater},
		{"some for a copy", space(leastSpace+100<<20, "", 100<<20), stateOK, phrase{"disk: 228 MiB free", "диск: свободно 228 MiB", "磁盘：剩余 228 MiB"}, phrase{}},
		{"a disk elsewhere", space(1<<40, "NFS", 0), stateWarning, phrase{"the data folder is on NFS", "папка данных находится на NFS", "数据目录位于 NFS"}, disk},
		{"a disk not seen", func(d *doctor) { d.judgeSpace(diskSeen{}, errors.New("no way")) }, stateWarning, phrase{"was not looked at: no way", "не проверено: no way", "未检查剩余空间：no way"}, doLook},

		{"quick", synced(0), stateOK, phrase{"syncing takes 0s", "синхронизация занимает 0s", "同步耗时 0s"}, phrase{}},
		{"as slow as may be", synced(slowSync), stateOK, phrase{"can say 50 messages", "скажет 50 сообщений", "每秒可发 50 条消息"}, phrase{}},
		{"slow", synced(40 * time.Millisecond), stateWarning, phrase{"(25 a second from one", "(25 в секунду от одного", "每秒 25 条"}, doFaster},
		{"not to be written", func(d *doctor) { d.judgeSync(0, errors.New("no way")) }, stateFault, phrase{"nothing can be written to the data folder: no way", "нельзя писать: no way", "无法写入数据目录：no way"}, doDisk},
		{"not to be written by him", func(d *doctor) { d.judgeSync(0, os.ErrPermission) }, stateFault, phrase{"permission denied", "permission denied", "permission denied"}, doAsUser},
		{"not to be written for want of room", func(d *doctor) { d.judgeSync(0, syscall.ENOSPC) }, stateFault, phrase{"no space left", "no space left", "no space left"}, doFree},

		{"few files", files(leastFiles - spareFiles - 1), stateWarning, phrase{"only 1023 open files", "только 1023 открытых", "仅可打开 1023 个文件"}, doFiles},
		{"files enough", files(leastFiles - spareFiles), stateOK, phrase{"limits: 1024 open files", "пределы: здесь 1024 открытых", "限制：此处可打开 1024 个文件"}, phrase{}},
		{"no limit of files", files(0), "", phrase{}, phrase{}},

		{"little memory", memory(leastMemory - 1<<20), stateWarning, phrase{"GOMEMLIMIT is 63 MiB", "GOMEMLIMIT равен 63 MiB", "GOMEMLIMIT 为 63 MiB"}, doMemory},
		{"memory enough", memory(leastMemory), stateOK, phrase{"Go keeps to 64 MiB", "в пределах 64 MiB", "保持在 64 MiB"}, phrase{}},
		{"no limit of memory", memory(math.MaxInt64), "", phrase{}, phrase{}},

		{"before the program", clock(oldestTime.Add(-time.Second), 0, 0), stateFault, phrase{"it says 2026-10-31T23:59:59Z, before", "показывают 2026-10-31T23:59:59Z, раньше", "显示 2026-10-31T23:59:59Z，早于"}, doClock},
		{"since the program", clock(oldestTime, 0, 0), stateOK, phrase{"clock: 2026-11-01", "часы: 2026-11-01", "时钟：2026-11-01"}, phrase{}},
		{"behind its entries", clock(now, time.Hour, 0), stateWarning, phrase{"the newest entry is 1h0m0s younger", "новее на 1h0m0s", "比它晚 1h0m0s"}, doClock},
		{"hardly behind", clock(now, clockSlack, 0), stateOK, phrase{"clock: 2026-11-29T08:00:00Z", "часы: 2026", "时钟：2026"}, phrase{}},
		{"jumped", clock(now, 0, clockSlack/4+time.Millisecond), stateWarning, phrase{"jumped by 501ms", "перескочили на 501ms", "跳变了 501ms"}, doClock},
		{"jumped back", clock(now, 0, -time.Hour), stateWarning, phrase{"jumped by -1h0m0s", "перескочили на -1h0m0s", "跳变了 -1h0m0s"}, doClock},
		{"drifted", clock(now, 0, -clockSlack/4), stateOK, phrase{"clock: 2026", "часы: 2026", "时钟：2026"}, phrase{}},
	} {
		d := &doctor{}
		c.judge(d)
		if c.state == "" {
			if len(d.findings) > 0 {
				t.Errorf("%s: %+v", c.name, d.findings)
			}
			continue
		}
		if len(d.findings) == 0 || d.findings[0].state != c.state || (d.verdict() != nil) != (c.state == stateFault) {
			t.Errorf("%s: %+v, want %s", c.name, d.findings, c.state)
			continue
		}
		f := d.findings[0]
		for _, l := range []language{english, russian, chinese} {
			if said := f.in(l); !strings.Contains(said, c.says.in(l)) || strings.Contains(said, "%!") {
				t.Errorf("%s: %q, want %q", c.name, said, c.says.in(l))
			}
			if do := f.do.in(l); !strings.Contains(do, c.do.in(l)) || (do == "") != (c.do.in(l) == "") {
				t.Errorf("%s: to do %q, want %q", c.name, do, c.do.in(l))
			}
		}
	}
}

// TestDoctorMeasures has the machine measured that this test runs on.
func TestDoctorMeasures(t *testing.T) {
	dir := t.TempDir()
	gone := filepath.Join(dir, "gone")
	if seen, err := diskOf(dir); err != nil || seen.free <= 0 {
		t.Errorf("a disk: %+v, %v", seen, err)
	}
	if seen, err := diskOf(gone); err == nil {
		t.Errorf("the disk of nothing: %+v", seen)
	}
	if took, err := measureSync(dir); err != nil || took <= 0 {
		t.Errorf("syncing: %v, %v", took, err)
	}
	if _, err := measureSync(gone); err == nil {
		t.Error("nothing was synced")
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left over: %v, %v", left, err)
	}
	d := &doctor{conf: &config{data: dir}}
	d.clock() // whoever sets the clock in the meantime may see a warning
	if d.findings[0].state == stateFault {
		t.Errorf("clock: %s", d.findings[0].in(english))
	}
}
