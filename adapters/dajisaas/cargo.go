package dajisaas

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/wirejson"
)

// cargo is one line to buy. Goods without variants have no specId.
type cargo struct {
	OfferID  wirejson.IntID `json:"offerId"`
	SpecID   string         `json:"specId,omitempty"`
	Quantity int64          `json:"quantity"`
}

// cargoOf refuses lines that dajisaas would buy otherwise than asked.
func cargoOf(lines []core.OrderLine) ([]cargo, error) {
	if len(lines) > maxLines {
		return nil, core.Invalid("lines", "has %d entries; dajisaas takes at most %d in one order", len(lines), maxLines)
	}
	goods := make([]cargo, 0, len(lines))
	var seller core.SellerID
	for i, line := range lines {
		at := fmt.Sprintf("lines[%d].", i)
		switch {
		case !isNumber(string(line.ProductID)):
			return nil, core.Invalid(at+"product_id", "is not an offer number of 1688 (offerId), which has digits only")
		case line.SKUID != "" && line.SpecID == "":
			return nil, core.Invalid(at+"spec_id", "is missing; dajisaas takes a variant by its specId, and would not see the sku_id")
		case seller != "" && line.SellerID != "" && line.SellerID != seller:
			return nil, core.Invalid(at+"seller_id", "is another seller's than the lines before; dajisaas takes the goods of one seller in one order")
		}
		if line.SellerID != "" {
			seller = line.SellerID
		}
		goods = append(goods, cargo{OfferID: wirejson.IntID(line.ProductID), SpecID: string(line.SpecID), Quantity: line.Quantity})
	}
	return goods, nil
}

// same reports whether an answer's offer and variant are those of an asked line. An answer may leave
// one of them out.
func same(asked core.OrderLine, offer, spec wirejson.ID) bool {
	switch {
	case offer == "" && spec == "":
		return false
	case offer != "" && string(offer) != string(asked.ProductID):
		return false
	}
	return spec == "" || string(spec) == string(asked.SpecID)
}

// checkOptions refuses an option that would be ignored: it may change what is bought.
func (a *Adapter) checkOptions(given map[string]string) error {
	known := options[a.settings.Market]
	for name := range given {
		if _, ok := known[name]; !ok {
			return core.Invalid("options."+name, "is not known; there are %s", strings.Join(slices.Sorted(maps.Keys(known)), " and "))
		}
	}
	return nil
}
