package trade1688

import "github.com/sampan-go/sampan/core/wirejson"

// loose is a list of which each element may be lost, and the whole too: see wirejson.Soft.
type loose[T any] = wirejson.Soft[wirejson.List[wirejson.Soft[T]]]

// payment is an element of tradeTerms or of newStepOrderList, which are documented as strings and sent
// as objects. What cannot be read proves no payment.
type payment struct {
	PayStatus wirejson.Text `json:"payStatus"`
}

// attribute is one choice of a variant, such as colour: white. Attributes only describe goods.
type attribute struct {
	Name  wirejson.Text `json:"name"`
	Value wirejson.Text `json:"value"`
}
