//go:build unix

package web_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"

	"jim/web/browser"
)

// shared is what all tests of the page use: the program as it stands in the tree, and a browser.
var shared struct {
	folder, program string
	browser         *browser.Browser
}

// everything is what `make page` asks for, and `make test` where there is Chromium: all tests of the page, and
// Chromium to run them in. With JIM_PAGE=no none is run, though there may be one: it could not be started.
var everything = os.Getenv("JIM_PAGE") == "must"

func TestMain(m *testing.M) {
	path := browser.Find()
	switch {
	case path != "" && os.Getenv("JIM_PAGE") != "no":
		os.Exit(withBrowser(m, path))
	case everything:
		fmt.Fprintln(os.Stderr, "There is no Chromium to look at the page with: apt-get install chromium")
		os.Exit(1)
	}
	fmt.Fprintln(os.Stderr, "THE PAGE IS NOT LOOKED AT: there is no Chromium here. make page tells how to get it.")
	os.Exit(m.Run())
}

// TestPage looks at the page in Chromium, where there is one: at what matters most each time, and at
// everything when it is asked for.
func TestPage(t *testing.T) {
	for _, test := range []struct {
		name   string
		always bool
		play   func(*testing.T)
	}{
		{"TwoPagesAndOthersTalk", true, twoPagesAndOthersTalk},
		{"ObjectsAreShown", true, objectsAreShown},
		{"TypingShowsAndVanishes", false, typingShowsAndVanishes},
		{"PresenceIsSeen", false, presenceIsSeen},
		{"UnreadIsCounted", false, unreadIsCounted},
		{"NewIsMarked", false, newIsMarked},
		{"DaysGoBy", false, daysGoBy},
		{"ClicksAreTaken", false, clicksAreTaken},
		{"StrangersAreAskedFor", false, strangersAreAskedFor},
		{"HiddenPageCounts", false, hiddenPageCounts},
		{"HistoryScrolls", false, historyScrolls},
		{"ServerIsKilled", true, serverIsKilled},
		{"UnsentOutlivesThePage", false, unsentOutlivesThePage},
		{"KilledAgainAndAgain", false, killedAgainAndAgain},
		{"ServerSaysGoodbye", false, serverSaysGoodbye},
		{"ServerIsSetBack", false, serverIsSetBack},
		{"SilenceIsNoticed", false, silenceIsNoticed},
		{"GoodbyeIsRead", false, goodbyeIsRead},
		{"WaitingIsExplained", false, waitingIsExplained},
		{"GuestComesBackTooEarly", false, guestComesBackTooEarly},
		{"BehindIsReadUp", false, behindIsReadUp},
		{"NumbersAreBelieved", true, numbersAreBelieved},
		{"ThePageShowsWhatIsThere", false, thePageShowsWhatIsThere},
		{"DraftsAreKept", false, draftsAreKept},
		{"LogoutAsks", false, logoutAsks},
		{"AnotherSeesNothing", false, anotherSeesNothing},
		{"WayBackEntersNoRoom", false, wayBackEntersNoRoom},
		{"RefusedWordsAreFound", false, refusedWordsAreFound},
		{"HostileTextsAreTexts", true, hostileTextsAreTexts},
		{"PolicyHolds", true, policyHolds},
		{"PasswordsAreNotShown", false, passwordsAreNotShown},
		{"OwnerComesByTheLink", true, ownerComesByTheLink},
		{"AnswerIsLost", false, answerIsLost},
		{"IsAskedForThePassword", false, isAskedForThePassword},
		{"StaysWithAnotherTab", false, staysWithAnotherTab},
		{"NameIsTaken", false, nameIsTaken},
		{"Languages", false, languages},
		{"Keys", false, keys},
		{"KeyboardStays", false, keyboardStays},
		{"Sights", false, sights},
		{"NamesTurnNothing", false, namesTurnNothing},
		{"LinksEnd", false, linksEnd},
		{"Contrast", false, contrast},
	} {
		if shared.browser != nil && (test.always || everything) {
			t.Run(test.name, test.play)
		}
	}
}

func withBrowser(m *testing.M, path string) int {
	fail := func(what string, err error) int {
		fmt.Fprintln(os.Stderr, what+":", err)
		return 1
	}
	var err error
	if shared.folder, err = os.MkdirTemp("", "jim-page-"); err != nil {
		return fail("a folder", err)
	}
	defer os.RemoveAll(shared.folder)
	shared.program = filepath.Join(shared.folder, "jim")
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-o", shared.program, "../cmd/jim").CombinedOutput(); err != nil {
		return fail("building the program", fmt.Errorf("%w\n%s", err, out))
	}
	if shared.browser, err = browser.Start(path); err != nil {
		return fail("starting Chromium", err)
	}
	code := m.Run()
	if err := shared.browser.Close(); err != nil && code == 0 {
		return fail("ending Chromium", err)
	}
	return code
}

// server is a `jim serve` of its own.
type server struct {
	t       *testing.T
	data    string
	address string // HOST:PORT, the same after it was started again
	flags   []string
	process *exec.Cmd
	greeted string // what it said to who started it
}

// serve starts a server, which ends with the test.
func serve(t *testing.T, flags ...string) *server {
	t.Helper()
	s := &server{t: t, data: t.TempDir(), address: "127.0.0.1:0", flags: flags}
	s.start()
	t.Cleanup(func() { s.end(syscall.SIGTERM) })
	return s
}

var (
	saysListening = regexp.MustCompile(`msg=listening address=tcp://(\S+)`)
	saysReady     = regexp.MustCompile(`msg=ready`)
)

func (s *server) start() {
	s.t.Helper()
	c := exec.Command(shared.program, append([]string{"serve", "--data", s.data, "--listen", "tcp://" + s.address}, s.flags...)...)
	c.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + s.data, "JIM_LANG=en"}
	out := filepath.Join(s.data, "greeting")
	greeting, err := os.Create(out)
	if err != nil {
		s.t.Fatal(err)
	}
	defer greeting.Close()
	c.Stdout = greeting
	log, err := c.StderrPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.process = c
	for lines := bufio.NewScanner(log); lines.Scan(); {
		if m := saysListening.FindStringSubmatch(lines.Text()); m != nil {
			s.address = m[1]
		}
		if saysReady.MatchString(lines.Text()) {
			text, err := os.ReadFile(out)
			if err != nil {
				s.t.Fatal(err)
			}
			s.greeted = string(text)
			go func() {
				for lines.Scan() { // until the server has ended
				}
			}()
			return
		}
	}
	s.t.Fatalf("the server did not start: %v", c.Wait())
}

// end ends the server, by a signal that it may or may not be able to hear.
func (s *server) end(how syscall.Signal) {
	if s.process.ProcessState != nil {
		return // it has ended already
	}
	if err := s.process.Process.Signal(how); err != nil {
		s.t.Error(err)
	}
	_ = s.process.Wait() // a server that was killed says so
}
