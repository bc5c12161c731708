package alibaba1688

import (
	"bytes"
	"encoding/json"
	"strings"
)

// personal are the members, in lower case, that say who lives where or what opens a door. Their
// values are not kept in Order.Raw; Order.Address holds the address.
var personal = map[string]bool{
	"receiver": true, "receiverinfo": true, "warehouseaddressinfo": true, "buyercontact": true, "sellercontact": true,
	"fullname": true, "contactperson": true, "mobile": true, "phone": true, "telephone": true, "fax": true,
	"address": true, "zip": true, "town": true, "towncode": true, "caid": true,
	"frommobile": true, "fromphone": true, "fromcontact": true, "fromaddress": true,
	"tomobile": true, "tophone": true, "tocontact": true, "toaddress": true, "tofullname": true, "toarea": true, "topost": true,
	"overseasextraaddress": true, "encryptoutorderinfo": true, "customs": true,
	"buyeralipayid": true, "selleralipayid": true, "alipaytradeid": true, "transferaccountimgs": true,
}

// scrubbed is the gateway's object without what is personal in it; numbers keep their digits. It is
// nil where the object cannot be read.
func scrubbed(data []byte) json.RawMessage {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil
	}
	raw, err := json.Marshal(scrub(value))
	if err != nil {
		return nil
	}
	return raw
}

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
	}
	return value
}
