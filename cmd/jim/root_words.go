package main

import (
	"regexp"
	"strings"
	"sync"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// What stands around the help of every command.
var (
	sayExamples  = phrase{"Examples:", "Примеры:", "示例："}
	sayCalls     = phrase{"Usage:", "Как вызывать:", "用法："}
	sayCommands  = phrase{"Commands:", "Команды:", "命令："}
	sayFlags     = phrase{"Flags:", "Ключи:", "选项："}
	sayFlagsAll  = phrase{"Flags of all:", "Ключи всех команд:", "所有命令的选项："}
	sayMoreAbout = phrase{"More about a command:", "Подробнее о команде:", "某条命令的详细说明："}
	sayHelpFor   = phrase{"help for ", "эта справка: ", "显示帮助："}
	sayDefault   = phrase{"(default ", "(обычно ", "（默认 "}
	sayAll       = phrase{"All commands: jim help", "Все команды: jim help", "所有命令：jim help"}
	sayHelp      = phrase{"Help: %s --help", "Справка: %s --help", "帮助：%s --help"}
)

// usage is cobra's template of help with the examples first, in the language of the locale.
func usage() string {
	return `{{if .HasExample}}` + sayExamples.here() + `
{{.Example}}

{{end}}` + sayCalls.here() + `{{if .Runnable}}
  {{.UseLine}}{{end}}{{if .HasAvailableSubCommands}}
  {{.CommandPath}} [command]

` + sayCommands.here() + `{{range .Commands}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}{{end}}{{if .HasAvailableLocalFlags}}

` + sayFlags.here() + `
{{flagsHere .LocalFlags | trimTrailingWhitespaces}}{{end}}{{if .HasAvailableInheritedFlags}}

` + sayFlagsAll.here() + `
{{flagsHere .InheritedFlags | trimTrailingWhitespaces}}{{end}}{{if .HasAvailableSubCommands}}

` + sayMoreAbout.here() + ` {{.CommandPath}} COMMAND --help{{end}}
`
}

// flagsForTemplate makes flagsHere known to cobra, whose table of such functions is one for all.
var flagsForTemplate = sync.OnceFunc(func() { cobra.AddTemplateFunc("flagsHere", flagsHere) })

var ofDefault = regexp.MustCompile(`(?m)\(default (.*)\)$`)

// flagsHere are the lines about flags; what package pflag says in them itself is translated.
func flagsHere(f *pflag.FlagSet) string {
	text := strings.Replace(f.FlagUsages(), sayHelpFor.en, sayHelpFor.here(), 1)
	if speaks() == chinese {
		return ofDefault.ReplaceAllString(text, sayDefault.zh+"$1）")
	}
	return ofDefault.ReplaceAllString(text, sayDefault.here()+"$1)")
}

// cobraSays is what cobra and pflag find wrong with a command line. $1 is what the expression caught.
var cobraSays = []struct {
	is  *regexp.Regexp
	say phrase
}{
	{regexp.MustCompile(`^accepts (\d+) arg\(s\), received (\d+)$`), phrase{"", "аргументов должно быть $1, а получено $2", "需要 $1 个参数，收到 $2 个"}},
	{regexp.MustCompile(`^accepts at most (\d+) arg\(s\), received (\d+)$`), phrase{"", "аргументов может быть не больше $1, а получено $2", "最多 $1 个参数，收到 $2 个"}},
	{regexp.MustCompile(`^requires at least (\d+) arg\(s\), only received (\d+)$`), phrase{"", "аргументов должно быть не меньше $1, а получено $2", "至少需要 $1 个参数，只收到 $2 个"}},
	{regexp.MustCompile(`^unknown command (".*") for (".*")`), phrase{"", "у $2 нет команды $1", "$2 没有命令 $1"}},
	{regexp.MustCompile(`(?m)^Did you mean this\?$`), phrase{"", "Может быть, вы имели в виду это?", "您想输入的是不是："}},
	{regexp.MustCompile(`^unknown flag: (.*)$`), phrase{"", "нет такого ключа: $1", "没有这个选项：$1"}},
	{regexp.MustCompile(`^unknown shorthand flag: '(.*)' in (.*)$`), phrase{"", "нет такого ключа: -$1 в $2", "没有这个选项：$2 中的 -$1"}},
	{regexp.MustCompile(`^flag needs an argument: (.*)$`), phrase{"", "за ключом $1 должно стоять значение", "选项 $1 后面缺少值"}},
	{regexp.MustCompile(`^invalid argument (".*") for "(.*)" flag: .*$`), phrase{"", "значение $1 не годится для $2", "$1 不能作为 $2 的值"}},
	{regexp.MustCompile(`^bad flag syntax: (.*)$`), phrase{"", "ключ написан неправильно: $1", "选项的写法不对：$1"}},
}

// cobraHere is an error of cobra in the language of the locale.
func cobraHere(text string) string {
	l := speaks()
	for _, c := range cobraSays {
		if l != english {
			text = c.is.ReplaceAllString(text, c.say.in(l))
		}
	}
	return text
}
