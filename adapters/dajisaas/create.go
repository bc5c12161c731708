package dajisaas

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/wirejson"
)

// What 1688 sells as where the caller says nothing (DOC).
const (
	generalFlow   = "general"
	crossBusiness = "cross"
)

type createBody struct {
	// ThirdOrderID comes back as outOrderId in detail and list.
	ThirdOrderID   string       `json:"thirdOrderId"`
	Flow           string       `json:"flow"`
	Message        string       `json:"message"`
	IsvBizType     string       `json:"isvBizType"`
	AddressParam   addressParam `json:"addressParam"`
	CargoParamList []cargo      `json:"cargoParamList"`
}

// CreateOrder makes an unpaid order of one seller. A cancelled or failed call may have happened; the
// list finds the order by its ref then, and finding none proves nothing (the sign has no time).
func (a *Adapter) CreateOrder(ctx context.Context, r core.CreateOrderRequest) (core.Order, error) {
	if r.Ref == "" {
		return core.Order{}, core.Invalid("ref", "is missing; an order whose answer is lost is found by it")
	}
	if err := a.checkOptions(r.Options); err != nil {
		return core.Order{}, err
	}
	body, err := a.market.createBody(r)
	if err != nil {
		return core.Order{}, err
	}
	got, err := a.call(ctx, call{op: core.OpCreateOrder, body: body, attempt: &r.Attempt, private: private(r.Address)})
	if err != nil {
		return core.Order{}, err
	}
	return a.market.created(r, got)
}

// created reads the answer of one order. Over 50 lines 1688 makes several, and no document says how the
// answer names them: such an answer is in doubt. Lines that 1688 refused while it took others carry
// Line.Problem.
func (alibaba) created(r core.CreateOrderRequest, got answer) (core.Order, error) {
	var created createAnswer
	if err := got.into(&created); err != nil {
		return core.Order{}, err
	}
	return created.order(r, got)
}

func (alibaba) createBody(r core.CreateOrderRequest) (any, error) {
	goods, err := cargoOf(r.Lines)
	if err != nil {
		return nil, err
	}
	address, err := addressOf(r.Address)
	if err != nil {
		return nil, err
	}
	return createBody{
		ThirdOrderID: string(r.Ref), Message: r.Message,
		Flow:         cmp.Or(r.Options[optionFlow], generalFlow),
		IsvBizType:   cmp.Or(r.Options[optionBizType], crossBusiness),
		AddressParam: address, CargoParamList: goods,
	}, nil
}

type createAnswer struct {
	verdict
	OrderID wirejson.ID `json:"orderId"`
	// TotalSuccessAmountFen is fen, while detail and list speak of yuan.
	TotalSuccessAmountFen wirejson.Number            `json:"totalSuccessAmount"`
	FailedOfferList       wirejson.List[failedOffer] `json:"failedOfferList"`
}

// failedOffer is UPSTREAM's; dajisaas documents the member as null only.
type failedOffer struct {
	verdict
	OfferID wirejson.ID `json:"offerId"`
	SpecID  wirejson.ID `json:"specId"`
}

var (
	errNoOrderID = errors.New("it names no single order (1688 may have made several)")
	errAllFailed = errors.New("it names an order and says that every line failed")
)

// order believes an id only where nothing in the answer contradicts it.
func (c createAnswer) order(r core.CreateOrderRequest, got answer) (core.Order, error) {
	if c.failed() {
		return core.Order{}, c.lookUp(r, got.failed(c.verdict))
	}
	if !isNumber(string(c.OrderID)) {
		return core.Order{}, c.lookUp(r, got.bad(errNoOrderID))
	}
	payable, err := c.TotalSuccessAmountFen.Fen()
	if err != nil {
		return core.Order{}, c.lookUp(r, got.bad(fmt.Errorf("totalSuccessAmount: %w", err)))
	}
	lines, err := c.lines(r, got)
	if err != nil {
		return core.Order{}, c.lookUp(r, got.bad(err))
	}
	return core.Order{
		Ref: r.Ref, OrderRef: core.OrderRef{ID: core.OrderID(c.OrderID)}, MarketplaceIDs: []string{string(c.OrderID)},
		Market: core.Alibaba1688, Status: core.AwaitingPayment, Lines: lines, Totals: core.Totals{Payable: payable},
	}, nil
}

func (c createAnswer) lookUp(r core.CreateOrderRequest, e *core.Error) *core.Error {
	return lookUp(r, e, c.OrderID)
}

// lookUp tells a person where to look.
func lookUp(r core.CreateOrderRequest, e *core.Error, named ...wirejson.ID) *core.Error {
	e.Detail = append(e.Detail, "if the order was made, the order list has it under the ref "+string(r.Ref))
	for _, id := range named {
		if isNumber(string(id)) {
			e.Detail = append(e.Detail, "the answer names the order "+string(id))
		}
	}
	return e
}

// lines are none where all were taken: the answer does not repeat them. Otherwise they are those
// that were asked for, with what 1688 said against the ones that it left out.
func (c createAnswer) lines(r core.CreateOrderRequest, got answer) ([]core.Line, error) {
	if len(c.FailedOfferList) == 0 {
		return nil, nil
	}
	lines := make([]core.Line, 0, len(r.Lines))
	for _, asked := range r.Lines {
		lines = append(lines, core.Line{ProductID: asked.ProductID, SKUID: asked.SKUID, SpecID: asked.SpecID, Quantity: asked.Quantity})
	}
	for i, failed := range c.FailedOfferList {
		problem, known := got.said(failed.verdict), false
		for j, asked := range r.Lines {
			if same(asked, failed.OfferID, failed.SpecID) {
				lines[j].Problem, known = &problem, true
			}
		}
		if !known {
			return nil, fmt.Errorf("failedOfferList[%d] is none of the lines that were asked for", i)
		}
	}
	if !slices.ContainsFunc(lines, func(l core.Line) bool { return l.Problem == nil }) {
		return nil, errAllFailed
	}
	return lines, nil
}
