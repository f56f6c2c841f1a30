//go:build unix

package lab

import (
	"fmt"
	"strconv"
)

// numbered is a name that is the same in every language: "pid 4711".
func numbered(name string, n int) phrase {
	name += " " + strconv.Itoa(n)
	return phrase{name, name, name}
}

// saidOf is a phrase with what is put into it, in every language.
func saidOf(p phrase, a ...any) phrase {
	return phrase{fmt.Sprintf(p.en, a...), fmt.Sprintf(p.ru, a...), fmt.Sprintf(p.zh, a...)}
}

// What `jim lab room` says.
var (
	sayRoomThreads = phrase{
		"Room at %s. Process %d has one thread for each guest; they share all variables, so what one says all hear. Ctrl-C stops it.",
		"Комната на %s. В процессе %d по потоку на каждого гостя; переменные у них общие, поэтому сказанное одним слышат все. Ctrl-C — остановить.",
		"房间在 %s。进程 %d 为每位客人开一个线程；线程共享所有变量，所以一个人说的话大家都听得到。按 Ctrl-C 停止。",
	}
	sayRoomProcesses = phrase{
		"Room at %s. Process %d makes a new process for each guest; processes share no variables. Ctrl-C stops it.",
		"Комната на %s. Процесс %d создаёт по новому процессу на каждого гостя; общих переменных у процессов нет. Ctrl-C — остановить.",
		"房间在 %s。进程 %d 为每位客人新建一个进程；进程之间不共享变量。按 Ctrl-C 停止。",
	}
	sayRoomPassOn = phrase{
		"Room at %s. Process %d makes a new process for each guest; processes share no variables, so each sends what it hears to this one, which counts it and passes it on to all. Ctrl-C stops it.",
		"Комната на %s. Процесс %d создаёт по новому процессу на каждого гостя; общих переменных у процессов нет, поэтому каждый отправляет услышанное этому, а он считает фразы и передаёт их всем. Ctrl-C — остановить.",
		"房间在 %s。进程 %d 为每位客人新建一个进程；进程之间不共享变量，所以每个进程把听到的话发给这个进程，由它计数并转发给所有人。按 Ctrl-C 停止。",
	}
	sayRoomOne = phrase{
		"Room at %s. One guest after another: who comes second waits in the kernel until the first has gone. Ctrl-C stops it.",
		"Комната на %s. Гости по очереди: второй ждёт в ядре, пока не уйдёт первый. Ctrl-C — остановить.",
		"房间在 %s。客人一个接一个：第二位要在内核里等到第一位离开。按 Ctrl-C 停止。",
	}
	sayRoomServed = phrase{
		"%s has connected: thread %d of process %d serves it.",
		"%s: новое соединение; его обслуживает поток %d процесса %d.",
		"%s 已连接：由线程 %d（进程 %d）服务。",
	}
	sayRoomTurn  = phrase{"It is the turn of %s.", "Очередь дошла до %s.", "轮到 %s。"}
	sayRoomQueue = phrase{
		"The kernel has clients in its queue that are connected and not accepted: %d.",
		"В очереди ядра есть клиенты, подключённые, но ещё не принятые: %d.",
		"内核队列中已连接但尚未被 accept 的客户端：%d。",
	}
	sayRoomHeard = phrase{
		"Thread %d of process %d: sentences heard: %d (one variable for all), guests: %d.",
		"Поток %d процесса %d: услышано фраз: %d (переменная одна на всех), гостей: %d.",
		"线程 %d（进程 %d）：听到的句子：%d（大家共用一个变量），客人：%d。",
	}
	sayRoomPassed = phrase{
		"Process %d has sent it to its parent %d, which counts: sentences: %d (a variable of the parent alone), guests: %d.",
		"Процесс %d отправил это своему родителю %d, и тот считает: фраз: %d (переменная есть только у родителя), гостей: %d.",
		"进程 %d 把它发给了父进程 %d，由父进程计数：句子：%d（变量只属于父进程），客人：%d。",
	}
	sayRoomExit = phrase{"%s says exit, and we close.", "%s говорит exit — закрываем.", "%s 说 exit，我们关闭连接。"}
	sayRoomSlow = phrase{
		"%s does not read, so it was thrown out.",
		"%s не читает и поэтому удалён из комнаты.",
		"%s 一直不读，被请出房间。",
	}
	sayRoomChild = phrase{
		"%s has connected: process %d was made for it.",
		"%s: новое соединение; для него создан процесс %d.",
		"%s 已连接：为它新建了进程 %d。",
	}
	sayRoomChildEnded = phrase{
		"Process %d has ended. Its variable has gone with it; the parent's says: %d.",
		"Процесс %d завершился. Его переменная исчезла вместе с ним; в родителе она равна %d.",
		"进程 %d 已结束，它的变量也随之消失；父进程中的变量是：%d。",
	}
	sayRoomCarrierEnded = phrase{
		"Process %d has ended. It only carried; what was counted is in the parent and stays: %d.",
		"Процесс %d завершился. Он только передавал; счёт вёл родитель, и у него остаётся: %d.",
		"进程 %d 已结束。它只负责传递；计数在父进程里，仍然是：%d。",
	}
	sayRoomAlone = phrase{
		"Process %d: sentences heard: %d (a variable of this process). Nobody else hears it; --pass-on would carry it through the parent.",
		"Процесс %d: услышано фраз: %d (переменная этого процесса). Больше никто этого не слышит; --pass-on передал бы через родителя.",
		"进程 %d：听到的句子：%d（这个进程自己的变量）。别人都听不到；--pass-on 会通过父进程转发。",
	}
)

var processMeanings = map[string]phrase{
	"fork": {
		"a new process: a copy that shares nothing, only open descriptors; then it runs this program anew",
		"новый процесс: копия, у которой общие с нами лишь открытые дескрипторы; она запускает программу заново",
		"一个新进程：它是副本，除了打开的描述符什么都不共享；随后重新运行本程序",
	},
	"wait4": {
		"a child has ended; until a parent asks, the kernel keeps it as a zombie",
		"потомок завершился; пока родитель не спросит, ядро хранит его как «зомби»",
		"子进程已结束；在父进程询问之前，内核把它作为“僵尸”保留",
	},
	"socketpair": {
		"two sockets that are connected to each other: a way between parent and child",
		"два сокета, соединённые друг с другом: путь между родителем и потомком",
		"两个互相连接的套接字：父进程与子进程之间的通路",
	},
	"fcntl": {
		"children do not get this descriptor: a copy left open there would keep the connection alive",
		"потомки этого дескриптора не получат: забытая в них копия не дала бы соединению закрыться",
		"子进程不会得到这个描述符：留在那里的副本会使连接一直不关闭",
	},
	"close shared": {
		"only our copy: the child has the socket too, so the connection stays open",
		"только наша копия: сокет есть и у потомка, поэтому соединение остаётся открытым",
		"只关掉我们这一份：子进程也持有这个套接字，所以连接仍然开着",
	},
	"getpeername": {
		"who is at the other end of the socket that we were born with",
		"кто на другом конце сокета, с которым мы родились",
		"我们一出生就带着的套接字，另一端是谁",
	},
	"getsockopt": {
		"Linux tells here how many clients wait in the queue of listen",
		"Linux сообщает здесь, сколько клиентов ждут в очереди listen",
		"Linux 在这里告诉我们 listen 队列中有多少客户端在等待",
	},
	"send EAGAIN": {
		"the buffers are full and the other side does not read",
		"буферы полны, а другая сторона не читает",
		"缓冲区已满，而对方不读",
	},
	"slow": {
		"it has not read for too long; this wakes the thread that waits for it",
		"он слишком долго не читал; это будит поток, который его ждёт",
		"它太久不读；这会唤醒等待它的线程",
	},
}
