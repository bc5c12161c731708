package core

import (
	"fmt"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sampan-go/sampan/core/money"
)

const (
	maxRefBytes     = 64
	maxLines        = 500
	maxEvidence     = 20
	maxQuantity     = 1_000_000
	maxTextBytes    = 64 << 10
	maxMessageBytes = 4 << 10
)

// Validate refuses a request that no marketplace could take. It sends nothing and looks nothing up.
func (r CreateOrderRequest) Validate() error {
	if err := validRef(r.Ref); err != nil {
		return err
	}
	if err := validLines(r.Lines); err != nil {
		return err
	}
	if len(r.Message) > maxMessageBytes {
		return Invalid("message", "has %d bytes; at most %d are taken", len(r.Message), maxMessageBytes)
	}
	if !utf8.ValidString(r.Message) {
		return Invalid("message", "is not valid UTF-8")
	}
	if r.MaxTotal.IsSet() && r.MaxTotal.Sign() <= 0 {
		return Invalid("max_total", "is %s; give a positive amount, or leave it out for no bound", r.MaxTotal)
	}
	return validAddress(r.Address)
}

// Validate refuses a request that cannot be quoted.
func (r QuoteRequest) Validate() error {
	if err := validLines(r.Lines); err != nil {
		return err
	}
	return validAddress(r.Address)
}

// Validate refuses a payment without an order or without the amount agreed to.
func (r PayRequest) Validate() error {
	if err := r.Order.validate(); err != nil {
		return err
	}
	return validPositive("expect", r.Expect, "give what you agreed to pay, such as 232.00 CNY")
}

// Validate refuses a refund that says too little.
func (r RefundRequest) Validate() error {
	if err := validRef(r.Ref); err != nil {
		return err
	}
	if err := r.Order.validate(); err != nil {
		return err
	}
	if r.Kind == NoRefund {
		return Invalid("kind", "is missing; use refund_only or return_and_refund")
	}
	named := map[LineID]bool{}
	for i, line := range r.Lines {
		if named[line.ID] {
			return Invalid(fmt.Sprintf("lines[%d].id", i), "is named twice; put the pieces of a line into one entry")
		}
		named[line.ID] = true
		if line.ID == "" {
			return Invalid(fmt.Sprintf("lines[%d].id", i), "is missing; it is the id of a line of the order")
		}
		if line.Quantity < 0 || line.Quantity > maxQuantity {
			return Invalid(fmt.Sprintf("lines[%d].quantity", i), "is %d; give 1 or more, or leave it out for the whole line", line.Quantity)
		}
	}
	for field, text := range map[string]string{"reason": r.Reason, "reason_id": r.ReasonID, "order.handle": string(r.Order.Handle)} {
		if err := validText(field, text, maxTextBytes); err != nil {
			return err
		}
	}
	if len(r.Evidence) > maxEvidence {
		return Invalid("evidence", "has %d entries; at most %d are taken", len(r.Evidence), maxEvidence)
	}
	for i, picture := range r.Evidence {
		if err := validText(fmt.Sprintf("evidence[%d]", i), picture, 4<<10); err != nil {
			return err
		}
	}
	if r.Shipping.IsSet() && (r.Shipping.Sign() < 0 || r.Shipping.Currency() != r.Amount.Currency()) {
		return Invalid("shipping", "is %s; it must not be negative and must have the currency of amount", r.Shipping)
	}
	return validPositive("amount", r.Amount, "give what is to be paid back, such as 12.50 CNY")
}

func (o OrderRef) validate() error {
	if o.ID == "" {
		return Invalid("order.id", "is missing; it is the id that CreateOrder or ListOrders gave")
	}
	return validText("order.id", string(o.ID), 256)
}

func validRef(ref Ref) error {
	if ref == "" {
		return Invalid("ref", "is missing; give your own name for this purchase, the same at every try")
	}
	if len(ref) > maxRefBytes {
		return Invalid("ref", "has %d bytes; at most %d are taken", len(ref), maxRefBytes)
	}
	for _, r := range ref {
		if r <= ' ' || r > '~' {
			return Invalid("ref", "may hold only the printable ASCII characters without space, not %q", r)
		}
	}
	return nil
}

func validLines(lines []OrderLine) error {
	if len(lines) == 0 {
		return Invalid("lines", "is empty; name at least one product")
	}
	if len(lines) > maxLines {
		return Invalid("lines", "has %d entries; at most %d are taken", len(lines), maxLines)
	}
	for i, line := range lines {
		if wrong := line.validate(); wrong != nil {
			wrong.Field = fmt.Sprintf("lines[%d].%s", i, wrong.Field)
			return wrong
		}
	}
	return oneCurrency(lines)
}

func (l OrderLine) validate() *Error {
	switch {
	case l.ProductID == "":
		return Invalid("product_id", "is missing; it is the product's id in the form that the gateway orders by")
	case l.Quantity < 1:
		return Invalid("quantity", "is %d; give 1 or more", l.Quantity)
	case l.Quantity > maxQuantity:
		return Invalid("quantity", "is %d; at most %d are taken", l.Quantity, maxQuantity)
	case l.UnitPrice.IsSet() && l.UnitPrice.Sign() < 0:
		return Invalid("unit_price", "is %s; a price is not negative", l.UnitPrice)
	}
	for field, id := range map[string]string{"product_id": string(l.ProductID), "sku_id": string(l.SKUID), "spec_id": string(l.SpecID), "seller_id": string(l.SellerID)} {
		if wrong := wrongText(field, id, 256); wrong != nil {
			return wrong
		}
	}
	return nil
}

func oneCurrency(lines []OrderLine) error {
	var currency money.Currency
	for i, line := range lines {
		if !line.UnitPrice.IsSet() {
			continue
		}
		if currency != "" && line.UnitPrice.Currency() != currency {
			return Invalid(fmt.Sprintf("lines[%d].unit_price", i), "is in %s, another line in %s; an order has one currency", line.UnitPrice.Currency(), currency)
		}
		currency = line.UnitPrice.Currency()
	}
	return nil
}

// validAddress never repeats a value: an address is personal.
func validAddress(a Address) error {
	fields := map[string]string{"name": a.Name, "mobile": a.Mobile, "phone": a.Phone, "country": a.Country,
		"province": a.Province, "city": a.City, "district": a.District, "town": a.Town, "street": a.Street,
		"postcode": a.Postcode, "district_code": a.DistrictCode}
	for field, text := range fields {
		if err := validText("address."+field, text, 1024); err != nil {
			return err
		}
	}
	if code := a.DistrictCode; code != "" && (len(code) != 6 || strings.Trim(code, "0123456789") != "") {
		return Invalid("address.district_code", "must be the six digits of a district, or be left out")
	}
	return nil
}

func validText(field, text string, most int) error {
	return asError(wrongText(field, text, most))
}

func wrongText(field, text string, most int) *Error {
	if len(text) > most {
		return Invalid(field, "has %d bytes; at most %d are taken", len(text), most)
	}
	if !utf8.ValidString(text) {
		return Invalid(field, "is not valid UTF-8")
	}
	if strings.ContainsFunc(text, unicode.IsControl) {
		return Invalid(field, "holds a control character; remove it")
	}
	return nil
}

func validPositive(field string, amount money.Amount, hint string) error {
	if !amount.IsSet() {
		return Invalid(field, "is missing; %s", hint)
	}
	if amount.Sign() <= 0 {
		return Invalid(field, "is %s; %s", amount, hint)
	}
	return nil
}

// validOptions refuses options that the adapter does not know: one that is silently ignored may
// change what is bought.
func (d Description) validOptions(options map[string]string) error {
	for name, value := range options {
		if _, known := d.Options[name]; !known {
			return Invalid("options."+name, "is not known to the adapter %s; it knows: %s", d.Adapter, strings.Join(sortedKeys(d.Options), ", "))
		}
		if err := validText("options."+name, value, maxTextBytes); err != nil {
			return err
		}
	}
	return nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}
