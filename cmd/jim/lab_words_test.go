//go:build unix

package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Help of the lab is there in the reader's language: what is said of each command and of each flag. Commands and
// flags themselves, and what stands for values, are the same in all.
func TestLabHelpIsInTheReadersLanguage(t *testing.T) {
	scripts := map[string]*unicode.RangeTable{"en": unicode.Latin, "ru": unicode.Cyrillic, "zh": unicode.Han}
	english := map[string][]string{}
	for _, language := range []string{"en", "ru", "zh"} {
		t.Setenv("JIM_LANG", language)
		in := func(where, text string) {
			if !strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(scripts[language], r) }) {
				t.Errorf("%s, %s: %q", language, where, text)
			}
		}
		lab := newLabCommand()
		for _, c := range append(lab.Commands(), lab) {
			in(c.Name(), c.Short)
			in(c.Name(), c.Long)
			same := slices.Concat(examplesOf(c), valuesOf(c))
			c.Flags().VisitAll(func(f *pflag.Flag) {
				if !f.Hidden {
					in(c.Name()+" --"+f.Name, f.Usage)
				}
			})
			switch {
			case language == "en":
				english[c.Name()] = same
			case !slices.Equal(same, english[c.Name()]):
				t.Errorf("%s, %s: %q, in English %q", language, c.Name(), same, english[c.Name()])
			}
		}
	}
	if len(english) != 14 {
		t.Errorf("%d commands were looked at", len(english))
	}
}

var withoutMeaning = regexp.MustCompile(`^ +((?:\S+ )*\S+).*$`)

func examplesOf(c *cobra.Command) (commands []string) {
	for line := range strings.Lines(c.Example) {
		commands = append(commands, withoutMeaning.ReplaceAllString(strings.TrimSuffix(line, "\n"), "$1"))
	}
	return commands
}

// valuesOf is what stands for the value of each flag.
func valuesOf(c *cobra.Command) (values []string) {
	c.Flags().VisitAll(func(f *pflag.Flag) {
		name, _ := pflag.UnquoteUsage(f)
		values = append(values, f.Name+" "+name)
	})
	return values
}

// What puts something in puts in the same in every language.
func TestCobraIsUnderstood(t *testing.T) {
	for _, c := range []struct{ english, russian, chinese string }{
		{"accepts 1 arg(s), received 0", "аргументов должно быть 1, а получено 0", "需要 1 个参数，收到 0 个"},
		{"accepts at most 2 arg(s), received 3", "аргументов может быть не больше 2, а получено 3", "最多 2 个参数，收到 3 个"},
		{"requires at least 1 arg(s), only received 0", "аргументов должно быть не меньше 1, а получено 0", "至少需要 1 个参数，只收到 0 个"},
		{"unknown command \"ad\" for \"jim user\"\n\nDid you mean this?\n    add", "у \"jim user\" нет команды \"ad\"\n\nМожет быть, вы имели в виду это?\n    add", "\"jim user\" 没有命令 \"ad\"\n\n您想输入的是不是：\n    add"},
		{"unknown flag: --x", "нет такого ключа: --x", "没有这个选项：--x"},
		{"unknown shorthand flag: 'x' in -x", "нет такого ключа: -x в -x", "没有这个选项：-x 中的 -x"},
		{"flag needs an argument: --x", "за ключом --x должно стоять значение", "选项 --x 后面缺少值"},
		{`invalid argument "y" for "--x" flag: strconv.ParseInt: parsing "y": invalid syntax`, `значение "y" не годится для --x`, `"y" 不能作为 --x 的值`},
		{"bad flag syntax: --=", "ключ написан неправильно: --=", "选项的写法不对：--="},
		{"something else", "something else", "something else"},
	} {
		for language, want := range map[string]string{"en": c.english, "ru": c.russian, "zh": c.chinese} {
			t.Setenv("JIM_LANG", language)
			if got := cobraHere(c.english); got != want {
				t.Errorf("%s: %q, want %q", language, got, want)
			}
		}
	}
}
