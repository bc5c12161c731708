package wirejson

import "unicode/utf8"

// sound reports whether check would find nothing wrong with data. It is one quick pass, and knows only
// what is usual: false says nothing, and check decides.
func sound(data []byte) bool {
	if !utf8.Valid(data) {
		return false
	}
	s := scan{data: data}
	s.blanks()
	if !s.value(0) {
		return false
	}
	s.blanks()
	return s.at == len(data)
}

// scan goes over JSON by bytes. What it does not know ends it.
type scan struct {
	data []byte
	at   int
	keys []uint32 // hashes of the keys of all open objects
}

// mostKeys is how many keys of one object are compared with each other.
const mostKeys = 128

func (s *scan) blanks() {
	for s.at < len(s.data) {
		switch s.data[s.at] {
		case ' ', '\n', '\t', '\r':
			s.at++
		default:
			return
		}
	}
}

// take moves over one byte, if it is b.
func (s *scan) take(b byte) bool {
	if s.at < len(s.data) && s.data[s.at] == b {
		s.at++
		return true
	}
	return false
}

func (s *scan) value(levels int) bool {
	if s.at == len(s.data) || levels > maxLevels {
		return false
	}
	switch s.data[s.at] {
	case '{':
		return s.object(levels + 1)
	case '[':
		return s.array(levels + 1)
	case '"':
		_, ok := s.text()
		return ok
	case 't':
		return s.word("true")
	case 'f':
		return s.word("false")
	case 'n':
		return s.word("null")
	}
	return s.number()
}

func (s *scan) word(w string) bool {
	if len(s.data)-s.at < len(w) || string(s.data[s.at:s.at+len(w)]) != w {
		return false
	}
	s.at += len(w)
	return true
}

func (s *scan) array(levels int) bool {
	s.at++
	s.blanks()
	if s.take(']') {
		return levels <= maxLevels
	}
	for n := 1; n <= maxElements; n++ {
		if !s.value(levels) {
			return false
		}
		s.blanks()
		if s.take(']') {
			return true
		}
		if !s.take(',') {
			return false
		}
		s.blanks()
	}
	return false
}

func (s *scan) object(levels int) bool {
	s.at++
	s.blanks()
	if s.take('}') {
		return levels <= maxLevels
	}
	first := len(s.keys)
	for {
		if !s.key(first) {
			return false
		}
		s.blanks()
		if !s.take(':') {
			return false
		}
		s.blanks()
		if !s.value(levels) {
			return false
		}
		s.blanks()
		if s.take('}') {
			s.keys = s.keys[:first]
			return true
		}
		if !s.take(',') {
			return false
		}
		s.blanks()
	}
}

// key takes a key that differs from the ones before it in its object, whatever their case.
func (s *scan) key(first int) bool {
	key, ok := s.text()
	if !ok || len(s.keys)-first == mostKeys {
		return false
	}
	hash := uint32(2166136261) // FNV-1a
	for _, b := range key {
		if b >= utf8.RuneSelf || b == '\\' {
			return false // it may be equal to another in ways that take longer to see
		}
		if 'A' <= b && b <= 'Z' {
			b += 'a' - 'A'
		}
		hash = (hash ^ uint32(b)) * 16777619
	}
	for _, other := range s.keys[first:] {
		if other == hash {
			return false
		}
	}
	s.keys = append(s.keys, hash)
	return true
}

// text takes a string and gives what stands between its quotes, as it stands there.
func (s *scan) text() ([]byte, bool) {
	if !s.take('"') {
		return nil, false
	}
	from := s.at
	for s.at < len(s.data) {
		switch b := s.data[s.at]; {
		case b == '"':
			s.at++
			inside := s.data[from : s.at-1]
			return inside, len(inside) <= maxString
		case b == '\\':
			if !s.escape() {
				return nil, false
			}
		case b < ' ':
			return nil, false
		default:
			s.at++
		}
	}
	return nil, false
}

func (s *scan) escape() bool {
	if len(s.data)-s.at < 2 {
		return false
	}
	switch s.data[s.at+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		s.at += 2
		return true
	case 'u':
		_, ok := hexadecimal(s.data[s.at+2:])
		s.at += 6
		return ok
	}
	return false
}

// hexadecimal reads the four digits of an escape.
func hexadecimal(digits []byte) (r rune, ok bool) {
	if len(digits) < 4 {
		return 0, false
	}
	for _, b := range digits[:4] {
		switch {
		case '0' <= b && b <= '9':
			b -= '0'
		case 'a' <= b && b <= 'f':
			b -= 'a' - 10
		case 'A' <= b && b <= 'F':
			b -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(b)
	}
	return r, true
}

func (s *scan) number() bool {
	from := s.at
	s.take('-')
	if !s.take('0') && s.digits() == 0 {
		return false
	}
	if s.take('.') && s.digits() == 0 {
		return false
	}
	if s.take('e') || s.take('E') {
		if !s.take('+') {
			s.take('-')
		}
		if s.digits() == 0 {
			return false
		}
	}
	return s.at-from <= maxNumber
}

func (s *scan) digits() (n int) {
	for s.at < len(s.data) && '0' <= s.data[s.at] && s.data[s.at] <= '9' {
		s.at++
		n++
	}
	return n
}
