//go:build unix

package lab

import (
	"bytes"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"jim/printable"
)

func TestSafeName(t *testing.T) {
	for wanted, want := range map[string]string{
		"photo.png":                      "photo.png",
		"фото кота.jpg":                  "фото кота.jpg",
		"照片.png":                         "照片.png",
		"../../etc/passwd":               "passwd",
		`..\..\boot.ini`:                 "boot.ini",
		"/etc/shadow":                    "shadow",
		"..":                             "file",
		"":                               "file",
		"/":                              "file",
		".bashrc":                        "bashrc",
		" x ":                            "x",
		"a\x00b":                         "a_b",
		"a\x1b[31m":                      "a_[31m",
		"gpj\u202egnp.exe":               "gpj_gnp.exe",
		"\xff.png":                       "_.png",
		"C:evil":                         "C_evil",
		strings.Repeat("я", 99) + ".png": strings.Repeat("я", 48) + ".png",
	} {
		if got := safeName(wanted); got != want {
			t.Errorf("%q becomes %q, want %q", wanted, got, want)
		}
	}
}

func TestFileHeader(t *testing.T) {
	if size, name, ok := fileHeader(`file 12 "a b.png"`); !ok || size != 12 || name != "a b.png" {
		t.Error(size, name, ok)
	}
	for _, line := range []string{"", "file", "file 1", `file -1 "a"`, `file 1 a`, `file 99999999999999999999 "a"`, `fil 1 "a"`, `file 1 "a" "b"`} {
		if size, name, ok := fileHeader(line); ok {
			t.Errorf("%q is a header: %d %q", line, size, name)
		}
	}
}

// TestCreateOverwritesNothing: also not through a link that lies there.
func TestCreateOverwritesNothing(t *testing.T) {
	dir, outside := t.TempDir(), filepath.Join(t.TempDir(), "outside")
	if err := os.Symlink(outside, filepath.Join(dir, "a.png")); err != nil {
		t.Fatal(err)
	}
	folder, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	for _, want := range []string{"a (2).png", "a (3).png"} {
		file, name, err := create(folder, "a.png")
		if err != nil || name != want {
			t.Fatalf("%q %v, want %q", name, err, want)
		}
		file.Close()
	}
	if _, err := os.Lstat(outside); err == nil {
		t.Error("a file was made outside of the folder")
	}
}

func TestSamplePictureIsOne(t *testing.T) {
	picture := samplePicture()
	if p, err := png.Decode(bytes.NewReader(picture)); err != nil || p.Bounds().Dx() != 320 {
		t.Fatal(err)
	}
	if len(picture) < 4*4096 {
		t.Errorf("%d bytes are too few to see progress", len(picture))
	}
}

// FuzzFileHeader: whatever a sender calls its file, the name stands in the folder and is shown as it is.
func FuzzFileHeader(f *testing.F) {
	f.Add(`file 12 "../a.png"`)
	f.Add(`file 1 "\xff\u202e\x00"`)
	f.Fuzz(func(t *testing.T, line string) {
		size, wanted, ok := fileHeader(line)
		if !ok {
			return
		}
		name := safeName(wanted)
		if size < 0 || !fs.ValidPath(name) || strings.ContainsAny(name, `/\`) || name[0] == '.' || len(name) > longestName || !utf8.ValidString(name) || printable.Line(name) != name {
			t.Errorf("%q becomes %q, %d bytes", line, name, size)
		}
	})
}
