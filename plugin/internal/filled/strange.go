package filled

import (
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// StrangeNumber is no value of any enum.
const StrangeNumber = 99

// Strange is a copy of m as a side of a later contract may send it: every enum has a value, and every
// message a member, that this side does not know.
func Strange[M proto.Message](m M) M {
	strange := proto.Clone(m).(M)
	Walk(strange.ProtoReflect(), func(m protoreflect.Message) {
		for i := range m.Descriptor().Fields().Len() {
			if field := m.Descriptor().Fields().Get(i); field.Kind() == protoreflect.EnumKind {
				m.Set(field, protoreflect.ValueOfEnum(StrangeNumber))
			}
		}
		m.SetUnknown([]byte{0xf8, 0x7f, 0x07}) // member 2047 is 7
	})
	return strange
}

// Walk visits a message and all that are in it, in the order of the contract. Of a map in a filled message
// it visits the first entry.
func Walk(m protoreflect.Message, visit func(protoreflect.Message)) {
	visit(m)
	for i := range m.Descriptor().Fields().Len() {
		field := m.Descriptor().Fields().Get(i)
		switch {
		case !m.Has(field):
		case field.IsMap() && field.MapValue().Message() != nil:
			Walk(m.Mutable(field).Map().Mutable(protoreflect.ValueOfString(string(field.Name())+"-1").MapKey()).Message(), visit)
		case field.IsMap() || field.Message() == nil:
		case field.IsList():
			for j := range m.Get(field).List().Len() {
				Walk(m.Get(field).List().Get(j).Message(), visit)
			}
		default:
			Walk(m.Get(field).Message(), visit)
		}
	}
}
