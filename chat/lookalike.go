package chat

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"
)

// Skeleton is what a name looks like: names that most fonts draw alike have the
// same one (Unicode UTS 39, section 4, over [lookalikes]). It is taken from the
// name as it is shown, for a capital I looks like a small l and a small i does
// not. It is a text to compare and never one to show.
//
// In one thing it is stricter than UTS 39: a letter is alike to its own capital,
// and so zero to a small o, too. L and M are not: small ones look like I and rn.
func Skeleton(name string) string {
	prototypes := prototypes()
	var b strings.Builder
	if !isASCII(name) {
		name = norm.NFD.String(width.Fold.String(name))
	}
	for _, r := range name {
		p, known := prototypes[r]
		if !known && r != 'L' && r != 'M' {
			r = unicode.ToLower(r)
			p, known = prototypes[r]
		}
		if known {
			b.WriteString(p)
		} else {
			b.WriteRune(r)
		}
	}
	return norm.NFD.String(b.String())
}

// isASCII tells of most names that they are in their normal form.
func isASCII(name string) bool {
	for i := range len(name) {
		if name[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// lookalikes lists, behind each prototype, the characters that are drawn like it,
// or like its capital. It is a selection of Unicode's confusables.txt (UTS 39),
// made by hand, of what a name can have: letters and digits of the scripts that
// are written today, and of the dead ones those with Latin letters' forms. What
// names cannot have anyway, such as mathematical letters, is not in it.
var lookalikes = map[string]string{
	"a": "ɑαаΑАᎪᗅꓮ", "b": "ƄЬᏏᑲᖯΒВᏴᗷꓐꞴ", "c": "ᴄϲⲥсꮯϹСⲤᏟꓚ", "d": "ԁᏧᑯꓒᎠᗞᗪꓓ", "e": "ꬲеҽΕЕⴹᎬꓰ",
	"f": "ꬵꞙẝքꞘϜᖴꓝ", "g": "ɡᶃցƍԌᏀᏳꓖ", "h": "һհᏂΗНⲎᎻᕼꓧ", "i": "ıɪɩιіꙇᎥꭵ", "j": "ϳјꞲЈͿᎫᒍꓙ",
	"k": "ΚКⲔᏦᛕꓗ", "l": "1IƖΙІӀӏⲒⵏꓲᛁוןا١۱", "L": "ᏞᒪⳐꓡ", "n": "ոռΝⲚꓠ",
	"o": "0ᴏᴑꬽοσⲟоჿօסهھہە٥۵०੦૦௦౦೦൦๐໐၀ഠΟⲞОՕⵔዐଠꓳ", "p": "ρⲣрΡⲢРᏢᑭꓑ", "q": "ԛգզⵕԚ", "r": "ꭇꭈᴦⲅгꮁƦᎡᏒᖇꓣ",
	"s": "ꜱƽѕꮪЅՏᏕᏚꓢ", "t": "ΤⲦТᎢꓔ", "u": "ꞟᴜꭎꭒʋυսՍሀᑌꓴ", "v": "ᴠνѵטꮩѴᏙᐯꓦⴸ٧۷", "w": "ɯᴡԝաꮃԜᎳᏔꓪ",
	"x": "хᕁᕽΧХⲬᚷⵝꓫ", "y": "ɣᶌỿʏꭚγუуүΥҮⲨᎩᎽꓬУ", "z": "ᴢꮓΖᏃꓜ",
	"rn": "m", "M": "ΜϺМⲘᎷᗰꓟ",
	"2": "ꝚƧϨꙄᒿ", "3": "ꝪƷȜЗӠⳌꞫ", "4": "Ꮞ", "5": "Ƽ", "6": "бᏮⳒ", "8": "Ȣȣ৪੪", "9": "৭੧୨൭Ⳋ",
	"ae": "æÆӕӔ", "oe": "œŒ", "oo": "ꝏꝎꚙꚘ", "bl": "Ы", "lo": "Ю",
	// Greek, Cyrillic and Coptic letters that are alike and not like any of Latin.
	"т": "τᴛꭲ", "к": "κⲕĸ", "п": "πᴨ", "ф": "φɸⲫ", "л": "ᴫ", "в": "ʙ", "н": "ʜ", "м": "ᴍ", "ω": "ѡꞷ", "ε": "єɛⲉꞓ",
	// Arabic, Persian and Urdu write the same letters with different code points,
	// and their digits differ in half of the forms only.
	"٠": "۰", "٢": "۲", "٣": "۳", "٨": "۸", "٩": "۹", "ك": "ک", "ى": "یي",
	// Kana that are drawn like Chinese characters, and like each other.
	"工": "エ", "力": "カ", "夕": "タ", "卜": "ト", "二": "ニ", "八": "ハ", "口": "ロ囗", "丿": "ノ", "ヘ": "へ", "リ": "り", "一": "ー", "土": "士",
}

// prototypes is lookalikes by character.
var prototypes = sync.OnceValue(func() map[rune]string {
	all := make(map[rune]string)
	for prototype, characters := range lookalikes {
		for _, r := range characters {
			all[r] = prototype
		}
	}
	return all
})
