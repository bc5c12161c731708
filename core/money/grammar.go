package money

import (
	"fmt"
	"strings"
)

// Limits on the text of a number. Big-number code needs more than a second
// for a million digits, so nothing longer than this ever reaches it.
const (
	maxBytes  = 64
	maxDigits = 38
)

const howToWrite = `write digits with at most one point, as in "1234.50"`

// number is a scanned number, still as text.
type number struct {
	negative        bool
	whole, fraction string
}

func (n number) String() string {
	text := n.whole
	if n.negative {
		text = "-" + text
	}
	if n.fraction != "" {
		text += "." + n.fraction
	}
	return text
}

// scanAmount reads the grammar `amount`:
//
//	[ "-" ] ( "0" / %x31-39 *DIGIT ) [ "." 1*DIGIT ]
func scanAmount(text string) (number, error) {
	n, rest, err := scanNumber(text)
	if err != nil {
		return number{}, err
	}
	if rest != "" {
		return number{}, syntaxError(text)
	}
	if len(n.whole) > 1 && n.whole[0] == '0' {
		return number{}, fmt.Errorf("%w: %s has a leading zero, leave it out", ErrSyntax, quote(text))
	}
	return n, nil
}

// scanNumber reads the part that both grammars share, and returns what follows it:
//
//	[ "-" ] 1*DIGIT [ "." 1*DIGIT ]
func scanNumber(text string) (n number, rest string, err error) {
	if len(text) > maxBytes {
		return number{}, "", fmt.Errorf("%w: %s, a number has at most %d bytes", ErrRange, quote(text), maxBytes)
	}
	rest, n.negative = strings.CutPrefix(text, "-")
	n.whole, rest = cutDigits(rest)
	if n.whole == "" {
		return number{}, "", syntaxError(text)
	}
	if after, point := strings.CutPrefix(rest, "."); point {
		n.fraction, rest = cutDigits(after)
		if n.fraction == "" {
			return number{}, "", syntaxError(text)
		}
	}
	if len(n.whole)+len(n.fraction) > maxDigits {
		return number{}, "", tooManyDigits(text)
	}
	return n, rest, nil
}

func cutDigits(text string) (digits, rest string) {
	i := 0
	for i < len(text) && '0' <= text[i] && text[i] <= '9' {
		i++
	}
	return text[:i], text[i:]
}

// dropZeros takes zeros off the end of a fraction, but leaves it keep long.
func dropZeros(fraction string, keep int) string {
	for len(fraction) > keep && fraction[len(fraction)-1] == '0' {
		fraction = fraction[:len(fraction)-1]
	}
	return fraction
}

func syntaxError(text string) error {
	return fmt.Errorf("%w: %s, %s", ErrSyntax, quote(text), howToWrite)
}

func tooManyDigits(text string) error {
	return fmt.Errorf("%w: %s, an amount has at most %d digits, its currency's decimals included", ErrRange, quote(text), maxDigits)
}
