package alibaba1688

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"

	"github.com/sampan-go/sampan/adapters/internal/gateway"
	"github.com/sampan-go/sampan/core"
)

// createBody is the body of the create and of the batch create. The optional members are left out
// where the caller says nothing: 1688 then takes its defaults.
type createBody struct {
	Flow            string       `json:"flow"`
	Message         string       `json:"message"`
	ShopPromotionID string       `json:"shopPromotionId,omitempty"`
	TradeType       string       `json:"tradeType,omitempty"`
	AddressParam    addressParam `json:"addressParam"`
	// CargoParamList is []cargo or []cargoV2.
	CargoParamList any `json:"cargoParamList"`
}

// CreateOrder makes an unpaid order of one seller; over 50 lines 1688 makes several of it. A
// cancelled or failed call may have happened, and no later call can prove that it has not: PandaPon
// takes no number of ours.
//
// The note to the seller ends with a token made from Ref, which the list shows (as message) and the
// seller sees.
func (a *Adapter) CreateOrder(ctx context.Context, r core.CreateOrderRequest) (core.Order, error) {
	call, err := createCall(r)
	if err != nil {
		return core.Order{}, err
	}
	reply, err := a.gateway.Call(ctx, call)
	if err != nil {
		return core.Order{}, createError(err, r)
	}
	order, err := a.created(r, reply)
	if err != nil {
		return core.Order{}, createError(err, r)
	}
	return order, nil
}

// createCall chooses v1 or v2 by the products' ids: v1 cannot hold an encrypted one.
func createCall(r core.CreateOrderRequest) (gateway.Call, error) {
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
	body := createBody{
		Flow: cmp.Or(r.Options[optionFlow], "general"), Message: note(r),
		ShopPromotionID: r.Options[optionPromotion], TradeType: r.Options[optionTradeType],
		AddressParam: address,
	}
	call := gateway.Call{Endpoint: epCreate, Attempt: &r.Attempt}
	if opaque {
		if err := checkSellers(r.Lines); err != nil {
			return gateway.Call{}, err
		}
		call.Endpoint, body.CargoParamList = epBatchCreate, cargoV2Of(r.Lines)
	} else {
		body.CargoParamList = cargoOf(r.Lines)
	}
	call.Body = body
	return call, nil
}

// checkSellers holds for the batch create, which would make an order per seller.
func checkSellers(lines []core.OrderLine) error {
	for i, line := range lines {
		if line.SellerID == "" {
			return core.Invalid(fmt.Sprintf("lines[%d].seller_id", i), "is missing; goods with an encrypted id are ordered with their seller's sellerOpenId")
		}
	}
	return nil
}

// note is the caller's message with our token behind it.
func note(r core.CreateOrderRequest) string {
	return strings.TrimSpace(r.Message + " " + noteToken(r.Ref))
}

// noteToken is what a person, or a later look-up, finds a lost order by: "#" and 8 characters that
// depend on the ref alone.
func noteToken(ref core.Ref) string {
	sum := sha256.Sum256([]byte(ref))
	return "#" + strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:8]
}

// createError hides the address that the gateway may have repeated, and tells a person what to look
// for where the outcome is in doubt.
func createError(err error, r core.CreateOrderRequest) error {
	err = hideAddress(err, r.Address)
	e, ok := errors.AsType[*core.Error](err)
	if !ok || e.Outcome != core.InDoubt {
		return err
	}
	told := *e
	told.Detail = append(told.Detail, "if the order was made, the note to the seller ends with "+noteToken(r.Ref)+"; look for it in the order list")
	return &told
}
