package wirejson

import (
	"bytes"
	"encoding"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"unicode/utf16"
	"unicode/utf8"
)

// This file reads sound data into values in one pass, where encoding/json would go over each value once
// for every level that it lies in. It takes what it knows and gives up on everything else: then
// encoding/json reads, and names what is wrong. A test holds that both read the same.

// cursor stands at a place of data that sound has seen.
type cursor struct {
	data []byte
	at   int
}

// quickReader is one of this package's types. readQuick reads the value at the cursor and moves behind
// it; false gives up.
type quickReader interface{ readQuick(c *cursor) bool }

// quickly fills into with sound data. After false it may be half filled.
func quickly(data []byte, into any) bool {
	v := reflect.ValueOf(into)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return false
	}
	c := cursor{data: data}
	c.blanks()
	return readerOf(v.Type().Elem())(&c, v.Elem())
}

func (c *cursor) blanks() {
	for c.at < len(c.data) && c.data[c.at] <= ' ' {
		c.at++
	}
}

// peek is the first byte of the value, which says its type.
func (c *cursor) peek() byte { return c.data[c.at] }

// null moves over a null, if there is one.
func (c *cursor) null() bool {
	if c.peek() != 'n' {
		return false
	}
	c.at += len("null")
	return true
}

// raw moves over any value and gives its bytes.
func (c *cursor) raw() []byte {
	from := c.at
	switch c.peek() {
	case '"':
		c.text()
	case '{', '[':
		c.nest()
	default:
		c.token()
	}
	return c.data[from:c.at]
}

// token is a number or a word: it ends where something else begins.
func (c *cursor) token() []byte {
	from := c.at
	for c.at < len(c.data) {
		switch c.data[c.at] {
		case ',', '}', ']', ' ', '\n', '\t', '\r':
			return c.data[from:c.at]
		}
		c.at++
	}
	return c.data[from:c.at]
}

func (c *cursor) nest() {
	for depth := 0; ; {
		switch c.peek() {
		case '"':
			c.text()
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		if c.at++; depth == 0 {
			return
		}
	}
}

// text moves over a string and gives what is between its quotes; escaped says that it has escapes.
func (c *cursor) text() (inside []byte, escaped bool) {
	c.at++
	from := c.at
	for n, b := range c.data[from:min(from+32, len(c.data))] { // most are short
		if b == '"' {
			c.at = from + n + 1
			return c.data[from : from+n], false
		}
		if b == '\\' {
			break
		}
	}
	for {
		end := bytes.IndexByte(c.data[c.at:], '"') + c.at
		slash := bytes.IndexByte(c.data[c.at:end], '\\')
		if slash < 0 {
			c.at = end + 1
			return c.data[from:end], escaped
		}
		escaped = true
		c.at += slash + 2
	}
}

// string gives a string's text.
func (c *cursor) string() string {
	inside, escaped := c.text()
	if escaped {
		return string(unescaped(inside))
	}
	return string(inside)
}

// unescaped is what a string of sound data says. Half of a pair of surrogates is U+FFFD, as in
// encoding/json.
func unescaped(inside []byte) []byte {
	text := make([]byte, 0, len(inside))
	for {
		slash := bytes.IndexByte(inside, '\\')
		if slash < 0 {
			return append(text, inside...)
		}
		text = append(text, inside[:slash]...)
		b := inside[slash+1]
		inside = inside[slash+2:]
		switch b {
		case 'b':
			b = '\b'
		case 'f':
			b = '\f'
		case 'n':
			b = '\n'
		case 'r':
			b = '\r'
		case 't':
			b = '\t'
		case 'u':
			var r rune
			r, inside = escapedRune(inside)
			text = utf8.AppendRune(text, r)
			continue
		}
		text = append(text, b)
	}
}

// escapedRune reads what stands behind \u, and the other half of a pair where it follows.
func escapedRune(digits []byte) (rune, []byte) {
	r, _ := hexadecimal(digits)
	digits = digits[4:]
	if !utf16.IsSurrogate(r) {
		return r, digits
	}
	if len(digits) >= 6 && digits[0] == '\\' && digits[1] == 'u' {
		if second, ok := hexadecimal(digits[2:]); ok {
			if whole := utf16.DecodeRune(r, second); whole != utf8.RuneError {
				return whole, digits[6:]
			}
		}
	}
	return utf8.RuneError, digits
}

// scalar gives a string's text, the token of a number or a bool, and "" for null: see readText.
func (c *cursor) scalar() (text string, ok bool) {
	switch c.peek() {
	case '"':
		return c.string(), true
	case '{', '[':
		return "", false
	case 'n':
		return "", c.null()
	}
	return string(c.token()), true
}

// elements calls each with the cursor at every element of an array.
func (c *cursor) elements(each func() bool) bool {
	for c.at++; ; {
		c.blanks()
		switch c.peek() {
		case ']':
			c.at++
			return true
		case ',':
			c.at++
			continue
		}
		if !each() {
			return false
		}
	}
}

// members calls each with the key of every member of an object, the cursor at its value.
func (c *cursor) members(each func(key []byte) bool) bool {
	for c.at++; ; {
		c.blanks()
		switch c.peek() {
		case '}':
			c.at++
			return true
		case ',':
			c.at++
			continue
		}
		key, escaped := c.text()
		if escaped {
			key = unescaped(key)
		}
		c.blanks()
		c.at++ // the colon
		c.blanks()
		if !each(key) {
			return false
		}
	}
}

// reader reads the value at the cursor into v.
type reader func(c *cursor, v reflect.Value) bool

var (
	readers sync.Map // reflect.Type to reader
	making  sync.Mutex
)

// readerOf gives the reader of a type, which is made once.
func readerOf(t reflect.Type) reader {
	if known, ok := readers.Load(t); ok {
		return known.(reader)
	}
	making.Lock()
	defer making.Unlock()
	return maker{}.of(t)
}

// maker makes readers; it holds the types that are being made.
type maker map[reflect.Type]bool

func (m maker) of(t reflect.Type) reader {
	if known, ok := readers.Load(t); ok {
		return known.(reader)
	}
	if m[t] {
		return elsewhere // a type that holds itself
	}
	m[t] = true
	made := m.reader(t)
	delete(m, t)
	readers.Store(t, made)
	return made
}

var (
	quickType       = reflect.TypeFor[quickReader]()
	unmarshalerType = reflect.TypeFor[json.Unmarshaler]()
	textType        = reflect.TypeFor[encoding.TextUnmarshaler]()
)

func (m maker) reader(t reflect.Type) reader {
	pointer := reflect.PointerTo(t)
	switch {
	case pointer.Implements(quickType):
		return func(c *cursor, v reflect.Value) bool { return v.Addr().Interface().(quickReader).readQuick(c) }
	case t.Kind() == reflect.Pointer:
		return elsewhere
	case pointer.Implements(unmarshalerType):
		return func(c *cursor, v reflect.Value) bool {
			return v.Addr().Interface().(json.Unmarshaler).UnmarshalJSON(c.raw()) == nil
		}
	case pointer.Implements(textType):
		return elsewhere
	}
	switch t.Kind() {
	case reflect.Struct:
		return m.structReader(t)
	case reflect.Slice:
		if t.Elem().Kind() != reflect.Uint8 { // which is base64
			return readSlice
		}
	case reflect.String:
		return readPlainString
	case reflect.Bool:
		return readBool
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return readSigned
	}
	return elsewhere
}

// elsewhere lets encoding/json read one value.
func elsewhere(c *cursor, v reflect.Value) bool {
	return unmarshal(c.raw(), v.Addr().Interface()) == nil
}

func readPlainString(c *cursor, v reflect.Value) bool {
	switch {
	case c.null():
		return true // it stays as it was
	case c.peek() != '"':
		return false
	}
	v.SetString(c.string())
	return true
}

func readBool(c *cursor, v reflect.Value) bool {
	switch c.peek() {
	case 'n':
		return c.null()
	case 't', 'f':
		v.SetBool(string(c.token()) == "true")
		return true
	}
	return false
}

func readSigned(c *cursor, v reflect.Value) bool {
	if c.null() {
		return true
	}
	if b := c.peek(); b != '-' && (b < '0' || b > '9') {
		return false
	}
	n, err := strconv.ParseInt(string(c.token()), 10, 64)
	if err != nil || v.OverflowInt(n) {
		return false
	}
	v.SetInt(n)
	return true
}

func readSlice(c *cursor, v reflect.Value) bool {
	if c.null() {
		v.SetZero()
		return true
	}
	if c.peek() != '[' {
		return false
	}
	read := readerOf(v.Type().Elem())
	if v.IsNil() {
		v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	}
	v.SetLen(0)
	return c.elements(func() bool {
		n := v.Len()
		if n == v.Cap() {
			v.Grow(max(4, n))
		}
		v.SetLen(n + 1)
		v.Index(n).SetZero()
		return read(c, v.Index(n))
	})
}

// plan says where the members of a struct go.
type plan struct {
	exact  map[string]*member
	folded map[string]*member
}

type member struct {
	index []int
	read  reader
}

func (m maker) structReader(t reflect.Type) reader {
	p := plan{map[string]*member{}, map[string]*member{}}
	if !p.add(m, t, nil) {
		return elsewhere
	}
	return func(c *cursor, v reflect.Value) bool {
		if c.null() {
			return true // it stays as it was
		}
		if c.peek() != '{' {
			return false
		}
		return c.members(func(key []byte) bool {
			m := p.find(key)
			if m == nil {
				c.raw()
				return true
			}
			return m.read(c, v.FieldByIndex(m.index))
		})
	}
}

// add takes the fields of a struct, and those of structs embedded in it. It is false for what
// encoding/json has more rules for.
func (p plan) add(m maker, t reflect.Type, above []int) bool {
	for n := range t.NumField() {
		field := t.Field(n)
		index := append(above[:len(above):len(above)], n)
		tag, hasTag := field.Tag.Lookup("json")
		name, options, _ := strings.Cut(tag, ",")
		switch {
		case tag == "-":
			continue
		case strings.Contains(options, "string"):
			return false
		case field.Anonymous && !hasTag:
			if field.Type.Kind() != reflect.Struct || !p.add(m, field.Type, index) {
				return false
			}
			continue
		case !field.IsExported():
			continue
		case name == "":
			name = field.Name
		}
		if p.folded[fold(name)] != nil {
			return false
		}
		one := &member{index, m.of(field.Type)}
		p.exact[name], p.folded[fold(name)] = one, one
	}
	return true
}

func (p plan) find(key []byte) *member {
	if m := p.exact[string(key)]; m != nil {
		return m
	}
	var upper [64]byte // as fold writes it
	if len(key) > len(upper) {
		return p.folded[fold(string(key))]
	}
	for i, b := range key {
		if b >= utf8.RuneSelf {
			return p.folded[fold(string(key))]
		}
		if 'a' <= b && b <= 'z' {
			b -= 'a' - 'A'
		}
		upper[i] = b
	}
	return p.folded[string(upper[:len(key)])]
}
