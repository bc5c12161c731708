package alibaba1688

import (
	"fmt"
	"strconv"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/wirejson"
)

// isNumber tells ids that a JSON integer holds exactly.
func isNumber(id string) bool {
	n, err := strconv.ParseInt(id, 10, 64)
	return err == nil && n > 0 && strconv.FormatInt(n, 10) == id
}

// orderNumber is an order's id for the calls that take it, in text or as an integer.
func orderNumber(order core.OrderRef) (wirejson.IntID, error) {
	if !isNumber(string(order.ID)) {
		return "", core.Invalid("order.id", "is not an order id of 1688, which is a number of up to 19 digits; take the id that create or list gave")
	}
	return wirejson.IntID(order.ID), nil
}

// lineNumbers are the sub-order ids of lines, as integers.
func lineNumbers(lines []core.LineID) ([]wirejson.IntID, error) {
	var numbers []wirejson.IntID
	for i, line := range lines {
		if !isNumber(string(line)) {
			return nil, core.Invalid(fmt.Sprintf("lines[%d].id", i), "is not a line id of 1688, which is a number of up to 19 digits")
		}
		numbers = append(numbers, wirejson.IntID(line))
	}
	return numbers, nil
}
