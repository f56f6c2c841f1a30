package main

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	"jim/store"
)

var (
	sayNoFolder   = phrase{"there is no data folder %s yet", "папки данных %s ещё нет", "数据目录 %s 还不存在"}
	sayStartIt    = phrase{"jim serve makes it", "её создаст jim serve", "运行 jim serve 即可创建"}
	sayNoDir      = phrase{"%s is no folder", "%s — не папка", "%s 不是目录"}
	doAnother     = phrase{"say the data folder with --data", "укажите папку данных через --data", "请用 --data 指定数据目录"}
	sayNotSeen    = phrase{"the data folder cannot be looked at: %v", "в папку данных нельзя заглянуть: %v", "无法查看数据目录：%v"}
	doWait        = phrase{"run jim doctor again when the restore is done", "запустите jim doctor снова, когда восстановление закончится", "恢复完成后再运行 jim doctor"}
	doAsUser      = phrase{"run jim doctor as the server's user, or as root", "запустите jim doctor от имени пользователя сервера или root", "请以服务器的用户或 root 身份运行 jim doctor"}
	sayFolder     = phrase{"data folder %s", "папка данных %s", "数据目录 %s"}
	sayOpenFolder = phrase{"the data folder %s can be entered by others (mode %04o)", "в папку данных %s могут войти другие (права %04o)", "其他用户可以进入数据目录 %s（权限 %04o）"}
	doChmodFolder = phrase{"chmod 700 on it", "выполните для неё chmod 700", "请对它执行 chmod 700"}

	sayRunning1 = phrase{"a server runs on this folder; what follows was seen beside it", "с этой папкой работает сервер; всё дальнейшее увидено рядом с ним", "服务器正在使用此目录；以下检查在其旁进行"}
	sayStopped  = phrase{"no server runs on this folder", "с этой папкой сервер не работает", "没有服务器在使用此目录"}
	sayNothing  = phrase{"there is no database yet", "базы данных ещё нет", "还没有数据库"}
	sayWhole    = phrase{
		"database: every checksum is right; people: %d, rooms: %d, entries: %d; %s",
		"база данных: все контрольные суммы верны; людей: %d, комнат: %d, записей: %d; %s",
		"数据库：所有校验和正确；%d 人，%d 个房间，%d 条记录，%s",
	}
	saySchema   = phrase{"schema version %d", "версия схемы %d", "数据库结构版本 %d"}
	sayUpgrade  = phrase{"the database has schema version %d, this program %d", "у базы данных версия схемы %d, у программы %d", "数据库结构版本 %d，本程序为 %d"}
	doUpgrade   = phrase{"the next start of the server brings it up to date, after making a copy", "сервер обновит её при следующем запуске, сделав копию", "服务器下次启动时会先备份再升级"}
	doRestore   = phrase{"stop the server, keep a copy of the folder, and restore the newest backup into a new one: jim restore FILE --data DIR; without a backup ask for help before you change anything", "остановите сервер, сохраните копию папки и восстановите последнюю резервную копию в новую: jim restore FILE --data DIR; если копии нет, ничего не меняйте, пока не посоветуетесь", "请停止服务器，保留目录副本，并将最新备份恢复到新目录：jim restore FILE --data DIR；若没有备份，请先求助再做改动"}
	doNewer     = phrase{"use the newer program, or restore a backup made before the upgrade", "возьмите более новую программу или восстановите копию, сделанную до обновления", "请使用更新的程序，或恢复升级前的备份"}
	doStart     = phrase{"the next start of the server gives it some", "сервер добавит их при следующем запуске", "服务器下次启动时会添加"}
	doTail      = phrase{"if power was lost, nothing that was acknowledged is missing; if not, somebody has removed the log, or the disk may be damaged: make a backup and look at the disk", "если отключалось питание, ничего подтверждённого не пропало; если нет, кто-то удалил журнал или, возможно, повреждён диск: сделайте резервную копию и проверьте диск", "若曾断电，已确认的内容没有丢失；否则可能有人删除了日志，或磁盘已损坏：请备份并检查磁盘"}
	sayProblems = map[store.Problem]phrase{
		store.BadPages:   {"database: pages with a wrong checksum: %s", "база данных: страницы с неверной контрольной суммой: %s", "数据库：校验和错误的页：%s"},
		store.BadTrees:   {"database: it contradicts itself: %s", "база данных: она противоречит себе: %s", "数据库：内部矛盾：%s"},
		store.BadLinks:   {"database: something refers to what is not there: %s", "база данных: есть ссылка на то, чего нет: %s", "数据库：引用了不存在的内容：%s"},
		store.BadNumbers: {"database: entries are missing: %s", "база данных: не хватает записей: %s", "数据库：缺少记录：%s"},
		store.Unreadable: {"database: it cannot be read: %s", "база данных: её нельзя прочитать: %s", "数据库：无法读取：%s"},
		store.LostTail:   {"database: the end of its write-ahead log cannot be read: %s", "база данных: конец её журнала нельзя прочитать: %s", "数据库：预写日志的末尾无法读取：%s"},
		store.NoSums:     {"database: it has no checksums yet: %s", "база данных: в ней ещё нет контрольных сумм: %s", "数据库：还没有校验和：%s"},
		store.NewSchema:  {"database: a newer program has written it: schema %s", "база данных: её записала более новая программа: схема %s", "数据库：由更新的程序写入：结构版本 %s"},
	}

	sayOpenFile = phrase{"%s can be read by others (mode %04o)", "%s могут прочитать другие (права %04o)", "其他用户可以读取 %s（权限 %04o）"}
	doChmod     = phrase{"chmod 600 on it", "выполните для него chmod 600", "请对它执行 chmod 600"}
	sayRights   = phrase{"files: only their owner can read them", "файлы: читать их может только владелец", "文件：只有所有者可以读取"}

	sayParts   = phrase{"left over: %s (%s)", "осталось незаконченное: %s (%s)", "遗留文件：%s（%s）"}
	doParts    = phrase{"something was cut off; when no jim runs, it can be removed", "что-то было прервано; когда ни один jim не работает, это можно удалить", "有操作被中断；没有 jim 运行时可以删除"}
	sayCopies  = phrase{"copies made before upgrades: %s (%s)", "копии, сделанные перед обновлениями: %s (%s)", "升级前的副本：%s（%s）"}
	sayNoParts = phrase{"nothing is left over", "ничего лишнего не осталось", "没有遗留文件"}

	sayCert    = phrase{"certificate %s: good until %s", "сертификат %s: действует до %s", "证书 %s：有效期至 %s"}
	saySoon    = phrase{"certificate %s: ends on %s", "сертификат %s: истекает %s", "证书 %s：将于 %s 到期"}
	sayExpired = phrase{"certificate %s: ended on %s", "сертификат %s: истёк %s", "证书 %s：已于 %s 过期"}
	sayNoCert  = phrase{"certificate %s cannot be read: %v", "сертификат %s нельзя прочитать: %v", "证书 %s 无法读取：%v"}
	doRenew    = phrase{"renew it and start the server again; one that the server made itself can be removed, and it makes another", "обновите его и перезапустите сервер; созданный самим сервером можно удалить, и он создаст другой", "请更新证书并重启服务器；服务器自己生成的可以删除，它会重新生成"}
)

// folder looks at the data folder itself.
func (d *doctor) folder() {
	info, err := os.Stat(d.conf.data)
	if err == nil && info.IsDir() {
		_, err = os.ReadDir(d.conf.data)
	}
	d.unseen = err != nil || !info.IsDir()
	switch {
	case errors.Is(err, os.ErrNotExist):
		d.warn("folder", sayNoFolder, sayStartIt, d.conf.data)
	case err == nil && d.unseen, errors.Is(err, syscall.ENOTDIR):
		d.fault(exitFailed, "folder", sayNoDir, doAnother, d.conf.data)
	case err != nil:
		d.fault(exitFailed, "folder", sayNotSeen, doAsUser, err)
	case info.Mode().Perm()&0o077 != 0 && hasModes:
		d.warn("folder", sayOpenFolder, doChmodFolder, d.conf.data, info.Mode().Perm())
	default:
		d.ok("folder", sayFolder, d.conf.data)
	}
}

// database has the store examine the database.
func (d *doctor) database(ctx context.Context) {
	e, err := store.Examine(ctx, d.conf.data)
	if errors.Is(err, store.ErrInUse) {
		d.warn("database", sayNotSeen, doWait, err)
		return
	}
	if err != nil {
		d.fault(exitFailed, "database", sayNotSeen, doAsUser, err)
		return
	}
	d.running, d.bytes, d.newest = e.Running, e.Bytes, e.Inventory.Newest
	if e.Running {
		d.ok("server", sayRunning1)
	} else {
		d.ok("server", sayStopped)
	}
	if e.None {
		d.ok("database", sayNothing)
		return
	}
	broken := false
	for _, f := range e.Found {
		says := sayProblems[f.Problem]
		switch f.Problem {
		case store.LostTail:
			d.warn("database", says, doTail, f.Where)
		case store.NoSums:
			d.warn("database", says, doStart, f.Where)
		case store.NewSchema:
			broken = true
			d.fault(exitConfig, "schema", says, doNewer, f.Where)
		default:
			broken = true
			d.fault(exitDamaged, "database", says, doRestore, f.Where)
		}
	}
	if broken {
		return
	}
	n := e.Inventory
	d.ok("database", sayWhole, n.Accounts, n.Rooms, n.Entries, inBytes(e.Bytes))
	if e.Schema < e.Known {
		d.warn("schema", sayUpgrade, doUpgrade, e.Schema, e.Known)
	} else {
		d.ok("schema", saySchema, e.Schema)
	}
}

// rights looks for files that others can read.
func (d *doctor) rights() {
	if !hasModes {
		return
	}
	bad := false
	entries, _ := os.ReadDir(d.conf.data) // what cannot be read was said already
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() || info.Mode().Perm()&0o077 == 0 {
			continue
		}
		bad = true
		d.warn("rights", sayOpenFile, doChmod, e.Name(), info.Mode().Perm())
	}
	if !bad {
		d.ok("rights", sayRights)
	}
}

// unfinished are the names of what was being made, and of what SQLite makes beside it.
var unfinished = regexp.MustCompile(`\.part(-[a-z]+)?$`)

// leftovers looks for what takes room and is not needed.
func (d *doctor) leftovers() {
	var parts, copies []string
	var partBytes, copyBytes int64
	entries, _ := os.ReadDir(d.conf.data)
	for _, e := range entries {
		size := int64(0)
		if info, err := e.Info(); err == nil {
			size = info.Size()
		}
		switch {
		case unfinished.MatchString(e.Name()):
			parts, partBytes = append(parts, e.Name()), partBytes+size
		case strings.HasPrefix(e.Name(), store.FileName+".before-"):
			copies, copyBytes = append(copies, e.Name()), copyBytes+size
		}
	}
	if len(parts) > 0 {
		d.warn("leftovers", sayParts, doParts, strings.Join(parts, " "), inBytes(partBytes))
	}
	if len(copies) > 0 {
		d.ok("leftovers", sayCopies, strings.Join(copies, " "), inBytes(copyBytes))
	}
	if len(parts)+len(copies) == 0 {
		d.ok("leftovers", sayNoParts)
	}
}

// renewBefore is when a certificate should have been renewed.
const renewBefore = 14 * 24 * time.Hour

// certificate looks at the one that is configured, or at the server's own.
func (d *doctor) certificate() {
	file := d.conf.cert
	if file == "" {
		file = filepath.Join(d.conf.data, "self-signed.pem")
		if _, err := os.Stat(file); errors.Is(err, os.ErrNotExist) {
			return
		}
	}
	ends, err := certificateEnds(file)
	on := ends.Format(time.DateOnly)
	switch left := time.Until(ends); {
	case errors.Is(err, os.ErrPermission):
		d.fault(exitFailed, "certificate", sayNoCert, doAsUser, file, err)
	case err != nil:
		d.fault(exitFailed, "certificate", sayNoCert, doRenew, file, err)
	case left <= 0:
		d.fault(exitFailed, "certificate", sayExpired, doRenew, file, on)
	case left < renewBefore:
		d.warn("certificate", saySoon, doRenew, file, on)
	default:
		d.ok("certificate", sayCert, file, on)
	}
}

// certificateEnds is when the first certificate in a PEM file (RFC 7468) ends.
func certificateEnds(file string) (time.Time, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return time.Time{}, err
	}
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			return time.Time{}, errors.New("there is no certificate in it")
		}
		if block.Type == "CERTIFICATE" {
			c, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				return time.Time{}, err
			}
			return c.NotAfter, nil
		}
	}
}
