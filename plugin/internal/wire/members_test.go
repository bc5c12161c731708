package wire

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/plugin/internal/filled"
	"github.com/sampan-go/sampan/plugin/internal/pb"
)

// row is one message that is converted, with every member set, and the way to core and back.
type row struct {
	message proto.Message
	through func(proto.Message) (proto.Message, error)
}

func both[M proto.Message, T any](m M, from func(M) (T, error), to func(T) M) row {
	return row{filled.Of(m), func(m proto.Message) (proto.Message, error) {
		value, err := from(m.(M))
		return to(value), err
	}}
}

func safe[M proto.Message, T any](from func(M) T) func(M) (T, error) {
	return func(m M) (T, error) { return from(m), nil }
}

// rows are all conversions.
func rows() []row {
	list := both(&pb.ListOrdersRequest{}, ListOrdersFrom, func(r core.ListOrdersRequest) *pb.ListOrdersRequest { return ListOrdersTo(r, 0) })
	list.message.(*pb.ListOrdersRequest).MaxPages = 0 // the runtime's, core has no word for it
	description := both(&pb.Description{}, DescriptionFrom, DescriptionTo)
	description.message.(*pb.Description).ContractMinor, description.message.(*pb.Description).Features = 0, nil // likewise
	failure := both(&pb.Error{}, safe(ErrorFrom), func(e *core.Error) *pb.Error { return ErrorTo(e, true) })
	failure.message.(*pb.Error).Code = pb.ErrorCode_ERROR_CODE_CANCELED // the last that an adapter may send
	return []row{list, failure, description,
		both(&pb.CreateOrderRequest{}, CreateOrderFrom, CreateOrderTo),
		both(&pb.Order{}, OrderFrom, OrderTo),
		both(&pb.OrderPage{}, OrderPageFrom, OrderPageTo),
		both(&pb.GetOrderRequest{}, GetOrderFrom, GetOrderTo),
		both(&pb.PayRequest{}, PayFrom, PayTo),
		both(&pb.Payment{}, PaymentFrom, PaymentTo),
		both(&pb.TrackRequest{}, TrackFrom, TrackTo),
		both(&pb.Tracking{}, TrackingFrom, TrackingTo),
		both(&pb.RefundRequest{}, RefundRequestFrom, RefundRequestTo),
		both(&pb.Refund{}, RefundFrom, RefundTo),
		both(&pb.GetRefundRequest{}, GetRefundFrom, GetRefundTo),
		both(&pb.CancelOrderRequest{}, CancelOrderFrom, CancelOrderTo),
		both(&pb.Cancellation{}, CancellationFrom, CancellationTo),
		both(&pb.QuoteRequest{}, QuoteRequestFrom, QuoteRequestTo),
		both(&pb.Quote{}, QuoteFrom, QuoteTo),
		both(&pb.ConfirmReceiptRequest{}, ConfirmReceiptFrom, ConfirmReceiptTo),
		both(&pb.Receipt{}, ReceiptFrom, ReceiptTo),
		both(&pb.ProveFenceRequest{}, safe(ProveFenceFrom), ProveFenceTo),
		both(&pb.FenceProof{}, safe(FenceProofFrom), FenceProofTo),
		both(&pb.InvokeRequest{}, InvokeRequestFrom, InvokeRequestTo),
		both(&pb.InvokeAnswer{}, InvokeAnswerFrom, InvokeAnswerTo),
		both(&pb.ParseMessageRequest{}, MessageRequestFrom, MessageRequestTo),
		both(&pb.Message{}, MessageFrom, MessageTo),
	}
}

func TestEveryMemberOfEveryMessageReachesCoreAndComesBack(t *testing.T) {
	seen := map[protoreflect.FullName]bool{}
	for _, row := range rows() {
		got, err := row.through(row.message)
		require.NoError(t, err)
		require.True(t, proto.Equal(row.message, got), "want: %v\ngot:  %v", row.message, got)
		filled.Walk(row.message.ProtoReflect(), func(m protoreflect.Message) { seen[m.Descriptor().FullName()] = true })
	}
	for _, m := range filled.Messages() {
		name := m.ProtoReflect().Descriptor().FullName()
		if strings.HasSuffix(string(name), "Response") || strings.HasPrefix(m.Name, "Configure") || strings.HasPrefix(m.Name, "Describe") {
			continue // the envelopes: client.go and server.go
		}
		require.True(t, seen[name], "%s is in no row of this test", name)
	}
}

func TestAnEnumValueThatASideDoesNotKnowNeverBecomesAnother(t *testing.T) {
	seen := map[protoreflect.FullName]bool{}
	for _, row := range rows() {
		for i, place := range enumPlaces(row.message) {
			seen[place.field.Enum().FullName()] = true
			last := protoreflect.EnumNumber(place.field.Enum().Values().Len() - 1)
			// 256 and 257 are 0 and 1 for one who keeps only a byte.
			for _, number := range []protoreflect.EnumNumber{last + 1, 99, 255, 256, 257, math.MaxInt32, -1, math.MinInt32} {
				strange, harmless := proto.Clone(row.message), proto.Clone(row.message)
				enumPlaces(strange)[i].set(number)
				enumPlaces(harmless)[i].set(0)
				got, err := row.through(throughWire(t, strange))
				if strings.HasSuffix(string(place.field.Parent().Name()), "Request") {
					require.ErrorIs(t, err, core.Unsupported, "%s = %d asks for something that this adapter cannot know", place.field.FullName(), number)
					require.Equal(t, core.NotDone, core.OutcomeOf(err))
					continue
				}
				require.NoError(t, err, "%s = %d", place.field.FullName(), number)
				if failure, ok := got.(*pb.Error); ok && place.field.Name() == "code" {
					require.Contains(t, failure.GetDetail()[2], "newer contract", "a person can tell it from a fault of the adapter")
					failure.Detail = failure.GetDetail()[:2]
				}
				require.True(t, proto.Equal(harmless, got), "%s = %d\nwant: %v\ngot:  %v", place.field.FullName(), number, harmless, got)
			}
		}
	}
	for _, enum := range filled.Enums() {
		require.True(t, seen[enum.FullName()], "%s is in no row of this test", enum.FullName())
	}
}

// What one side does not know passes through a message as it is: a proxy or a log loses nothing.
func TestAMessageKeepsWhatItsReaderDoesNotKnow(t *testing.T) {
	for _, m := range filled.Messages() {
		strange := filled.Strange(m.Message)
		require.True(t, proto.Equal(strange, throughWire(t, strange)), "%s", m.Name)
	}
}

func TestACapabilityOfAnUnknownKindSaysWhyItIsNotThere(t *testing.T) {
	d, err := DescriptionFrom(&pb.Description{Operations: map[string]*pb.Capability{"pay": {Support: 9}}})
	require.NoError(t, err)
	c := d.Operations[core.OpPay]
	require.Equal(t, core.NotSupported, c.Support)
	require.Contains(t, c.Reason, "upgrade the host")
}

// place is one enum in one message.
type place struct {
	message protoreflect.Message
	field   protoreflect.FieldDescriptor
}

func (p place) set(number protoreflect.EnumNumber) {
	if number == 0 {
		p.message.Clear(p.field)
		return
	}
	p.message.Set(p.field, protoreflect.ValueOfEnum(number))
}

// enumPlaces are all that a filled message and those in it have, in the order of the contract.
func enumPlaces(m proto.Message) (places []place) {
	filled.Walk(m.ProtoReflect(), func(m protoreflect.Message) {
		for i := range m.Descriptor().Fields().Len() {
			if field := m.Descriptor().Fields().Get(i); field.Kind() == protoreflect.EnumKind {
				places = append(places, place{m, field})
			}
		}
	})
	return places
}

func throughWire(t *testing.T, m proto.Message) proto.Message {
	t.Helper()
	data, err := proto.Marshal(m)
	require.NoError(t, err)
	back := m.ProtoReflect().New().Interface()
	require.NoError(t, proto.Unmarshal(data, back))
	return back
}
