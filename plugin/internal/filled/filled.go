// Package filled makes a message of the contract with every member set, the same every time, so that
// tests reach members that nobody has thought of yet. It imports the generated code. Start reading at
// Messages.
package filled

import (
	"fmt"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/sampan-go/sampan/plugin/internal/pb"
)

// Message is one message with every member set. A message with a choice of members is there once for
// each: "PayResponse.payment", "PayResponse.error".
type Message struct {
	Name string
	proto.Message
}

// Messages are all messages of the contract.
func Messages() []Message {
	var all []Message
	descriptors := pb.File_sampan_v1_adapter_proto.Messages()
	for i := range descriptors.Len() {
		all = append(all, variants(descriptors.Get(i))...)
	}
	return all
}

// Of is the message of m's type with every member set; where there is a choice, with the first.
func Of[M proto.Message](m M) M {
	return variants(m.ProtoReflect().Descriptor())[0].Message.(M)
}

// Enums are all enums of the contract.
func Enums() []protoreflect.EnumDescriptor {
	var all []protoreflect.EnumDescriptor
	descriptors := pb.File_sampan_v1_adapter_proto.Enums()
	for i := range descriptors.Len() {
		all = append(all, descriptors.Get(i))
	}
	return all
}

func variants(d protoreflect.MessageDescriptor) []Message {
	if d.Oneofs().Len() == 0 {
		return []Message{{string(d.Name()), message(d, nil, nil).Interface()}}
	}
	var all []Message
	choices := d.Oneofs().Get(0).Fields() // the contract has no message with two choices; a test holds that
	for i := range choices.Len() {
		choice := choices.Get(i)
		all = append(all, Message{fmt.Sprintf("%s.%s", d.Name(), choice.Name()), message(d, choice, nil).Interface()})
	}
	return all
}

// message fills one message.
func message(d protoreflect.MessageDescriptor, choice protoreflect.FieldDescriptor, outer []protoreflect.FullName) protoreflect.Message {
	kind, err := protoregistry.GlobalTypes.FindMessageByName(d.FullName())
	if err != nil {
		panic(err) // the generated code registers all of them
	}
	m, outer := kind.New(), append(outer[:len(outer):len(outer)], d.FullName())
	for i := range d.Fields().Len() {
		field := d.Fields().Get(i)
		if field.ContainingOneof() != nil && choice != nil && field != choice || endless(field, outer) {
			continue
		}
		set(m, field, outer)
	}
	return m
}

// endless lets a message hold one of its own kind once, and that one none.
func endless(field protoreflect.FieldDescriptor, outer []protoreflect.FullName) bool {
	if field.Message() == nil {
		return false
	}
	times := 0
	for _, name := range outer {
		if name == field.Message().FullName() {
			times++
		}
	}
	return times > 1
}

func set(m protoreflect.Message, field protoreflect.FieldDescriptor, outer []protoreflect.FullName) {
	switch {
	case field.IsMap():
		table := m.Mutable(field).Map()
		table.Set(protoreflect.ValueOfString(string(field.Name())+"-1").MapKey(), value(field.MapValue(), 1, outer))
		table.Set(protoreflect.ValueOfString(string(field.Name())+"-2").MapKey(), value(field.MapValue(), 2, outer))
	case field.IsList() && field.Message() != nil:
		m.Mutable(field).List().Append(value(field, 1, outer))
	case field.IsList():
		list := m.Mutable(field).List()
		list.Append(value(field, 1, outer))
		list.Append(value(field, 2, outer))
	default:
		m.Set(field, value(field, 0, outer))
	}
}

// texts are members that are read as more than text.
var texts = map[protoreflect.FullName]string{"sampan.v1.Money.amount": "12.34", "sampan.v1.Money.currency": "CNY"}

// value is one that names its member: its name, its number, the last word of its enum.
func value(field protoreflect.FieldDescriptor, no int, outer []protoreflect.FullName) protoreflect.Value {
	switch field.Kind() {
	case protoreflect.MessageKind:
		return protoreflect.ValueOfMessage(message(field.Message(), nil, outer))
	case protoreflect.EnumKind:
		values := field.Enum().Values()
		return protoreflect.ValueOfEnum(values.Get(values.Len() - 1).Number())
	case protoreflect.StringKind:
		if text, ok := texts[field.FullName()]; ok {
			return protoreflect.ValueOfString(text)
		}
		if no > 0 {
			return protoreflect.ValueOfString(fmt.Sprintf("%s-%d", field.Name(), no))
		}
		return protoreflect.ValueOfString(string(field.Name()))
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes([]byte(fmt.Sprintf(`{%q:%d}`, field.Name(), field.Number())))
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(true)
	case protoreflect.Int32Kind:
		return protoreflect.ValueOfInt32(100 + int32(field.Number()))
	case protoreflect.Int64Kind:
		return protoreflect.ValueOfInt64(1<<40 + int64(field.Number())) // more than an int32 holds
	}
	panic(fmt.Sprintf("%s is a %s; say here how to fill it", field.FullName(), field.Kind()))
}
