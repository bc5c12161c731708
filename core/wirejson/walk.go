package wirejson

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
)

// walk follows the tokens of one message and knows where it is.
type walk struct {
	levels []level
}

// level is one open object or array.
type level struct {
	seen map[string]bool // the folded keys of an object; nil in an array
	key  string
	// open says that key waits for its value.
	open  bool
	count int
}

// step takes the next token and says what is wrong with it, or "".
func (w *walk) step(token json.Token) string {
	if delim, ok := token.(json.Delim); ok {
		return w.delim(delim)
	}
	if text, ok := token.(string); ok && len(text) > maxString {
		return fmt.Sprintf("a string over %d bytes", maxString)
	}
	if number, ok := token.(json.Number); ok && len(number) > maxNumber {
		return fmt.Sprintf("a number over %d bytes", maxNumber)
	}
	if top := w.top(); top != nil && top.seen != nil && !top.open {
		return top.name(token.(string))
	}
	return w.value()
}

func (w *walk) delim(delim json.Delim) string {
	if delim == '}' || delim == ']' {
		w.levels = w.levels[:len(w.levels)-1]
		return ""
	}
	if problem := w.value(); problem != "" {
		return problem
	}
	if len(w.levels) == maxLevels {
		return fmt.Sprintf("more than %d levels", maxLevels)
	}
	next := level{}
	if delim == '{' {
		next.seen = map[string]bool{}
	}
	w.levels = append(w.levels, next)
	return ""
}

// value counts a value in the level that holds it.
func (w *walk) value() string {
	top := w.top()
	if top == nil {
		return ""
	}
	top.open = false
	top.count++
	if top.seen == nil && top.count > maxElements {
		return fmt.Sprintf("an array over %d elements", maxElements)
	}
	return ""
}

// name takes a key of an object. encoding/json matches keys without regard to case, so that two
// keys which differ only in case would overwrite each other.
func (l *level) name(key string) string {
	l.key, l.open = key, true
	folded := fold(key)
	if l.seen[folded] {
		return "a key that is there twice"
	}
	l.seen[folded] = true
	return ""
}

func (w *walk) top() *level {
	if len(w.levels) == 0 {
		return nil
	}
	return &w.levels[len(w.levels)-1]
}

// path is where the walk stands, such as "data.result[3].status".
func (w *walk) path() string {
	var b strings.Builder
	for i, l := range w.levels {
		switch {
		case l.seen == nil:
			fmt.Fprintf(&b, "[%d]", max(l.count-1, 0))
		case i > 0:
			b.WriteString("." + shown(l.key))
		default:
			b.WriteString(shown(l.key))
		}
	}
	return b.String()
}

// shown is a key that may be printed. A key is text of the message too: one that is not a plain
// name could be a phone or an address.
func shown(key string) string {
	if len(key) > 32 || key == "" {
		return "?"
	}
	for i, r := range key {
		letter := r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return "?"
		}
	}
	return key
}

// fold gives equal keys for those that encoding/json takes as equal.
func fold(key string) string {
	return strings.Map(foldRune, key)
}

func foldRune(r rune) rune {
	for {
		next := unicode.SimpleFold(r)
		if next <= r {
			return next
		}
		r = next
	}
}
