package trade1688

import (
	"cmp"

	"github.com/sampan-go/sampan/core"
)

// address is that of nativeLogistics; receiverInfo fills what is missing there. It is nil where
// neither says anything.
func (t trade) address() *core.Address {
	native, receiver := t.NativeLogistics.Value, t.BaseInfo.Value.ReceiverInfo.Value
	address := core.Address{
		Name:         clean(cmp.Or(native.ContactPerson, receiver.ToFullName)),
		Mobile:       clean(cmp.Or(native.Mobile, receiver.ToMobile)),
		Phone:        clean(cmp.Or(native.Telephone, receiver.ToPhone)),
		Province:     clean(native.Province),
		City:         clean(native.City),
		District:     clean(native.Area),
		Town:         clean(native.Town),
		Street:       clean(native.Address),
		Postcode:     clean(cmp.Or(native.Zip, receiver.ToPost)),
		DistrictCode: clean(cmp.Or(native.AreaCode, receiver.ToDivisionCode)),
	}
	// toArea holds province, city and district too, so that it stands alone or not at all.
	if cmp.Or(native.Province, native.City, native.Area, native.Town, native.Address) == "" {
		address.Street = clean(receiver.ToArea)
	}
	if address == (core.Address{}) {
		return nil
	}
	return &address
}
