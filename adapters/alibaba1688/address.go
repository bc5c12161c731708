package alibaba1688

import (
	"strings"

	"github.com/sampan-go/sampan/core"
)

// addressParam is v1's address: nine strings, all present.
type addressParam struct {
	FullName     string `json:"fullName"`
	Mobile       string `json:"mobile"`
	Phone        string `json:"phone"`
	PostCode     string `json:"postCode"`
	CityText     string `json:"cityText"`
	ProvinceText string `json:"provinceText"`
	AreaText     string `json:"areaText"`
	TownText     string `json:"townText"`
	Address      string `json:"address"`
	// DistrictCode exists in v2 only.
	DistrictCode string `json:"districtCode,omitempty"`
}

// addressOf refuses an address that PandaPon cannot take. Such a refusal is worth more here than at
// the gateway, where it would leave a create in doubt. No error repeats a value.
func addressOf(a core.Address, v2 bool) (addressParam, error) {
	required := []struct{ field, text string }{
		{"name", a.Name}, {"mobile", a.Mobile}, {"province", a.Province}, {"city", a.City},
		{"district", a.District}, {"street", a.Street},
	}
	if !v2 {
		required = append(required, struct{ field, text string }{"postcode", a.Postcode})
	}
	for _, one := range required {
		if strings.TrimSpace(one.text) == "" {
			return addressParam{}, core.Invalid("address."+one.field, "is missing; PandaPon's 1688 orders need it")
		}
	}
	if contradicts(a.DistrictCode, a.Province) {
		return addressParam{}, core.Invalid("address.district_code", "is of another province than address.province says; the goods would go to one of two places")
	}
	param := addressParam{FullName: a.Name, Mobile: a.Mobile, Phone: a.Phone, PostCode: a.Postcode,
		CityText: a.City, ProvinceText: a.Province, AreaText: a.District, TownText: a.Town, Address: a.Street}
	if v2 {
		param.DistrictCode = a.DistrictCode
	}
	return param, nil
}

// provinces are the first two digits of district codes (GB/T 2260).
var provinces = map[string]string{
	"11": "北京", "12": "天津", "13": "河北", "14": "山西", "15": "内蒙古", "21": "辽宁", "22": "吉林",
	"23": "黑龙江", "31": "上海", "32": "江苏", "33": "浙江", "34": "安徽", "35": "福建", "36": "江西",
	"37": "山东", "41": "河南", "42": "湖北", "43": "湖南", "44": "广东", "45": "广西", "46": "海南",
	"50": "重庆", "51": "四川", "52": "贵州", "53": "云南", "54": "西藏", "61": "陕西", "62": "甘肃",
	"63": "青海", "64": "宁夏", "65": "新疆", "71": "台湾", "81": "香港", "82": "澳门",
}

// contradicts reports a district code of another province than the text names. A code wins over the
// text where it is sent, and is not sent to v1. A text that names no known province says nothing.
func contradicts(code, province string) bool {
	if len(code) < 2 {
		return false
	}
	for prefix, name := range provinces {
		if strings.HasPrefix(strings.TrimSpace(province), name) {
			return prefix != code[:2]
		}
	}
	return false
}
