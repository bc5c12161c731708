package alibaba1688

import (
	"fmt"
	"strings"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/wirejson"
)

// cargo is a line of v1, by the offer's number.
type cargo struct {
	OfferID  wirejson.IntID `json:"offerId"`
	SpecID   string         `json:"specId"`
	Quantity int64          `json:"quantity"`
}

// cargoV2 is a line of v2, by the offer's encrypted id.
type cargoV2 struct {
	SellerOpenID string `json:"sellerOpenId,omitempty"`
	OfferMapID   string `json:"offerMapId"`
	SpecID       string `json:"specId,omitempty"`
	Quantity     int64  `json:"quantity"`
}

// isOpaque tells v2's encrypted offer ids from v1's numbers.
func isOpaque(id core.ProductID) bool { return strings.Trim(string(id), "0123456789") != "" }

// checkLines refuses lines that cannot be one order, and says whether they are v2's.
func checkLines(lines []core.OrderLine) (opaque bool, err error) {
	if len(lines) == 0 || len(lines) > maxLines {
		return false, core.Invalid("lines", "has %d entries; a 1688 order takes 1 to %d", len(lines), maxLines)
	}
	opaque = isOpaque(lines[0].ProductID)
	var seller core.SellerID
	for i, line := range lines {
		if err := checkLine(line, opaque); err != nil {
			err.Field = fmt.Sprintf("lines[%d].%s", i, err.Field)
			return opaque, err
		}
		if seller != "" && line.SellerID != "" && line.SellerID != seller {
			return opaque, core.Invalid(fmt.Sprintf("lines[%d].seller_id", i), "is another seller than that of the lines before; a 1688 order has one seller")
		}
		if line.SellerID != "" {
			seller = line.SellerID
		}
	}
	return opaque, nil
}

func checkLine(line core.OrderLine, opaque bool) *core.Error {
	switch {
	case line.Quantity < 1:
		return core.Invalid("quantity", "is %d; give 1 or more", line.Quantity)
	case isOpaque(line.ProductID) != opaque:
		return core.Invalid("product_id", "is of another kind than that of the lines before: numbers and encrypted ids (offerMapId) cannot be in one order")
	case !opaque && !isNumber(string(line.ProductID)):
		return core.Invalid("product_id", "is not an offer id of 1688, which is a number of up to 19 digits")
	case !opaque && line.SpecID == "":
		return core.Invalid("spec_id", "is missing; PandaPon orders a variant of an offer by its specId")
	}
	return nil
}

func cargoOf(lines []core.OrderLine) []cargo {
	list := make([]cargo, 0, len(lines))
	for _, line := range lines {
		list = append(list, cargo{wirejson.IntID(line.ProductID), string(line.SpecID), line.Quantity})
	}
	return list
}

func cargoV2Of(lines []core.OrderLine) []cargoV2 {
	list := make([]cargoV2, 0, len(lines))
	for _, line := range lines {
		list = append(list, cargoV2{string(line.SellerID), string(line.ProductID), string(line.SpecID), line.Quantity})
	}
	return list
}

// checkOptions refuses options that would be ignored.
func checkOptions(given map[string]string) error {
	for name := range given {
		if _, known := options[name]; !known {
			return core.Invalid("options."+name, "is not an option of this adapter; it knows %s, %s, %s", optionFlow, optionPromotion, optionTradeType)
		}
	}
	return nil
}
