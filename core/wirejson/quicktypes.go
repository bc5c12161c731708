package wirejson

import (
	"bytes"
	"reflect"
	"strings"
)

// How this package's types are read at a cursor: each takes what its UnmarshalJSON takes.

func (id *ID) readQuick(c *cursor) bool {
	text, ok := c.id()
	*id = ID(text)
	return ok
}

func (id *IntID) readQuick(c *cursor) bool {
	text, ok := c.id()
	*id = IntID(text)
	return ok
}

func (c *cursor) id() (text string, ok bool) {
	switch c.peek() {
	case '"':
		text = c.string()
		return text, len(text) <= maxID
	case 'n':
		return "", c.null()
	case '{', '[', 't', 'f':
		return "", false
	}
	token := c.token()
	return string(token), isInteger(token)
}

func (t *Text) readQuick(c *cursor) bool {
	text, ok := c.scalar()
	*t = Text(text)
	return ok
}

func (n *Number) readQuick(c *cursor) bool {
	if b := c.peek(); b == 't' || b == 'f' {
		return false
	}
	text, ok := c.scalar()
	*n = Number(text)
	return ok
}

func (b *Bool) readQuick(c *cursor) bool { return b.UnmarshalJSON(c.raw()) == nil }

func (i *Int) readQuick(c *cursor) bool {
	if b := c.peek(); b == 't' || b == 'f' {
		return false
	}
	*i = Int{}
	text, ok := c.scalar()
	if !ok || text == "" {
		return ok
	}
	n, err := ParseInt(text)
	*i = Int{N: n, Set: true}
	return err == nil
}

func (t *Time) readQuick(c *cursor) bool {
	*t = Time{}
	if b := c.peek(); b == '{' || b == '[' {
		t.Raw = kindOf(c.raw())
		return true
	}
	text, _ := c.scalar()
	t.read(text)
	return true
}

func (p *Part) readQuick(c *cursor) bool {
	p.data = c.raw()
	return true
}

func (e *Embedded[T]) readQuick(c *cursor) bool {
	*e = Embedded[T]{}
	switch c.peek() {
	case 'n':
		return c.null()
	case '{', '[':
		return e.fillQuick(c)
	case '"':
		inside, escaped := c.text()
		if escaped {
			inside = unescaped(inside)
		}
		inside = bytes.TrimSpace(inside)
		if len(inside) == 0 {
			return true
		}
		return (inside[0] == '{' || inside[0] == '[') && sound(inside) && e.fillQuick(&cursor{data: inside})
	}
	return false
}

func (e *Embedded[T]) fillQuick(c *cursor) bool {
	e.Set = true
	return readerOf(reflect.TypeFor[T]())(c, reflect.ValueOf(&e.Value).Elem())
}

func (s *Soft[T]) readQuick(c *cursor) bool {
	data := c.raw()
	var e Embedded[T]
	if !e.readQuick(&cursor{data: data}) {
		return s.UnmarshalJSON(data) == nil
	}
	s.Value = e.Value
	return true
}

func (l *List[T]) readQuick(c *cursor) bool {
	*l = nil
	read := readerOf(reflect.TypeFor[T]())
	switch c.peek() {
	case 'n':
		return c.null()
	case '{':
		*l = make(List[T], 1)
		return read(c, reflect.ValueOf(&(*l)[0]).Elem())
	case '[':
		*l = List[T]{}
		return c.elements(func() bool {
			var none T
			*l = append(*l, none)
			return read(c, reflect.ValueOf(&(*l)[len(*l)-1]).Elem())
		})
	}
	return false
}

// read takes a time's text as far as it can be read.
func (t *Time) read(text string) {
	if strings.TrimSpace(text) == "" {
		return
	}
	var err error
	if t.Time, err = ParseTime(text, nil); err != nil {
		t.Raw = head(Clean(text))
	}
}
