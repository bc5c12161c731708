package sandbox

import "strings"

// address is a 1688 addressParam; Taobao receivers are kept in the same form.
type address struct {
	FullName     string `json:"fullName"`
	Mobile       string `json:"mobile"`
	Phone        string `json:"phone"`
	PostCode     string `json:"postCode,omitempty"`
	City         string `json:"cityText"`
	Province     string `json:"provinceText"`
	Area         string `json:"areaText"`
	Town         string `json:"townText,omitempty"`
	Address      string `json:"address"`
	DistrictCode string `json:"districtCode,omitempty"`
}

func (a address) anyPhone() string {
	if a.Mobile != "" {
		return a.Mobile
	}
	return a.Phone
}

// complete tells whether goods could be sent there. phone and townText may be
// missing, as in the documents' own samples.
func (a address) complete() bool {
	for _, need := range []string{a.FullName, a.Mobile, a.PostCode, a.City, a.Province, a.Area, a.Address} {
		if need == "" {
			return false
		}
	}
	return true
}

type district struct{ code, province, city, area string }

// districts are the division codes that occur in the documents.
var districts = []district{
	{"310107", "上海", "上海市", "普陀区"},
	{"330106", "浙江省", "杭州市", "西湖区"},
	{"330108", "浙江省", "杭州市", "滨江区"},
	{"330110", "浙江省", "杭州市", "余杭区"},
	{"330782", "浙江省", "金华市", "义乌市"},
}

// resolved is the address on record: a known district code wins over the text,
// as on the real gateway; without a code it is looked up from the text.
func (a address) resolved() address {
	for _, d := range districts {
		byText := a.DistrictCode == "" && d.city == a.City && d.area == a.Area
		if d.code == a.DistrictCode || byText {
			a.DistrictCode, a.Province, a.City, a.Area = d.code, d.province, d.city, d.area
			return a
		}
	}
	return a
}

// area is the one-line form of receivers.
func (a address) oneLine() string {
	parts := []string{a.Province, a.City, a.Area}
	if a.Town != "" {
		parts = append(parts, a.Town)
	}
	return strings.Join(append(parts, a.Address), " ")
}

// receiverText is the list member receiver: JSON inside a string.
func (a address) receiverText() string {
	a = a.resolved()
	return string(encode(struct {
		Name     string `json:"toFullName"`
		Division string `json:"toDivisionCode"`
		Mobile   string `json:"toMobile"`
		Phone    string `json:"toPhone"`
		Post     string `json:"toPost,omitempty"`
		Area     string `json:"toArea"`
	}{a.FullName, a.DistrictCode, a.Mobile, a.Phone, a.PostCode, a.oneLine()}))
}

// warehouseText is the list member warehouseAddressInfo: the address as sent.
func (a address) warehouseText() string {
	a.DistrictCode = ""
	return string(encode(a))
}
