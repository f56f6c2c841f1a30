package chat

import (
	"strings"
	"sync"

	"jim/wire"
)

// Names that would be believed more than a person is: nobody gets one by asking.
// They are compared by what they look like (see [reserved]), and documented in
// docs/protocol.md, section 4.
var (
	// serverNames are those under which the server itself speaks, or seems to:
	// neither people nor rooms have them.
	serverNames = []string{
		serverName, "jim", "system",
		"сервер", "система", "джим",
		"服务器", "伺服器", "系统", "系統",
	}

	// officeNames are those of an office, or of everybody: people have them only
	// when an operator gives them, or, on a UNIX socket, as their login. Rooms may.
	// Guest is not among them: programs of the course call themselves so.
	officeNames = []string{
		"admin", "administrator", "root", "owner", "operator", "moderator", "support", "staff", "security", "help",
		"all", "everyone", "here", "channel",
		"админ", "администратор", "владелец", "оператор", "модератор", "поддержка", "безопасность", "помощь",
		"все", "всем", "здесь", "канал",
		"管理员", "管理員", "系统管理员", "所有者", "群主", "版主", "客服", "支持", "官方", "安全", "帮助", "幫助",
		"所有人", "全体", "全體", "大家", "这里", "這裡", "频道", "頻道",
	}
)

// serverName is who tells programs of other dialects what no answer can.
const serverName = "server"

// office tells whether a name is one that only an operator gives, or nobody.
func office(name string) bool { return reserved(name, allReserved()) }

// servers tells whether the address of a person or a room is a name of the server.
func servers(address string) bool {
	return reserved(strings.TrimPrefix(address, "#"), serverReserved())
}

// reserved tells whether a name looks like one in a list, as written or in small
// letters; -_. in it count for nothing, and i is alike to 1 and l.
func reserved(name string, list map[string]bool) bool {
	if list[plainest(name)] {
		return true
	}
	key, _ := nameKey(name)
	return key != name && list[plainest(key)]
}

func plainest(name string) string { return plainer.Replace(Skeleton(name)) }

var plainer = strings.NewReplacer("-", "", "_", "", ".", "", "i", "l", "L", "l")

var (
	serverReserved = sync.OnceValue(func() map[string]bool { return plainestOf(serverNames) })
	allReserved    = sync.OnceValue(func() map[string]bool { return plainestOf(serverNames, officeNames) })
)

func plainestOf(lists ...[]string) map[string]bool {
	set := make(map[string]bool)
	for _, list := range lists {
		for _, name := range list {
			set[plainest(name)] = true
		}
	}
	return set
}

// errReserved refuses a name that is reserved.
func errReserved(name string) *wire.Error {
	return wire.Errorf(wire.Conflict, "the name %s is reserved: choose another", name)
}

// errTaken refuses a name that is somebody's, or looks like one that is: which of
// the two is not said.
func errTaken(name string) *wire.Error {
	return wire.Errorf(wire.Conflict, "the name %s is taken, or looks too much like one that is", name)
}
