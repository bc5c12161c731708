package dajisaas

import (
	"bytes"
	"encoding/json"
	"strings"
)

// personal are the members, in lower case, that say who lives where or what opens a door. Order.Raw
// does not keep their values; Order.Address holds the address.
var personal = map[string]bool{
	"receiverinfo": true, "buyercontact": true, "sellercontact": true,
	"contactperson": true, "fullname": true, "mobile": true, "phone": true, "telephone": true, "fax": true, "email": true,
	"address": true, "zip": true, "town": true, "towncode": true, "caid": true,
	"frommobile": true, "fromphone": true, "fromcontact": true, "fromaddress": true,
	"tomobile": true, "tophone": true, "tocontact": true, "toaddress": true, "tofullname": true, "toarea": true, "topost": true,
	"overseasextraaddress": true, "encryptoutorderinfo": true, "customs": true,
	"buyeralipayid": true, "selleralipayid": true, "alipaytradeid": true,
}

// scrubbed is the gateway's object without what is personal in it; numbers keep their digits. It is
// nil where the object cannot be read.
func scrubbed(trade []byte) json.RawMessage {
	value, ok := valueOf(trade)
	if !ok {
		return nil
	}
	raw, err := compact(scrub(value))
	if err != nil {
		return nil
	}
	return raw
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
