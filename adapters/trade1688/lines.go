package trade1688

import (
	"fmt"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/wirejson"
)

func (t trade) lines(paid bool) ([]core.Line, error) {
	items := t.ProductItems.Value
	if len(items) > maxLines {
		return nil, field("productItems", fmt.Errorf("over %d lines", maxLines))
	}
	var lines []core.Line
	for i, one := range items {
		line, err := one.line(paid)
		if err != nil {
			return nil, field(fmt.Sprintf("productItems[%d]", i), err)
		}
		lines = append(lines, line)
	}
	return lines, nil
}

func (i item) line(paid bool) (core.Line, error) {
	price, err := i.PriceYuan.UnitYuan()
	if err != nil {
		return core.Line{}, field("price", err)
	}
	amount, err := i.ItemAmountYuan.Yuan()
	if err != nil {
		return core.Line{}, field("itemAmount", err)
	}
	return core.Line{
		ID:             i.lineID(),
		ProductID:      core.ProductID(i.ProductID),
		SKUID:          core.SKUID(i.SKUID),
		SpecID:         core.SpecID(i.SpecID),
		Name:           clean(i.Name),
		Quantity:       i.pieces(),
		Unit:           clean(i.Unit),
		UnitPrice:      price,
		Amount:         amount,
		Status:         statusOf(string(i.Status), paid),
		UpstreamStatus: clean(i.Status),
		Attributes:     i.attributes(),
	}, nil
}

// pieces is 0, not known, for goods that are sold by a fraction of a unit; attributes keeps what was
// sent.
func (i item) pieces() int64 {
	n, _ := i.wholeQuantity()
	return n
}

func (i item) wholeQuantity() (n int64, ok bool) {
	if i.Quantity == "" {
		return 0, true
	}
	n, err := wirejson.ParseInt(string(i.Quantity))
	if err != nil || n < 0 {
		return 0, false
	}
	return n, true
}

// attributes are the choices of the variant by name, nil where there are none.
func (i item) attributes() map[string]string {
	found := map[string]string{}
	if _, whole := i.wholeQuantity(); !whole {
		found["quantity"] = clean(i.Quantity)
	}
	for _, one := range i.SKUInfos.Value {
		if name := clean(one.Value.Name); name != "" {
			found[name] = clean(one.Value.Value)
		}
	}
	if len(found) == 0 {
		return nil
	}
	return found
}
