package trade1688

import "github.com/sampan-go/sampan/core/wirejson"

// payment is an element of tradeTerms or of newStepOrderList.
type payment struct {
	PayStatus wirejson.Text `json:"payStatus"`
}

// payments are documented as strings and sent as objects. What cannot be read proves no payment.
type payments []payment

func (p *payments) UnmarshalJSON(data []byte) error {
	*p = nil
	for _, element := range loose[wirejson.List[rawElement]](data) {
		*p = append(*p, loose[payment](element))
	}
	return nil
}

// attribute is one choice of a variant, such as colour: white.
type attribute struct {
	Name  wirejson.Text `json:"name"`
	Value wirejson.Text `json:"value"`
}

// attributes only describe goods: what cannot be read is left out.
type attributes []attribute

func (a *attributes) UnmarshalJSON(data []byte) error {
	*a = nil
	for _, element := range loose[wirejson.List[rawElement]](data) {
		*a = append(*a, loose[attribute](element))
	}
	return nil
}

// rawElement keeps an element as it came.
type rawElement []byte

func (r *rawElement) UnmarshalJSON(data []byte) error {
	*r = append((*r)[:0], data...)
	return nil
}

// loose reads a member, or a string that holds it, whose loss costs neither money nor an id. Another
// shape is the zero value.
func loose[T any](data []byte) T {
	var e wirejson.Embedded[T]
	if err := e.UnmarshalJSON(data); err != nil {
		var none T
		return none
	}
	return e.Value
}
