package bench_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"jim/bench"
	"jim/chat"
	"jim/talk"
)

// house starts a server in this process.
func house(t *testing.T, transport string) (*talk.House, *bench.Server) {
	t.Helper()
	return limited(t, transport, chat.Options{NoLimits: true, Server: "jim test"})
}

// limited is house with the limits of o.
func limited(t *testing.T, transport string, o chat.Options) (*talk.House, *bench.Server) {
	t.Helper()
	folder, err := talk.TempFolder()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	h, err := talk.Open(transport, folder, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	return h, at(t, h, transport)
}

func at(t *testing.T, h *talk.House, transport string) *bench.Server {
	t.Helper()
	address := h.Address
	if transport == "ws" {
		address = "ws" + address[len("tcp"):]
	}
	s, err := bench.At(address, 0)
	if err != nil {
		t.Fatal(err)
	}
	if s.PID != 0 && s.PID != os.Getpid() {
		t.Fatalf("the server is process %d, not %d", os.Getpid(), s.PID)
	}
	s.PID = os.Getpid()
	return s
}

type work interface {
	Check() error
	Run(ctx context.Context, s *bench.Server, say bench.Say) (bench.Figures, error)
}

// run does a work and wants figures that are more than 0.
func run(t *testing.T, w work, s *bench.Server, want ...string) bench.Figures {
	t.Helper()
	if err := w.Check(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	f, err := w.Run(ctx, s, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range want {
		if v, ok := f.Get(key); !ok || v <= 0 {
			t.Errorf("%s is %v %v", key, v, ok)
		}
	}
	if lost, _ := f.Get("lost"); lost != 0 {
		t.Errorf("%v deliveries were lost", lost)
	}
	return f
}

func TestFanoutOverEveryTransport(t *testing.T) {
	for _, transport := range []string{"tcp", "unix", "ws", "tls"} {
		t.Run(transport, func(t *testing.T) {
			_, s := house(t, transport)
			w := bench.Fanout{Rooms: 2, Members: 6, Publishers: 2, Window: 8, Size: 100, Seconds: .2, Warm: .05}
			f := run(t, w, s, "deliveries_s", "messages_s", "latency_p50_ms", "latency_p999_ms")
			deliveries, _ := f.Get("deliveries_s")
			messages, _ := f.Get("messages_s")
			if ratio := deliveries / messages; ratio < 3 || ratio > 9 {
				t.Errorf("%v deliveries of %v messages in rooms of 6", deliveries, messages)
			}
			if s.Version() != "jim test" {
				t.Errorf("the server is called %q", s.Version())
			}
		})
	}
}

func TestLatencyAtSeveralRates(t *testing.T) {
	_, s := house(t, "tcp")
	w := bench.Latency{Members: 5, Publishers: 2, Rate: 100, Size: 100, Seconds: .2}
	run(t, w, s, "latency_p50_ms", "latency_p99_ms")
	points, err := w.Sweep(t.Context(), s, []int{50, 200}, func(string) {})
	if err != nil || len(points) != 2 {
		t.Fatal(points, err)
	}
	for i, most := range []float64{50, 200} { // 0.2 s of 50 a second are 10 messages, heard by 5; the last may come too late
		if n, _ := points[i].Figures.Get("deliveries"); n > most || n < most/2 {
			t.Errorf("%v deliveries at %d a second, want %v", n, points[i].Rate, most)
		}
	}
}

func TestDurable(t *testing.T) {
	_, s := house(t, "tcp")
	w := bench.Durable{Rooms: 3, Senders: 6, Window: 16, Size: 100, Seconds: .2, Warm: .05}
	run(t, w, s, "acks_s", "paced_acks_s", "ack_p99_ms", "one_sender_acks_s")
	w.Rate = 100
	f := run(t, w, s)
	if n, _ := f.Get("paced_acks_s"); n < 50 || n > 200 {
		t.Errorf("%v a second at a rate of 100", n)
	}
}

func TestIdle(t *testing.T) {
	_, s := house(t, "tcp")
	f := run(t, bench.Idle{Conns: 40, Steps: 2, Burst: 3, Rest: .01}, s, "rss_before_mib", "rss_20_mib", "rss_40_mib", "connects_s", "rss_after_rest_mib")
	if _, ok := f.Get("slope_kib_per_conn"); !ok {
		t.Error("no slope")
	}
	s.PID = 0
	if _, err := (bench.Idle{Conns: 1, Steps: 1}).Run(t.Context(), s, func(string) {}); err == nil {
		t.Error("memory of an unknown process was measured")
	}
}

func TestStorm(t *testing.T) {
	_, s := house(t, "tcp")
	run(t, bench.Storm{Conns: 30, Room: 10, Missed: 50, AtATime: 8}, s, "logins_s", "back_p50_ms")
}

// TestHostile has a server with the limits that it has by default: that an honest client is cut off, or a delivery is
// left out, is an error of the run.
func TestHostile(t *testing.T) {
	_, s := limited(t, "tcp", chat.Options{Server: "jim test"})
	w := bench.Hostile{Hostile: 60, Sources: 4, Honest: 8, Room: 4, Rate: 20, Seconds: 1, Warm: 6}
	f := run(t, w, s, "calm_p99_ms", "attack_p99_ms", "p99_ratio", "rss_peak_mib", "hostile_429", "hostile_413", "hostile_cut", "hostile_acts_s")
	if peak, _ := f.Get("rss_peak_mib"); peak > 512 { // of this process, attackers and all
		t.Errorf("%v MiB were resident", peak)
	}
	if made, _ := f.Get("hostile_made"); made < 60 { // those who come and go come more than once
		t.Errorf("%v hostile connections were made, want 60 at least", made)
	}
	if n, _ := f.Get("hostile_413"); n < 6 { // each of the six that send what is broken begins with what is too large
		t.Errorf("%v objects were refused as too large, want 6 at least", n)
	}
	if n, _ := f.Get("deliveries"); n != 80 { // 1 s of 20 a second are 20 messages, heard by 4
		t.Errorf("%v deliveries were measured, want 80", n)
	}
	if _, err := (bench.Hostile{Hostile: 1, Honest: 2, Room: 2, Rate: 1}).Run(t.Context(), func() *bench.Server { _, s := house(t, "unix"); return s }(), func(string) {}); err == nil {
		t.Error("a UNIX socket was attacked")
	}
}

// Attackers who give up, or who are sent to another machine, are an error and no figures.
func TestHostileWithoutAttackers(t *testing.T) {
	_, s := house(t, "tcp")
	w := bench.Hostile{Hostile: 4, Sources: 2, Honest: 4, Room: 2, Rate: 10, Seconds: 0.3, Warm: 0.1}
	w.Attackers = func(_ context.Context, in io.Reader, _ io.Writer) error {
		order, err := bufio.NewReader(in).ReadString('\n')
		if err != nil || !strings.Contains(order, `"hostile":4`) || !strings.Contains(order, `"rooms":["`) {
			t.Errorf("the order is %q, %v", order, err)
		}
		return errors.New("they would rather not")
	}
	if _, err := w.Run(t.Context(), s, func(string) {}); err == nil || !strings.Contains(err.Error(), "rather not") {
		t.Errorf("got %v", err)
	}
	var foreign *bench.ForeignError
	if err := bench.Attack(t.Context(), strings.NewReader(`{"host":"192.0.2.1:7777","hostile":1,"sources":1,"rooms":["x"]}`), io.Discard); !errors.As(err, &foreign) {
		t.Errorf("an attack on another machine: %v", err)
	}
	for _, order := range []string{"", "{", `{"host":"127.0.0.1:1","hostile":0,"sources":1,"rooms":["x"]}`, `{"host":"127.0.0.1:1","hostile":1,"sources":1}`} {
		if err := bench.Attack(t.Context(), strings.NewReader(order), io.Discard); err == nil {
			t.Errorf("the order %q was obeyed", order)
		}
	}
}

func TestHistoryAcrossARestart(t *testing.T) {
	h, s := house(t, "tcp")
	w := bench.History{Messages: 500, Rooms: 2, Page: 50, Pages: 20, Conversations: 30, Syncs: 2}
	w.Restart = func(context.Context) (*bench.Server, error) {
		if err := h.Restart(); err != nil {
			return nil, err
		}
		return at(t, h, "tcp"), nil
	}
	run(t, w, s, "fill_s", "first_answer_ms", "page_p99_ms", "sync_p50_ms")
}

func TestWorkEndsWithItsContext(t *testing.T) {
	_, s := house(t, "tcp")
	ctx, cancel := context.WithCancel(t.Context())
	works := map[string]work{
		"fanout":  bench.Fanout{Rooms: 1, Members: 3, Publishers: 2, Window: 8, Size: 100, Seconds: 60},
		"latency": bench.Latency{Members: 3, Publishers: 1, Rate: 100, Size: 100, Seconds: 60},
		"durable": bench.Durable{Rooms: 1, Senders: 2, Window: 8, Size: 100, Seconds: 60},
		"hostile": bench.Hostile{Hostile: 20, Sources: 2, Honest: 4, Room: 2, Rate: 10, Seconds: 60},
	}
	ended := make(chan error, len(works))
	for _, w := range works {
		go func() {
			_, err := w.Run(ctx, s, func(string) {})
			ended <- err
		}()
	}
	cancel()
	for range works {
		select {
		case err := <-ended:
			if err == nil {
				t.Error("a work that was stopped gave figures")
			}
		case <-time.After(20 * time.Second):
			t.Fatal("a work goes on after its context")
		}
	}
}

func TestServerThatEndsIsAnError(t *testing.T) {
	h, s := house(t, "tcp")
	ended := make(chan error, 1)
	began := make(chan struct{}, 1000)
	go func() {
		_, err := bench.Fanout{Rooms: 1, Members: 3, Publishers: 2, Window: 8, Size: 100, Seconds: 60}.Run(t.Context(), s, func(string) {
			select {
			case began <- struct{}{}:
			default:
			}
		})
		ended <- err
	}()
	<-began
	<-began // the first is about the first message, the second says that it is under way
	if err := h.Restart(); err != nil {
		t.Error(err)
	}
	select {
	case err := <-ended:
		if err == nil {
			t.Error("figures of a server that ended")
		}
	case <-time.After(20 * time.Second):
		t.Fatal("the work waits for a server that ended")
	}
}
