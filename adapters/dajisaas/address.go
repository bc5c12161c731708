package dajisaas

import (
	"cmp"
	"strings"

	"github.com/sampan-go/sampan/core"
)

// addressParam is where goods go; the documents mark every member as required.
type addressParam struct {
	FullName     string `json:"fullName"`
	Mobile       string `json:"mobile"`
	Phone        string `json:"phone"`
	PostCode     string `json:"postCode"`
	CityText     string `json:"cityText"`
	ProvinceText string `json:"provinceText"`
	AreaText     string `json:"areaText"`
	TownText     string `json:"townText,omitempty"` // not every district has towns
	Address      string `json:"address"`
	DistrictCode string `json:"districtCode"`
}

// noPostcode stands in the documents' own example.
const noPostcode = "000000"

// addressOf refuses what dajisaas could not deliver to, or would deliver elsewhere. No error repeats
// a value.
func addressOf(a core.Address) (addressParam, error) {
	for _, required := range []struct{ field, text string }{
		{"name", a.Name}, {"mobile", a.Mobile}, {"province", a.Province}, {"city", a.City},
		{"district", a.District}, {"street", a.Street}, {"district_code", a.DistrictCode},
	} {
		if strings.TrimSpace(required.text) == "" {
			return addressParam{}, core.Invalid("address."+required.field, "is missing; dajisaas needs it")
		}
	}
	if !inProvince(a.DistrictCode, a.Province) {
		return addressParam{}, core.Invalid("address.district_code", "is not of the province in address.province (in Chinese, such as 浙江省); dajisaas follows the code and not the text, so the goods would go elsewhere")
	}
	return addressParam{
		FullName: a.Name, Mobile: a.Mobile, Phone: cmp.Or(a.Phone, a.Mobile), PostCode: cmp.Or(a.Postcode, noPostcode),
		CityText: a.City, ProvinceText: a.Province, AreaText: a.District, TownText: a.Town,
		Address: a.Street, DistrictCode: a.DistrictCode,
	}, nil
}

// private are the parts of an address that no error may repeat.
func private(a core.Address) []string {
	return []string{a.Street, a.Name, a.Mobile, a.Phone, a.Town, a.District, a.City, a.Province, a.Postcode}
}

// provinces are the first two digits of district codes (GB/T 2260).
var provinces = map[string]string{
	"11": "北京", "12": "天津", "13": "河北", "14": "山西", "15": "内蒙古",
	"21": "辽宁", "22": "吉林", "23": "黑龙江",
	"31": "上海", "32": "江苏", "33": "浙江", "34": "安徽", "35": "福建", "36": "江西", "37": "山东",
	"41": "河南", "42": "湖北", "43": "湖南", "44": "广东", "45": "广西", "46": "海南",
	"50": "重庆", "51": "四川", "52": "贵州", "53": "云南", "54": "西藏",
	"61": "陕西", "62": "甘肃", "63": "青海", "64": "宁夏", "65": "新疆",
	"71": "台湾", "81": "香港", "82": "澳门",
}

// inProvince reports whether a district code is of the province that the text names.
func inProvince(code, text string) bool {
	if len(code) != 6 || strings.Trim(code, "0123456789") != "" {
		return false
	}
	name, known := provinces[code[:2]]
	return known && strings.HasPrefix(strings.TrimSpace(text), name)
}
