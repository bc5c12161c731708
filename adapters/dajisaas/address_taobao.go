package dajisaas

import (
	"cmp"
	"strings"

	"github.com/sampan-go/sampan/core"
)

// taobaoAddress is where goods go; the documents mark every member as required. The labels of the
// warehouse address are shifted by one in the documents: the names count (trap 109).
type taobaoAddress struct {
	Country     string `json:"country"`
	State       string `json:"state"`
	City        string `json:"city"`
	District    string `json:"district"`
	Address     string `json:"address"`
	Zip         string `json:"zip"`
	Name        string `json:"name"`
	Phone       string `json:"phone"`
	MobilePhone string `json:"mobile_phone"`
}

// taobaoReceiver is create's form, in which tax_id is always null.
type taobaoReceiver struct {
	taobaoAddress
	TaxID *string `json:"tax_id"`
}

// china is the country where none is given: the address is that of a warehouse in China (DOC); the word is that of
// the SEED of another gateway to the same market (create-order-taobao), dajisaas gives none.
const china = "中国"

// taobaoAddressOf refuses what dajisaas could not deliver to. No error repeats a value.
func taobaoAddressOf(a core.Address) (taobaoAddress, error) {
	for _, required := range []struct{ field, text string }{
		{"name", a.Name}, {"mobile", a.Mobile}, {"province", a.Province}, {"city", a.City},
		{"district", a.District}, {"street", a.Street}, {"postcode", a.Postcode},
	} {
		if strings.TrimSpace(required.text) == "" {
			return taobaoAddress{}, core.Invalid("address."+required.field, "is missing; dajisaas needs it")
		}
	}
	return taobaoAddress{
		Country: cmp.Or(a.Country, china), State: a.Province, City: a.City, District: a.District, Address: a.Town + a.Street,
		Zip: a.Postcode, Name: a.Name, Phone: cmp.Or(a.Phone, a.Mobile), MobilePhone: a.Mobile,
	}, nil
}
