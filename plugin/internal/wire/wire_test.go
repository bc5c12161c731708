package wire

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
	"github.com/sampan-go/sampan/plugin/internal/pb"
)

// Generators of what core may hold.

var (
	anyID     = rapid.StringMatching(`[0-9A-Za-z:,_-]{0,20}`)
	someText  = rapid.StringMatching(`[\p{Han}A-Za-z0-9 .,;]{0,12}`)
	anyAmount = rapid.Custom(func(t *rapid.T) money.Amount {
		if rapid.Bool().Draw(t, "absent") {
			return money.Amount{}
		}
		a, err := money.FromMinor(rapid.Int64().Draw(t, "minor"), rapid.SampledFrom([]money.Currency{"CNY", "JPY", "KWD"}).Draw(t, "currency"))
		require.NoError(t, err)
		return a
	})
	anyUnit = rapid.Custom(func(t *rapid.T) money.UnitPrice {
		if rapid.Bool().Draw(t, "absent") {
			return money.UnitPrice{}
		}
		return money.MustParseUnit(rapid.StringMatching(`(0|[1-9][0-9]{0,6})\.[0-9]{2,4}`).Draw(t, "unit"), money.CNY)
	})
	anyTime = rapid.Custom(func(t *rapid.T) time.Time {
		ms := rapid.Int64Range(0, 4e12).Draw(t, "ms")
		if ms == 0 {
			return time.Time{}
		}
		return time.UnixMilli(ms).UTC()
	})
	anyDuration = rapid.Custom(func(t *rapid.T) time.Duration {
		return time.Duration(rapid.Int64Range(0, 4e12).Draw(t, "ms")) * time.Millisecond
	})
	anyRef = rapid.Custom(func(t *rapid.T) core.OrderRef {
		return core.OrderRef{ID: core.OrderID(anyID.Draw(t, "id")), Handle: core.Handle(anyID.Draw(t, "handle"))}
	})
	anyTable = rapid.Custom(func(t *rapid.T) map[string]string {
		if rapid.Bool().Draw(t, "none") {
			return nil
		}
		return rapid.MapOfN(someText, someText, 1, 3).Draw(t, "table")
	})
)

func upTo[E ~uint8](t *rapid.T, last E) E { return E(rapid.IntRange(0, int(last)).Draw(t, "enum")) }

func listOf[T any](t *rapid.T, g *rapid.Generator[T]) []T {
	if rapid.Bool().Draw(t, "none") {
		return nil
	}
	return rapid.SliceOfN(g, 1, 3).Draw(t, "list")
}

func texts3(t *rapid.T) []string { return listOf(t, anyID) }

func anyProblem(t *rapid.T) *core.GatewayError {
	if rapid.Bool().Draw(t, "none") {
		return nil
	}
	return &core.GatewayError{Code: anyID.Draw(t, "code"), Message: someText.Draw(t, "message"), RequestID: anyID.Draw(t, "request")}
}

var anyLine = rapid.Custom(func(t *rapid.T) core.Line {
	return core.Line{ID: core.LineID(anyID.Draw(t, "id")), ProductID: core.ProductID(anyID.Draw(t, "product")), SKUID: core.SKUID(anyID.Draw(t, "sku")),
		SpecID: core.SpecID(anyID.Draw(t, "spec")), Name: someText.Draw(t, "name"), Quantity: rapid.Int64Range(0, 1e9).Draw(t, "quantity"), Unit: someText.Draw(t, "unit"),
		UnitPrice: anyUnit.Draw(t, "price"), Amount: anyAmount.Draw(t, "amount"), Status: upTo(t, core.Closed), UpstreamStatus: someText.Draw(t, "word"),
		Attributes: anyTable.Draw(t, "attributes"), Problem: anyProblem(t)}
})

var anyRefund = rapid.Custom(func(t *rapid.T) core.Refund {
	return core.Refund{ID: core.RefundID(anyID.Draw(t, "id")), Ref: core.Ref(anyID.Draw(t, "ref")), Order: anyRef.Draw(t, "order"), Kind: upTo(t, core.ReturnAndRefund),
		State: upTo(t, core.RefundClosed), UpstreamStatus: someText.Draw(t, "word"), Amount: anyAmount.Draw(t, "amount"), Shipping: anyAmount.Draw(t, "shipping"),
		Lines: listOf(t, anyRefundLine), Reason: someText.Draw(t, "reason"), Created: anyTime.Draw(t, "created")}
})

var anyRefundLine = rapid.Custom(func(t *rapid.T) core.RefundLine {
	return core.RefundLine{ID: core.LineID(anyID.Draw(t, "line")), Quantity: rapid.Int64Range(0, 99).Draw(t, "quantity")}
})

var anyParcel = rapid.Custom(func(t *rapid.T) core.Parcel {
	event := rapid.Custom(func(t *rapid.T) core.Event {
		return core.Event{Time: anyTime.Draw(t, "time"), Text: someText.Draw(t, "text"), Place: someText.Draw(t, "place"), Code: anyID.Draw(t, "code")}
	})
	return core.Parcel{Carrier: someText.Draw(t, "carrier"), CarrierCode: anyID.Draw(t, "code"), Number: anyID.Draw(t, "number"), Events: listOf(t, event),
		Lines: each(texts3(t), func(s string) core.LineID { return core.LineID(s) })}
})

func anyTotals(t *rapid.T) core.Totals {
	return core.Totals{Goods: anyAmount.Draw(t, "goods"), Shipping: anyAmount.Draw(t, "shipping"), Discount: anyAmount.Draw(t, "discount"),
		Payable: anyAmount.Draw(t, "payable"), Refunded: anyAmount.Draw(t, "refunded")}
}

func anyAddress(t *rapid.T) core.Address {
	return core.Address{Name: someText.Draw(t, "name"), Mobile: anyID.Draw(t, "mobile"), Province: someText.Draw(t, "province"), City: someText.Draw(t, "city"),
		District: someText.Draw(t, "district"), Town: someText.Draw(t, "town"), Street: someText.Draw(t, "street"), Postcode: anyID.Draw(t, "postcode"),
		Country: someText.Draw(t, "country"), Phone: anyID.Draw(t, "phone"), DistrictCode: anyID.Draw(t, "district code")}
}

func anyOrder(t *rapid.T, siblings bool) core.Order {
	o := core.Order{Ref: core.Ref(anyID.Draw(t, "ref")), OrderRef: anyRef.Draw(t, "order"), Number: anyID.Draw(t, "number"), MarketplaceIDs: texts3(t),
		Market: core.Market(anyID.Draw(t, "market")), Status: upTo(t, core.Closed), UpstreamStatus: someText.Draw(t, "word"), Lines: listOf(t, anyLine),
		Totals: anyTotals(t), Times: core.Times{Created: anyTime.Draw(t, "created"), Paid: anyTime.Draw(t, "paid"), Shipped: anyTime.Draw(t, "shipped"),
			Received: anyTime.Draw(t, "received"), Completed: anyTime.Draw(t, "completed"), Cancelled: anyTime.Draw(t, "cancelled")},
		Seller: core.Seller{ID: core.SellerID(anyID.Draw(t, "seller")), Name: someText.Draw(t, "seller name")}, Parcels: listOf(t, anyParcel), Refunds: listOf(t, anyRefund)}
	if rapid.Bool().Draw(t, "address") {
		a := anyAddress(t)
		o.Address = &a
	}
	if rapid.Bool().Draw(t, "raw") {
		o.Raw = json.RawMessage(`{"id":2542285634920880794}`)
	}
	if siblings && rapid.Bool().Draw(t, "siblings") {
		o.Siblings = []core.Order{anyOrder(t, false)}
	}
	return o
}

// throughBytes takes a message over the wire.
func throughBytes[M proto.Message](t *rapid.T, m, into M) M {
	data, err := proto.Marshal(m)
	require.NoError(t, err)
	require.NoError(t, proto.Unmarshal(data, into))
	return into
}

func TestEveryTypeComesBackAsItWas(t *testing.T) {
	attempt := func(t *rapid.T) core.Attempt {
		return core.Attempt{No: rapid.IntRange(0, 9).Draw(t, "no"), SignedAt: anyTime.Draw(t, "signed"), NotAfter: anyTime.Draw(t, "not after")}
	}
	lines := func(t *rapid.T) []core.OrderLine {
		return listOf(t, rapid.Custom(func(t *rapid.T) core.OrderLine {
			return core.OrderLine{ProductID: core.ProductID(anyID.Draw(t, "product")), SKUID: core.SKUID(anyID.Draw(t, "sku")), SpecID: core.SpecID(anyID.Draw(t, "spec")),
				SellerID: core.SellerID(anyID.Draw(t, "seller")), Quantity: rapid.Int64().Draw(t, "quantity"), UnitPrice: anyUnit.Draw(t, "price")}
		}))
	}
	for name, check := range map[string]func(*rapid.T){
		"order": func(t *rapid.T) {
			o := anyOrder(t, true)
			got, err := OrderFrom(throughBytes(t, OrderTo(o), &pb.Order{}))
			require.NoError(t, err)
			require.Equal(t, o, got)
		},
		"order page": func(t *rapid.T) {
			p := core.OrderPage{Orders: []core.Order{anyOrder(t, true)}, Next: anyID.Draw(t, "next"), Total: rapid.IntRange(0, 1e6).Draw(t, "total")}
			got, err := OrderPageFrom(throughBytes(t, OrderPageTo(p), &pb.OrderPage{}))
			require.NoError(t, err)
			require.Equal(t, p, got)
		},
		"create": func(t *rapid.T) {
			r := core.CreateOrderRequest{Ref: core.Ref(anyID.Draw(t, "ref")), Lines: lines(t), Address: anyAddress(t), Message: someText.Draw(t, "message"),
				MaxTotal: anyAmount.Draw(t, "max"), Options: anyTable.Draw(t, "options"), Attempt: attempt(t)}
			got, err := CreateOrderFrom(throughBytes(t, CreateOrderTo(r), &pb.CreateOrderRequest{}))
			require.NoError(t, err)
			require.Equal(t, r, got)
		},
		"list": func(t *rapid.T) {
			r := core.ListOrdersRequest{Ref: core.Ref(anyID.Draw(t, "ref")), ID: core.OrderID(anyID.Draw(t, "id")), Status: upTo(t, core.Closed),
				CreatedFrom: anyTime.Draw(t, "from"), CreatedTo: anyTime.Draw(t, "to"), PageSize: rapid.IntRange(0, 100).Draw(t, "size"), Cursor: anyID.Draw(t, "cursor"), Raw: rapid.Bool().Draw(t, "raw")}
			got, err := ListOrdersFrom(throughBytes(t, ListOrdersTo(r, 1), &pb.ListOrdersRequest{}))
			require.NoError(t, err)
			require.Equal(t, r, got)
		},
		"payment": func(t *rapid.T) {
			p := core.Payment{Order: anyRef.Draw(t, "order"), State: upTo(t, core.PaymentRefused), Amount: anyAmount.Draw(t, "amount"), ActionURL: anyID.Draw(t, "url"),
				Paid: anyTime.Draw(t, "paid"), UpstreamStatus: someText.Draw(t, "word")}
			got, err := PaymentFrom(throughBytes(t, PaymentTo(p), &pb.Payment{}))
			require.NoError(t, err)
			require.Equal(t, p, got)
			r := core.PayRequest{Order: p.Order, Expect: p.Amount, Attempt: attempt(t)}
			back, err := PayFrom(throughBytes(t, PayTo(r), &pb.PayRequest{}))
			require.NoError(t, err)
			require.Equal(t, r, back)
		},
		"tracking": func(t *rapid.T) {
			tr := core.Tracking{Order: anyRef.Draw(t, "order"), Parcels: listOf(t, anyParcel), EventsAvailable: rapid.Bool().Draw(t, "events"), Note: someText.Draw(t, "note")}
			got, err := TrackingFrom(throughBytes(t, TrackingTo(tr), &pb.Tracking{}))
			require.NoError(t, err)
			require.Equal(t, tr, got)
		},
		"refund": func(t *rapid.T) {
			f := anyRefund.Draw(t, "refund")
			got, err := RefundFrom(throughBytes(t, RefundTo(f), &pb.Refund{}))
			require.NoError(t, err)
			require.Equal(t, f, got)
			r := core.RefundRequest{Ref: f.Ref, Order: f.Order, Kind: f.Kind, Lines: f.Lines, Amount: f.Amount, Shipping: f.Shipping, Goods: upTo(t, core.GoodsReceived),
				ReasonID: anyID.Draw(t, "reason"), Reason: f.Reason, Evidence: texts3(t), Attempt: attempt(t)}
			back, err := RefundRequestFrom(throughBytes(t, RefundRequestTo(r), &pb.RefundRequest{}))
			require.NoError(t, err)
			require.Equal(t, r, back)
		},
		"quote": func(t *rapid.T) {
			q := core.Quote{Totals: anyTotals(t), Orders: rapid.IntRange(0, 9).Draw(t, "orders"), Problem: anyProblem(t), Lines: listOf(t, rapid.Custom(func(t *rapid.T) core.QuoteLine {
				return core.QuoteLine{ProductID: core.ProductID(anyID.Draw(t, "product")), SKUID: core.SKUID(anyID.Draw(t, "sku")), SpecID: core.SpecID(anyID.Draw(t, "spec")),
					Quantity: rapid.Int64Range(0, 99).Draw(t, "quantity"), UnitPrice: anyUnit.Draw(t, "price"), Amount: anyAmount.Draw(t, "amount"), Problem: anyProblem(t)}
			}))}
			got, err := QuoteFrom(throughBytes(t, QuoteTo(q), &pb.Quote{}))
			require.NoError(t, err)
			require.Equal(t, q, got)
			r := core.QuoteRequest{Lines: lines(t), Address: anyAddress(t), Options: anyTable.Draw(t, "options")}
			back, err := QuoteRequestFrom(throughBytes(t, QuoteRequestTo(r), &pb.QuoteRequest{}))
			require.NoError(t, err)
			require.Equal(t, r, back)
		},
		"cancel, confirm, get": func(t *rapid.T) {
			ref := anyRef.Draw(t, "order")
			c, err := CancelOrderFrom(throughBytes(t, CancelOrderTo(core.CancelOrderRequest{Order: ref, Reason: "r", Attempt: core.Attempt{No: 2}}), &pb.CancelOrderRequest{}))
			require.NoError(t, err)
			require.Equal(t, core.CancelOrderRequest{Order: ref, Reason: "r", Attempt: core.Attempt{No: 2}}, c)
			state, err := CancellationFrom(throughBytes(t, CancellationTo(core.Cancellation{Order: ref, State: core.CancelAccepted}), &pb.Cancellation{}))
			require.NoError(t, err)
			require.Equal(t, core.CancelAccepted, state.State)
			confirm, err := ConfirmReceiptFrom(throughBytes(t, ConfirmReceiptTo(core.ConfirmReceiptRequest{Order: ref, Lines: []core.LineID{"1"}}), &pb.ConfirmReceiptRequest{}))
			require.NoError(t, err)
			require.Equal(t, core.ConfirmReceiptRequest{Order: ref, Lines: []core.LineID{"1"}}, confirm)
			receipt, err := ReceiptFrom(throughBytes(t, ReceiptTo(core.Receipt{Order: ref}), &pb.Receipt{}))
			require.NoError(t, err)
			require.Equal(t, ref, receipt.Order)
			get, err := GetOrderFrom(throughBytes(t, GetOrderTo(core.GetOrderRequest{Order: ref, Raw: true}), &pb.GetOrderRequest{}))
			require.NoError(t, err)
			require.Equal(t, core.GetOrderRequest{Order: ref, Raw: true}, get)
			refund, err := GetRefundFrom(throughBytes(t, GetRefundTo(core.GetRefundRequest{Order: ref, ID: "7"}), &pb.GetRefundRequest{}))
			require.NoError(t, err)
			require.Equal(t, core.GetRefundRequest{Order: ref, ID: "7"}, refund)
		},
		"description": func(t *rapid.T) {
			d := core.Description{Adapter: anyID.Draw(t, "adapter"), Version: anyID.Draw(t, "version"), Market: "1688", Gateway: someText.Draw(t, "gateway"),
				Operations: map[core.Operation]core.Capability{core.OpPay: {Support: upTo(t, core.Provisional), Enabled: rapid.Bool().Draw(t, "on"), Reason: someText.Draw(t, "reason"),
					Effect: core.Effect{Class: upTo(t, core.EffectDedup), Fence: anyDuration.Draw(t, "fence"), Why: someText.Draw(t, "why")}}},
				Idempotency: upTo(t, core.NativeKey), Limits: core.Limits{LinesPerOrder: rapid.IntRange(0, 99).Draw(t, "lines"), PageSize: 20}, Options: anyTable.Draw(t, "options")}
			got, err := DescriptionFrom(throughBytes(t, DescriptionTo(d), &pb.Description{}))
			require.NoError(t, err)
			require.Equal(t, d, got)
		},
		"fence": func(t *rapid.T) {
			r := core.ProveFenceRequest{Age: anyDuration.Draw(t, "age")}
			require.Equal(t, r, ProveFenceFrom(throughBytes(t, ProveFenceTo(r), &pb.ProveFenceRequest{})))
			p := core.FenceProof{Gateway: anyID.Draw(t, "gateway"), FreshTaken: rapid.Bool().Draw(t, "fresh"), OldRefused: rapid.Bool().Draw(t, "old"),
				Said: core.GatewayError{Code: anyID.Draw(t, "code"), Message: someText.Draw(t, "message"), RequestID: anyID.Draw(t, "request")}}
			require.Equal(t, p, FenceProofFrom(throughBytes(t, FenceProofTo(p), &pb.FenceProof{})))
		},
		"error": func(t *rapid.T) {
			e := &core.Error{Code: upTo(t, core.Canceled), Outcome: upTo(t, core.Done), Op: core.OpPay, Field: anyID.Draw(t, "field"), Message: someText.Draw(t, "message"),
				Gateway: core.GatewayError{Code: anyID.Draw(t, "code"), Message: someText.Draw(t, "said"), RequestID: anyID.Draw(t, "request")}, Detail: texts3(t)}
			require.Equal(t, e, ErrorFrom(throughBytes(t, ErrorTo(e, true), &pb.Error{})))
		},
	} {
		t.Run(name, rapid.MakeCheck(check))
	}
}

func TestUnknownEnumValuesAreTheHarmlessOne(t *testing.T) {
	o, err := OrderFrom(&pb.Order{Order: &pb.OrderRef{Id: "1"}, Status: 99, UpstreamStatus: "lost at sea"})
	require.NoError(t, err)
	require.Equal(t, core.StatusUnknown, o.Status)
	require.Equal(t, "lost at sea", o.UpstreamStatus)
	e := ErrorFrom(&pb.Error{Code: 99, Outcome: 99})
	require.Equal(t, core.Internal, e.Code)
	require.Equal(t, core.InDoubt, e.Outcome)
	p, err := PaymentFrom(&pb.Payment{State: -1})
	require.NoError(t, err)
	require.Equal(t, core.PaymentUnknown, p.State)
}

func TestWhatAStrangerSendsIsCheckedAndNamed(t *testing.T) {
	order := func(change func(*pb.Order)) *pb.Order {
		o := &pb.Order{Order: &pb.OrderRef{Id: "1"}, Totals: &pb.Totals{}, Lines: []*pb.Line{{}}}
		change(o)
		return o
	}
	for field, m := range map[string]*pb.Order{
		"order.id":                  order(func(o *pb.Order) { o.Order.Id = "1\n2" }),
		"order.totals.payable":      order(func(o *pb.Order) { o.Totals.Payable = &pb.Money{Amount: "NaN", Currency: "CNY"} }),
		"order.totals.goods":        order(func(o *pb.Order) { o.Totals.Goods = &pb.Money{Amount: "1e9", Currency: "CNY"} }),
		"order.totals.shipping":     order(func(o *pb.Order) { o.Totals.Shipping = &pb.Money{Amount: "1.00", Currency: "XXX"} }),
		"order.totals.discount":     order(func(o *pb.Order) { o.Totals.Discount = &pb.Money{Amount: "1.005", Currency: "CNY"} }),
		"order.lines[0].unit_price": order(func(o *pb.Order) { o.Lines[0].UnitPrice = &pb.Money{Amount: "", Currency: "CNY"} }),
		"order.lines[0].quantity":   order(func(o *pb.Order) { o.Lines[0].Quantity = -1 }),
		"order.lines":               order(func(o *pb.Order) { o.Lines = make([]*pb.Line, maxLines+1) }),
		"order.raw_json":            order(func(o *pb.Order) { o.RawJson = []byte("{") }),
		"order.parcels":             order(func(o *pb.Order) { o.Parcels = make([]*pb.Parcel, maxEntries+1) }),
		"order.siblings":            order(func(o *pb.Order) { o.Siblings = make([]*pb.Order, maxEntries+1) }),
		"order.handle":              order(func(o *pb.Order) { o.Order.Handle = strings.Repeat("x", 64<<10+1) }),
	} {
		_, err := OrderFrom(m)
		require.ErrorContains(t, err, field)
	}
}

// What is read wrongly here would let a machine send again.
func TestAnEffectIsReadWithCare(t *testing.T) {
	read := func(m *pb.Effect) core.Effect {
		d, err := DescriptionFrom(&pb.Description{Operations: map[string]*pb.Capability{"pay": {Effect: m}}})
		require.NoError(t, err)
		return d.Operations[core.OpPay].Effect
	}
	require.Equal(t, core.Effect{}, read(nil), "an absent one is for a person")
	require.Equal(t, core.EffectHuman, read(&pb.Effect{Class: 99}).Class)
	require.Equal(t, core.EffectHuman, read(&pb.Effect{Class: -1}).Class)
	require.Zero(t, read(&pb.Effect{FenceMs: -600_000}).Fence, "a negative fence is none")
	require.Greater(t, read(&pb.Effect{FenceMs: math.MaxInt64}).Fence, 1000*time.Hour, "one without room does not become short")
	require.Equal(t, 600_001*time.Millisecond, read(effectTo(core.Effect{Fence: 600*time.Second + 1})).Fence, "a fence never becomes shorter on the way")
	require.Equal(t, 700_001*time.Millisecond, ProveFenceFrom(ProveFenceTo(core.ProveFenceRequest{Age: 700*time.Second + 1})).Age, "nor does an age")
	require.Equal(t, "x\uFFFD", FenceProofTo(core.FenceProof{Gateway: "x\xff"}).GetGateway(), "one that is not UTF-8 has no form on the wire")
	require.Equal(t, "a b", FenceProofFrom(&pb.FenceProof{GatewayMessage: "a\nb\x1b"}).Said.Message)
}

func TestThatAPersonIsNeededIsNotAnAdaptersToSay(t *testing.T) {
	require.Equal(t, core.Internal, ErrorFrom(ErrorTo(&core.Error{Code: core.NeedsHuman, Message: "x"}, true)).Code)
}

func TestTextsLoseWhatMovesATerminal(t *testing.T) {
	o, err := OrderFrom(&pb.Order{Order: &pb.OrderRef{Id: "1"}, UpstreamStatus: "a\x1b[31m\u202eb\nc\xff"})
	require.NoError(t, err)
	require.Equal(t, "a[31mb c\uFFFD", o.UpstreamStatus)
}

func TestAForeignErrorSaysNothingOfTheOutcome(t *testing.T) {
	require.Equal(t, pb.Outcome_OUTCOME_UNSPECIFIED, ErrorTo(errors.New("x"), true).GetOutcome())
	require.Equal(t, pb.Outcome_OUTCOME_NOT_DONE, ErrorTo(errors.New("x"), false).GetOutcome())
}

// The numbers of both sides are the same by hand, so their names are compared.
func TestEveryEnumValueMeansTheSameOnBothSides(t *testing.T) {
	compare(t, "OUTCOME_", pb.Outcome_name, core.Done)
	compare(t, "ERROR_CODE_", pb.ErrorCode_name, core.NeedsHuman)
	compare(t, "EFFECT_CLASS_", pb.EffectClass_name, core.EffectDedup)
	compare(t, "SUPPORT_", pb.Support_name, core.Provisional)
	compare(t, "IDEMPOTENCY_", pb.Idempotency_name, core.NativeKey)
	compare(t, "STATUS_", pb.Status_name, core.Closed)
	compare(t, "PAYMENT_STATE_", pb.PaymentState_name, core.PaymentRefused)
	compare(t, "REFUND_KIND_", pb.RefundKind_name, core.ReturnAndRefund)
	compare(t, "GOODS_STATE_", pb.GoodsState_name, core.GoodsReceived)
	compare(t, "REFUND_STATE_", pb.RefundState_name, core.RefundClosed)
	compare(t, "CANCEL_STATE_", pb.CancelState_name, core.CancelAccepted)
}

func compare[E interface {
	~uint8
	String() string
}](t *testing.T, prefix string, names map[int32]string, last E) {
	t.Helper()
	require.Len(t, names, int(last)+1, "%s: both sides have the same values", prefix)
	for n := 1; n <= int(last); n++ { // 0 is the harmless one, whatever it is called
		require.Equal(t, names[int32(n)], prefix+strings.ToUpper(E(n).String()))
	}
}

func TestATimeWithoutAYearOfFourDigitsIsNotKnown(t *testing.T) {
	for _, ms := range []int64{math.MaxInt64, math.MinInt64, 253402300800000} {
		o, err := OrderFrom(&pb.Order{Order: &pb.OrderRef{Id: "1"}, Times: &pb.Times{PaidMs: ms}})
		require.NoError(t, err)
		require.True(t, o.Times.Paid.IsZero())
		_, err = json.Marshal(o)
		require.NoError(t, err, "an order that has no JSON form cannot be recorded")
	}
}

func TestAnErrorThatSaysNothingIsAnError(t *testing.T) {
	var none *core.Error
	m := ErrorTo(none, true)
	require.Equal(t, pb.Outcome_OUTCOME_UNSPECIFIED, m.GetOutcome())
	require.NotEmpty(t, m.GetMessage())
	require.Equal(t, "x\uFFFD", ErrorTo(&core.Error{Message: "x\xff"}, true).GetMessage())
}
