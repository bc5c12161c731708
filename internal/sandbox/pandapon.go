package sandbox

import (
	"net/http"
	"strings"
)

// developId is declared integer and sent as text. The two values are those of
// the examples of the two markets.
const (
	developTaobao = "1028257583384757029"
	develop1688   = "1110890638347337996"
)

func (c *call) developID() string {
	if strings.Contains(c.path, "/alibaba/") {
		return develop1688
	}
	return developTaobao
}

// ppEnvelope is PandaPon's answer.
type ppEnvelope struct {
	RequestID any    `json:"requestId"`
	Code      int    `json:"code"`
	DevelopID any    `json:"developId"`
	Msg       string `json:"msg"`
	Data      any    `json:"data"`
}

// ppRoute is one operation. bare answers have requestId and developId null, as
// some examples do although both are declared required.
type ppRoute struct {
	handle func(*Sandbox, *call) (any, *refusal)
	bare   bool
}

// ppRoutes are all operations of PandaPon that the sandbox serves.
// Fiction: the paths marked so; the documents have no path for them.
var ppRoutes = map[string]ppRoute{
	"POST /open/order":                          {handle: (*Sandbox).taobaoCreate},
	"GET /open/order/detail/get":                {handle: (*Sandbox).taobaoDetail}, // Fiction: path and answer.
	"GET /open/order/page":                      {handle: (*Sandbox).taobaoPage},   // Fiction: path and answer.
	"POST /open/order/pay":                      {handle: (*Sandbox).taobaoPay},    // Fiction: path, body and answer.
	"POST /open/order/cancel":                   {handle: (*Sandbox).taobaoCancel}, // Fiction: path, body and answer.
	"GET /open/order/logistics/detail/get":      {handle: (*Sandbox).taobaoLogistics},
	"GET /v2/taobao/order/logistics/detail/get": {handle: (*Sandbox).taobaoLogistics},
	"POST /open/order/refund/submit":            {handle: (*Sandbox).taobaoRefund},     // Fiction: path, body and answer.
	"POST /open/order/refund/queryList":         {handle: (*Sandbox).taobaoRefundList}, // Fiction: answer.
	"GET /open/order/refund/query":              {handle: (*Sandbox).taobaoRefundQuery, bare: true},
	"GET /v2/taobao/order/refund/query":         {handle: (*Sandbox).taobaoRefundQuery, bare: true},
	"POST /alibaba/order/page":                  {handle: (*Sandbox).aliPage}, // INFERRED path.
	"POST /v2/alibaba/order/page":               {handle: (*Sandbox).aliPage},
	"POST /alibaba/order/create":                {handle: (*Sandbox).aliCreate},
	"POST /v2/alibaba/order/create":             {handle: (*Sandbox).aliCreate},
	"POST /alibaba/order/batch/create":          {handle: (*Sandbox).aliBatchCreate},
	"POST /v2/alibaba/order/batch/create":       {handle: (*Sandbox).aliBatchCreate},
	"POST /alibaba/order/create/preview":        {handle: (*Sandbox).aliPreview},
	"POST /v2/alibaba/order/create/preview":     {handle: (*Sandbox).aliPreview},
	"POST /alibaba/order/detail":                {handle: (*Sandbox).aliDetail},
	"POST /alibaba/order/cancel":                {handle: (*Sandbox).aliCancel},
	"POST /v2/alibaba/order/cancel":             {handle: (*Sandbox).aliCancel},
	"GET /alibaba/order/pay/url":                {handle: (*Sandbox).aliPay},
	"GET /v2/alibaba/order/pay/url":             {handle: (*Sandbox).aliPay},
	"POST /alibaba/order/receivegoods":          {handle: (*Sandbox).aliConfirm, bare: true},
	"POST /v2/alibaba/order/receivegoods":       {handle: (*Sandbox).aliConfirm, bare: true}, // INFERRED path.
	"POST /alibaba/refund/detail/create":        {handle: (*Sandbox).aliRefundCreate},
	"POST /v2/alibaba/refund/detail/create":     {handle: (*Sandbox).aliRefundCreate},
	"POST /alibaba/refund/info":                 {handle: (*Sandbox).aliRefundInfo},
	"POST /v2/alibaba/refund/info":              {handle: (*Sandbox).aliRefundInfo}, // INFERRED path.
	"GET /alibaba/order/logistics/trace":        {handle: (*Sandbox).aliTrace},      // Fiction: path.
	"GET /v2/alibaba/order/logistics/trace":     {handle: (*Sandbox).aliTrace},      // Fiction: path.
}

func (s *Sandbox) pandapon(c *call) reply {
	route, ok := ppRoutes[c.method+" "+c.path]
	if !ok {
		return springNotFound(c)
	}
	if r := s.checkPandaPon(c); r != nil {
		return s.ppRefused(c, r)
	}
	data, r := route.handle(s, c)
	if r != nil {
		return s.ppRefused(c, r)
	}
	env := ppEnvelope{Code: CodeOK, Msg: "成功", Data: data}
	if id := s.ids.trace(32); !route.bare {
		env.RequestID, env.DevelopID = id, c.developID()
	}
	return jsonReply(http.StatusOK, env)
}

// ppRefused answers a refusal. Fiction: HTTP status and shape are UNKNOWN; the
// sandbox keeps 200 and the envelope with data null.
func (s *Sandbox) ppRefused(c *call, r *refusal) reply {
	return jsonReply(http.StatusOK, ppEnvelope{
		RequestID: s.ids.trace(32), Code: r.code, DevelopID: c.developID(), Msg: r.msg,
	})
}
