package plugin

import (
	"errors"
	"fmt"

	"google.golang.org/grpc/encoding"
	_ "google.golang.org/grpc/encoding/proto" // the codec that is bounded here
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// mostRoom is how much memory one answer may take once it is read. An empty line of an order has two
// bytes on the wire and some hundred in memory, so MaxMessage alone bounds nothing.
const mostRoom = 12 << 20

// longestText is that of the longest member of the contract, Order.raw_json, with room for its tag.
const longestText = 1<<20 + 16

// deepest is how far messages may lie in one another; the contract needs half of it.
const deepest = 16

var errRoom = fmt.Errorf("it would take more than %d MiB of memory; ask for less at a time", mostRoom>>20)

// boundedCodec is the codec of gRPC that looks at a message before it reads it.
type boundedCodec struct{ encoding.CodecV2 }

func newBoundedCodec() boundedCodec { return boundedCodec{encoding.GetCodecV2("proto")} }

// Unmarshal implements encoding.CodecV2.
func (c boundedCodec) Unmarshal(data mem.BufferSlice, v any) error {
	m, ok := v.(proto.Message)
	if !ok {
		return c.CodecV2.Unmarshal(data, v)
	}
	whole := data.MaterializeToBuffer(mem.DefaultBufferPool())
	defer whole.Free()
	room := mostRoom
	if err := checkMessage(whole.ReadOnlyData(), m.ProtoReflect().Descriptor(), &room, deepest); err != nil {
		return err
	}
	return proto.Unmarshal(whole.ReadOnlyData(), m)
}

// checkMessage takes what a message needs out of room, and refuses one that says two things where it
// may say one: an answer that is a result and an error is neither.
func checkMessage(data []byte, d protoreflect.MessageDescriptor, room *int, depth int) error {
	if depth == 0 {
		return errors.New("its messages lie too deep in one another")
	}
	var chosen protoreflect.FieldDescriptor // of the one oneof that a message of the contract has at most
	*room -= structSize(d)
	for len(data) > 0 {
		number, kind, n := protowire.ConsumeTag(data)
		if n < 0 {
			return protowire.ParseError(n)
		}
		size := protowire.ConsumeFieldValue(number, kind, data[n:])
		if size < 0 {
			return protowire.ParseError(size)
		}
		value := data[n : n+size]
		data = data[n+size:]
		field := d.Fields().ByNumber(number)
		if field != nil && field.ContainingOneof() != nil {
			if chosen != nil && chosen != field {
				return fmt.Errorf("it holds both %s and %s", chosen.Name(), field.Name())
			}
			chosen = field
		}
		text := field == nil || field.Message() == nil
		if text && len(value) > longestText {
			return fmt.Errorf("one of its members has %d bytes", len(value))
		}
		*room -= pointerSize + len(value)
		if !text && kind == protowire.BytesType {
			inner, _ := protowire.ConsumeBytes(value)
			*room += len(value) // counted by its members
			if err := checkMessage(inner, field.Message(), room, depth-1); err != nil {
				return err
			}
		}
		if *room < 0 {
			return errRoom
		}
	}
	return nil
}

// pointerSize is what a list takes for an entry beside it.
const pointerSize = 16

// structSize is about what an empty message takes in memory.
func structSize(d protoreflect.MessageDescriptor) int { return 48 + 16*d.Fields().Len() }
