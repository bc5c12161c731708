package sandbox

import "net/http"

// dajiEnvelope is answer A of dajisaas.
type dajiEnvelope struct {
	Code      int    `json:"code"`
	Message   string `json:"message"`
	Data      any    `json:"data"`
	Timestamp int64  `json:"timestamp"`
	TraceID   string `json:"traceId"`
}

// dajiRoutes are all operations of dajisaas that the sandbox serves, of 1688 and
// of Taobao. There is no refund and no trace in any menu, so there is none here.
var dajiRoutes = map[string]func(*Sandbox, *call) (any, *refusal){
	"POST /alibaba/createOrder/preview":              (*Sandbox).dajiPreview,
	"POST /alibaba/trade/createCrossOrder":           (*Sandbox).dajiCreate,
	"POST /alibaba/trade/cancel":                     (*Sandbox).dajiCancel,
	"POST /alibaba/trade/get/buyerView":              (*Sandbox).dajiDetail,
	"POST /alibaba/trade/getBuyerOrderList":          (*Sandbox).dajiList,
	"POST /alibaba/trade/receiveGoods/confirm":       (*Sandbox).dajiConfirm,
	"GET /alibaba/alipay/url/get":                    (*Sandbox).dajiPayURL,
	"POST /alibaba/trade/pay/protocolPay/preparePay": (*Sandbox).dajiPay,

	"GET /taobao/product/get":                 (*Sandbox).dajiMap,
	"POST /taobao/purchase/order/render":      (*Sandbox).dajiRender,
	"POST /taobao/purchase/order/create":      (*Sandbox).dajiPurchase,
	"POST /taobao/purchase/order/asyn/cancel": (*Sandbox).dajiAsynCancel,
	"POST /taobao/purchase/order/query":       (*Sandbox).dajiQuery,
	"POST /taobao/purchase/order/batch/pay":   (*Sandbox).dajiBatchPay,
}

func (s *Sandbox) dajisaas(c *call) reply {
	handle, ok := dajiRoutes[c.method+" "+c.path]
	if !ok {
		return springNotFound(c)
	}
	if detail := s.checkDajisaas(c); detail != "" {
		return jsonReply(http.StatusBadRequest, obj{"detail": detail})
	}
	data, r := handle(s, c)
	if r != nil {
		return s.dajiRefused(c, r)
	}
	return s.dajiAnswer(c, CodeOK, "操作成功", data)
}

// dajiRefused is answer C: the reason stands inside data. Fiction: that other
// calls than the receipt confirmation refuse in this shape.
func (s *Sandbox) dajiRefused(c *call, r *refusal) reply {
	return s.dajiAnswer(c, CodeDajisaasRefused, r.msg, obj{"result": obj{
		"success": false, "errorInfo": r.msg, "errorCode": dajiErrorCodes[r.code],
	}})
}

func (s *Sandbox) dajiAnswer(c *call, code int, message string, data any) reply {
	return jsonReply(http.StatusOK, dajiEnvelope{
		Code: code, Message: message, Data: data, Timestamp: c.now.UnixMilli(), TraceID: s.ids.trace(12),
	})
}

func (s *Sandbox) dajiFind(id string) (*order, *refusal) {
	if o := s.find(gatewayDajisaas, market1688, id); o != nil {
		return o, nil
	}
	return nil, refuse(CodeUnknownOrder, "订单不存在")
}
