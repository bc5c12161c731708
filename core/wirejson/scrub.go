package wirejson

import (
	"bytes"
	"encoding/json"
	"strings"
)

// personal are the members, in lower case, that say who lives where or what opens a door, of every
// object that the gateways known so far send.
var personal = map[string]bool{
	"receiver": true, "receiveraddress": true, "receiverinfo": true, "warehouseaddressinfo": true, "orderaddress": true, "addressparam": true,
	"buyercontact": true, "sellercontact": true,
	"contactperson": true, "fullname": true, "mobile": true, "mobile_phone": true, "mobilephone": true, "buyerphone": true, "phone": true, "telephone": true, "fax": true, "email": true,
	"address": true, "zip": true, "town": true, "towncode": true, "caid": true,
	"frommobile": true, "fromphone": true, "fromcontact": true, "fromaddress": true,
	"tomobile": true, "tophone": true, "tocontact": true, "toaddress": true, "tofullname": true, "toarea": true, "topost": true,
	"overseasextraaddress": true, "encryptoutorderinfo": true, "customs": true,
	"buyeralipayid": true, "selleralipayid": true, "alipaytradeid": true, "transferaccountimgs": true, "transferaccountremark": true,
	"appkey": true, "appsecret": true, "sign": true, "signature": true, "payurl": true,
}

// Scrub gives a gateway's object without what is personal or secret in it, for core.Order.Raw:
// numbers keep their digits, and JSON inside strings is looked into. It is nil where data is not
// JSON. A name that no gateway has shown yet is kept, so Raw stays opt-in.
func Scrub(data []byte) json.RawMessage {
	value, ok := valueOf(data)
	if !ok {
		return nil
	}
	var raw bytes.Buffer
	e := json.NewEncoder(&raw)
	e.SetEscapeHTML(false)
	if err := e.Encode(scrub(value)); err != nil {
		return nil
	}
	return bytes.TrimSpace(raw.Bytes())
}

func valueOf(text []byte) (value any, ok bool) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	err := decoder.Decode(&value)
	return value, err == nil
}

// scrub looks into text that holds JSON too: gateways send any member in that form (trap 38).
func scrub(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for name, member := range v {
			if personal[strings.ToLower(name)] && member != nil {
				v[name] = "[redacted]"
			} else {
				v[name] = scrub(member)
			}
		}
	case []any:
		for i := range v {
			v[i] = scrub(v[i])
		}
	case string:
		return scrubText(v)
	}
	return value
}

func scrubText(text string) any {
	if trimmed := strings.TrimSpace(text); strings.HasPrefix(trimmed, "{") || strings.HasPrefix(trimmed, "[") {
		if value, ok := valueOf([]byte(trimmed)); ok {
			return scrub(value)
		}
	}
	return text
}
