package wirejson

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean makes a stranger's text safe for a terminal and a log: line breaks and tabs become blanks,
// other control characters and those that turn the direction of text are dropped, and invalid UTF-8
// becomes U+FFFD.
func Clean(s string) string {
	if clean(s) {
		return s
	}
	return strings.Map(cleanRune, strings.ToValidUTF8(s, "\uFFFD"))
}

// clean reports whether s is surely as Clean would leave it. Control characters above ASCII and those
// of direction begin with the bytes 0xC2, 0xD8 and 0xE2 in UTF-8.
func clean(s string) bool {
	for i := range len(s) {
		if b := s[i]; b < ' ' || b == 0x7f || b == 0xc2 || b == 0xd8 || b == 0xe2 {
			return false
		}
	}
	return utf8.ValidString(s)
}

func cleanRune(r rune) rune {
	switch {
	case r == '\t' || r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029':
		return ' '
	case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
		return -1
	}
	return r
}

var strayScheme = regexp.MustCompile(`^\s*([A-Za-z]+):\s+//`)

// CleanURL is [Clean] for an address on the web; it also mends "https: //host/path".
func CleanURL(s string) string {
	return strings.TrimSpace(strayScheme.ReplaceAllString(Clean(s), "$1://"))
}

// head is the start of a text, cut between characters.
func head(s string) string {
	const most = 32
	if len(s) <= most {
		return s
	}
	end := most
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end]
}
