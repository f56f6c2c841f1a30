package chat

import (
	"os"
	"slices"
	"strings"
	"testing"
)

func TestSkeletons(t *testing.T) {
	for _, pair := range [][2]string{
		{"paypal", "раураӏ"},
		{"paypal", "paypa1"},
		{"paypal", "paypaI"},
		{"PayPal", "рауРаӏ"},
		{"bob", "b0b"},
		{"BOB", "B0B"},
		{"Ilya", "llya"},
		{"ill", "i11"},
		{"modern", "modem"},
		{"Вася", "Bася"},
		{"scope", "ѕсоре"},
		{"соса", "coca"},
		{"АВС", "ABC"},
		{"ΑΒΕ", "ABE"},
		{"xeno", "хеո0"},
		{"ᎪᎡᎪ", "ARA"},
		{"ｂｏｂ", "b0b"},
		{"e\u0301va", "éva"},
		{"и\u0306ога", "йога"},
		{"к2", "κ2"},
		{"エ", "工"},
		{"カ", "力"},
		{"ロ", "口"},
		{"ヘベ", "へべ"},
		{"علی", "علي"},
		{"کتاب", "كتاب"},
		{"۱۲۳", "١٢٣"},
		{"За", "3а"},
		{"a", "ɑ"},
	} {
		if a, b := Skeleton(pair[0]), Skeleton(pair[1]); a != b {
			t.Errorf("%s and %s are drawn alike; skeletons %q and %q", pair[0], pair[1], a, b)
		}
	}
	for _, pair := range [][2]string{
		{"ann", "anna"},
		{"ilya", "llya"},
		{"Lan", "Ian"},
		{"eva", "éva"},
		{"иван", "йван"},
		{"аня", "ann"},
		{"mary", "rnary1"},
		{"张三", "张二"},
		{"a1", "a2"},
		{"x10", "x01"},
		{"a.b", "a_b"},
		{"bob", "6ob"},
		{"ева", "eba"},
		{"u7x00123", "u7x00124"},
	} {
		if a, b := Skeleton(pair[0]), Skeleton(pair[1]); a == b {
			t.Errorf("%s and %s look different; skeleton %q of both", pair[0], pair[1], a)
		}
	}
}

// TestLookalikesAreSound has each character once, as a name can have it, and never
// as a prototype: a skeleton is its own skeleton.
func TestLookalikesAreSound(t *testing.T) {
	seen := map[rune]string{}
	for prototype, characters := range lookalikes {
		if Skeleton(prototype) != prototype && prototype != "rn" {
			t.Errorf("the prototype %s has the skeleton %s", prototype, Skeleton(prototype))
		}
		for _, r := range characters {
			if other := seen[r]; other != "" {
				t.Errorf("%c stands for %s and for %s", r, other, prototype)
			}
			seen[r] = prototype
			if !isName(string(r)) {
				t.Errorf("%c (%U) cannot stand in a name", r, r)
			}
		}
	}
}

func FuzzSkeleton(f *testing.F) {
	for _, s := range []string{"ann", "АННА", "paypa1", "エ工", "M0dern", "\u0301", "\xff", "İ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if _, bad := nameKey(name); bad != nil {
			return
		}
		if s := Skeleton(name); s == "" || Skeleton(s) != s {
			t.Fatalf("%q has the skeleton %q, which has the skeleton %q", name, s, Skeleton(s))
		}
	})
}

func TestReservedNames(t *testing.T) {
	for _, name := range []string{
		"admin", "Admin", "ADMIN", "adm1n", "admln", "ad.min", "admin_", "администратор", "АДМИН", "管理员", "客服",
		"root", "r00t", "support", "everyone", "все", "所有人", "server", "SERVER", "jim", "JIM", "джим", "系统", "сервер",
	} {
		if !office(name) {
			t.Errorf("anybody can be %s", name)
		}
	}
	for _, name := range []string{"ann", "adam", "roo", "jimmy", "алла", "всеволод", "管", "all1son", "hero", "admin2", "vsevolod", "gues", "u7x00123"} {
		if office(name) {
			t.Errorf("nobody can be %s", name)
		}
	}
	for name, want := range map[string]bool{"#server": true, "#S3RVER": false, "#сервер": true, "#support": false, "#all": false, "#jim": true, "#jimmy": false} {
		if servers(name) != want {
			t.Errorf("servers(%s) is %v", name, !want)
		}
	}
}

// TestReservedNamesAreDocumented has the specification list all of them, in order.
func TestReservedNamesAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "<!-- reserved -->\n")
	rest, _, ok := strings.Cut(rest, "<!-- /reserved -->")
	if !ok {
		t.Fatal("docs/protocol.md has no list of reserved names")
	}
	var listed []string
	for i, part := range strings.Split(rest, "`") {
		if i%2 == 1 {
			listed = append(listed, part)
		}
	}
	if want := slices.Concat(serverNames, officeNames); !slices.Equal(listed, want) {
		t.Errorf("docs/protocol.md lists\n%v\nwant\n%v", listed, want)
	}
}
