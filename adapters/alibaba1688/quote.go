package alibaba1688

import (
	"context"
	"errors"

	"github.com/sampan-go/sampan/adapters/internal/gateway"
	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/wirejson"
)

type previewBody struct {
	AddressParam addressParam `json:"addressParam"`
	// CargoParamList is []cargo or []cargoV2.
	CargoParamList any `json:"cargoParamList"`
}

// Quote asks what a purchase would cost. Options do not enter it: the preview knows none of them.
// A refusal inside the answer is a Problem and leaves the totals out.
func (a *Adapter) Quote(ctx context.Context, r core.QuoteRequest) (core.Quote, error) {
	call, err := previewCall(r)
	if err != nil {
		return core.Quote{}, err
	}
	reply, err := a.gateway.Call(ctx, call)
	if err != nil {
		return core.Quote{}, hideAddress(err, r.Address)
	}
	answer, err := readPreview(reply.Data)
	if err != nil {
		return core.Quote{}, badAnswer(core.OpQuote, false, reply, err)
	}
	quote, err := answer.quote(r, reply)
	if err != nil {
		return core.Quote{}, badAnswer(core.OpQuote, false, reply, err)
	}
	return quote, nil
}

func previewCall(r core.QuoteRequest) (gateway.Call, error) {
	opaque, err := checkLines(r.Lines)
	if err != nil {
		return gateway.Call{}, err
	}
	if err := checkOptions(r.Options); err != nil {
		return gateway.Call{}, err
	}
	address, err := addressOf(r.Address, opaque)
	if err != nil {
		return gateway.Call{}, err
	}
	if opaque {
		return gateway.Call{Endpoint: epPreviewV2, Body: previewBody{address, cargoV2Of(r.Lines)}}, nil
	}
	return gateway.Call{Endpoint: epPreview, Body: previewBody{address, cargoOf(r.Lines)}}, nil
}

// preview is an answer in either of its shapes.
type preview struct {
	verdict
	// Parts are the orders that 1688 would make.
	Parts wirejson.List[previewPart] `json:"orderPreviewResuslt"`
	// goodsInFen: the sums are fen in both shapes, the goods only in the sister's.
	goodsInFen bool
}

// previewPart has cargoList (documented, goods in yuan) or orderItemTOList (SIBLING, all in fen).
type previewPart struct {
	verdict
	Status                  wirejson.Bool               `json:"status"`
	SumPaymentFen           wirejson.Number             `json:"sumPayment"`
	SumTotalPaymentFen      wirejson.Number             `json:"sumTotalPayment"`
	SumCarriageFen          wirejson.Number             `json:"sumCarriage"`
	SumPaymentNoCarriageFen wirejson.Number             `json:"sumPaymentNoCarriage"`
	DiscountFeeFen          wirejson.Number             `json:"discountFee"`
	CargoList               wirejson.List[previewGoods] `json:"cargoList"`
	OrderItemTOList         wirejson.List[previewGoods] `json:"orderItemTOList"`
}

type previewGoods struct {
	verdict
	OfferID wirejson.ID `json:"offerId"`
	SKUID   wirejson.ID `json:"skuId"`
	SpecID  wirejson.ID `json:"specId"`
	// Amount and FinalUnitPrice are yuan or fen by the shape of the answer.
	Amount         wirejson.Number `json:"amount"`
	FinalUnitPrice wirejson.Number `json:"finalUnitPrice"`
}

// readPreview decides the unit of the goods by the shape: an object is the documented answer, an
// array the sister platform's.
func readPreview(data []byte) (preview, error) {
	var p preview
	if len(data) > 0 && data[0] == '[' {
		p.goodsInFen = true
		return p, wirejson.Decode(data, &p.Parts)
	}
	if data == nil {
		return p, errNoPreview
	}
	return p, wirejson.Decode(data, &p)
}

var errNoPreview = errors.New("it holds no preview")
