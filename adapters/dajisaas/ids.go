package dajisaas

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/wirejson"
)

// isNumber reports the digits of an int64 that is not 0, as both markets number orders and goods.
func isNumber(id string) bool {
	if id == "" || id[0] == '0' || strings.Trim(id, "0123456789") != "" {
		return false
	}
	_, err := strconv.ParseInt(id, 10, 64)
	return err == nil
}

func (alibaba) idWord() string { return "an order number of 1688" }

func (a *Adapter) orderNumber(order core.OrderRef) (string, error) {
	if !isNumber(string(order.ID)) {
		return "", core.Invalid("order.id", "is not %s, which has digits only", a.market.idWord())
	}
	return string(order.ID), nil
}

// lineNumbers are sent as JSON integers with all their digits.
func lineNumbers(lines []core.LineID) ([]wirejson.IntID, error) {
	numbers := make([]wirejson.IntID, 0, len(lines))
	for i, id := range lines {
		if !isNumber(string(id)) {
			return nil, core.Invalid(fmt.Sprintf("lines[%d]", i), "is not a line number of 1688, which has digits only")
		}
		numbers = append(numbers, wirejson.IntID(id))
	}
	return numbers, nil
}
