package sandbox

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	gatewayPandaPon = "pandapon"
	gatewayDajisaas = "dajisaas"
	marketTaobao    = "taobao"
	market1688      = "1688"
)

// call is one request to a gateway, already read.
type call struct {
	now                   time.Time
	gateway, method, path string
	header                http.Header
	query                 url.Values
	body                  []byte
}

func (c *call) v2() bool { return strings.HasPrefix(c.path, "/v2/") }

// reply is an answer that has been decided and not yet written. A status of 0
// means that nothing is answered.
type reply struct {
	status      int
	contentType string
	header      map[string]string
	body        []byte
}

const jsonType = "application/json;charset=UTF-8"

func jsonReply(status int, v any) reply {
	return reply{status: status, contentType: jsonType, body: encode(v)}
}

// encode writes JSON without escaping &, < and >, as the gateways do. All
// values come from this package, so a failure is our own bug.
func encode(v any) []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic("sandbox: encode answer: " + err.Error())
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n"))
}

// obj is a JSON object; its members come out sorted, which keeps answers equal
// byte for byte.
type obj = map[string]any

func splitGateway(path string) (gateway, rest string) {
	first, tail, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if first == gatewayPandaPon || first == gatewayDajisaas {
		return first, "/" + tail
	}
	return "", path
}

// springNotFound is the default 404 of the framework behind both gateways.
// Fiction: only its text "No message available" is known.
func springNotFound(c *call) reply {
	return springError(c, http.StatusNotFound, "Not Found", "No message available")
}

func springError(c *call, status int, name, message string) reply {
	return jsonReply(status, obj{
		"timestamp": isoUTC(c.now), "status": status, "error": name, "message": message, "path": c.path,
	})
}

// refusal is a request that a gateway declined without any effect.
type refusal struct {
	code int
	msg  string
}

func refuse(code int, msg string) *refusal { return &refusal{code: code, msg: msg} }

// Codes with which the sandbox's PandaPon refuses, at HTTP status 200.
// Fiction: the gateway's error table is UNKNOWN; only 200 is documented.
const (
	CodeOK             = 200
	CodeBadSignature   = 40101 // signature, access key or a missing header
	CodeExpired        = 40102 // timestamp unreadable or more than 600 s off
	CodeUnknownUser    = 40103 // user-id is not the configured one
	CodeBadRequest     = 51001 // a member is missing or has another type
	CodeUnknownGoods   = 51002 // no line of the order names known goods
	CodeBudget         = 51003 // purchaseAmount is below the cost of the lines
	CodeUnknownOrder   = 51004 // no such order on this account
	CodeWrongState     = 51005 // the order's state does not allow it
	CodeRefundTooMuch  = 51006 // above what was paid and not yet claimed back
	CodeUnknownRefund  = 51007 // no such refund
	CodeSeveralSellers = 51008 // a single create takes one seller
	CodeTooManySKUs    = 51009 // more than 100 lines
	CodeScripted       = 51999 // the fault RefuseBefore
)

// CodeDajisaasRefused is the outer code of every refusal of the sandbox's
// dajisaas; the inner errorCode tells them apart. 1009 is documented for the
// receipt confirmation only. Fiction: that the others use it too.
const CodeDajisaasRefused = 1009

// dajiErrorCodes gives the inner errorCode. Only 4003 (order does not exist) is
// documented. Fiction: the others.
var dajiErrorCodes = map[int]string{
	CodeBadRequest:     "4001",
	CodeWrongState:     "4002",
	CodeUnknownOrder:   "4003",
	CodeUnknownGoods:   "4004",
	CodeBudget:         "4007",
	CodeSeveralSellers: "4005",
	CodeTooManySKUs:    "4006",
	CodeScripted:       "4999",
}
