package bench

import (
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

func TestWhatProcSaysIsRead(t *testing.T) {
	stat := "4242 (a) b) c) S 1 4242 4242 0 -1 4194560 2034 0 3 0 1234 66 0 0 20 0 9 0 11234 1259397120 4587 18446744073709551615"
	if d, ok := cpuOf(stat); !ok || d != 13*time.Second {
		t.Errorf("got %v %v", d, ok)
	}
	if pages, ok := residentOf("307470 4587 1234 1500 0 45000 0\n"); !ok || pages != 4587 {
		t.Errorf("got %v %v", pages, ok)
	}
	for _, broken := range []string{"", "1 (x) S 1", "1 (x) S 1 2 3 4 5 6 7 8 9 10 a b 13", "no parenthesis"} {
		if d, ok := cpuOf(broken); ok {
			t.Errorf("%q: got %v", broken, d)
		}
	}
	if _, ok := residentOf("12"); ok {
		t.Error("one field was taken for two")
	}
	if _, ok := cpu(0); ok {
		t.Error("nobody ran")
	}
	if _, ok := resident(-1); ok {
		t.Error("nobody has memory")
	}
	const sockstat = "sockets: used 33\nTCP: inuse 1 orphan 0 tw 10813 alloc 1 mem 216\nUDP: inuse 17 mem 5\n"
	if bytes, ok := tcpMemoryOf(sockstat); !ok || bytes != 216*float64(os.Getpagesize()) {
		t.Errorf("got %v %v", bytes, ok)
	}
	for _, broken := range []string{"", "UDP: inuse 1 mem 5\n", "TCP: inuse 1 mem", "TCP: mem x"} {
		if bytes, ok := tcpMemoryOf(broken); ok {
			t.Errorf("%q: got %v", broken, bytes)
		}
	}
	if _, ok := waitedFor(0); ok {
		t.Error("nobody waited")
	}
}

func TestThisProcessIsMeasured(t *testing.T) {
	if runtime.GOOS != "linux" {
		return // there is no /proc to read, which is no fault
	}
	m := (&Server{PID: os.Getpid()}).meter()
	for end := time.Now().Add(10 * time.Second); ; {
		d, ok := m.spent()
		if !ok || time.Now().After(end) {
			t.Fatalf("spent %v %v", d, ok)
		}
		if d > 0 {
			break
		}
	}
	if bytes, ok := resident(os.Getpid()); !ok || bytes < 1<<20 || bytes > 1<<36 {
		t.Errorf("%v bytes resident", bytes)
	}
}

func TestListenersAreFound(t *testing.T) {
	if runtime.GOOS != "linux" {
		return
	}
	for _, at := range []string{"127.0.0.1:0", "0.0.0.0:0", "[::1]:0", "[::]:0"} {
		l, err := net.Listen("tcp", at)
		if err != nil {
			t.Logf("no listener at %s: %v", at, err)
			continue
		}
		port := l.Addr().(*net.TCPAddr).AddrPort().Port()
		host := netip.AddrPortFrom(netip.MustParseAddr(map[bool]string{true: "::1", false: "127.0.0.1"}[at == "[::1]:0"]), port).String()
		if pid, ok := listener("tcp", host); !ok || pid != os.Getpid() {
			t.Errorf("%s: got %d %v", at, pid, ok)
		}
		l.Close()
		if pid, ok := listener("tcp", host); ok {
			t.Errorf("%s: nobody listens, got %d", at, pid)
		}
	}
	path := filepath.Join(t.TempDir(), "a socket")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if pid, ok := listener("unix", path); !ok || pid != os.Getpid() {
		t.Errorf("got %d %v", pid, ok)
	}
	if pid, ok := listener("unix", path+"x"); ok {
		t.Errorf("nobody listens, got %d", pid)
	}
}

func TestTablesOfSocketsAreRead(t *testing.T) {
	table := "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n" +
		"   0: 0200007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1 0\n" + // 127.0.0.2:8080
		"   1: 0100007F:1F90 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 222 1 0\n" + // connected
		"   2: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 333 1 0\n" +
		"   3: zz:1F91 broken\n"
	if got := inodeOfPort(table, netip.MustParseAddrPort("127.0.0.1:8080")); got != "333" {
		t.Errorf("got %q", got)
	}
	if got := inodeOfPort(table, netip.MustParseAddrPort("127.0.0.1:8081")); got != "" {
		t.Errorf("got %q", got)
	}
}

func TestMachineIsDescribed(t *testing.T) {
	m := ThisMachine("1.2.3", t.TempDir())
	if m.Cores < 1 || m.CPU == "" || m.Kernel == "" || m.JIM != "1.2.3" || m.Go != runtime.Version() {
		t.Errorf("got %+v", m)
	}
	mounts := "/dev/vda / ext4 rw 0 0\nproc /proc proc rw 0 0\nnone /tmp tmpfs rw 0 0\n/dev/vdb /tmp/disk xfs rw 0 0\n"
	for dir, want := range map[string]string{"/var/lib": "ext4", "/tmp": "tmpfs", "/tmp/disk/x": "xfs", "/tmp/diskette": "tmpfs", "/tmpx": "ext4"} {
		if got := fileSystem(mounts, dir); got != want {
			t.Errorf("%s: got %q, want %q", dir, got, want)
		}
	}
	if !(Machine{Disk: "tmpfs"}).InMemory() || (Machine{Disk: "ext4"}).InMemory() {
		t.Error("memory was taken for a disk, or a disk for memory")
	}
}
