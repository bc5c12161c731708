package sandbox

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

const indexText = `Sampan sandbox: an offline stand-in of two gateways. Nothing here is real.

PandaPon  base URL /%s
  access-key %s
  secret     %s
  user-id    %s
  signature  upper-case hex MD5 of access-key + timestamp + nonce-str + secret
%s
dajisaas  base URL /%s
  appKey     %s
  appSecret  %s
%s
Control (JSON)
  POST /_sandbox/script   [{"method","path","fault","delay","skip","times"}]
  POST /_sandbox/act      {"act","order","text","place","total_fen"}
       acts: ship scan deliver set-total settle-refund pay-at-cashier pay-mode push tick
  POST /_sandbox/push     {"gateway","market","url","double","lose","shuffle","hold","late"}
  POST /_sandbox/flush    delivers the messages that wait
  GET  /_sandbox/effects
  GET  /_sandbox/orders
  GET  /_sandbox/log      ?full=1 with headers and bodies

Faults, by script or by the header %s (delay: %s)
  %v

Goods
%s`

func (s *Sandbox) index(w http.ResponseWriter) {
	o := s.opts
	page := fmt.Sprintf(indexText,
		gatewayPandaPon, o.AccessKey, o.AccessSecret, o.UserID, routeLines(ppRoutes),
		gatewayDajisaas, o.AppKey, o.AppSecret, routeLines(dajiRoutes),
		HeaderFault, HeaderDelay, allFaults, goodsLines())
	writeReply(w, reply{status: http.StatusOK, contentType: "text/plain; charset=utf-8", body: []byte(page)}, false)
}

func routeLines[T any](routes map[string]T) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(routes)) {
		b.WriteString("    " + name + "\n")
	}
	return b.String()
}

func goodsLines() string {
	var b strings.Builder
	for _, g := range catalogue {
		if g.market == marketTaobao {
			fmt.Fprintf(&b, "  taobao itemId %s skuId %s price %d fen\n", g.itemID, g.skuID, g.priceFen)
			continue
		}
		fmt.Fprintf(&b, "  1688   offerId %d offerMapId %q specId %s sellerOpenId %q price %d fen freight %d fen\n",
			g.offerID, g.offerMapID, g.specID, g.seller.openID, g.priceFen, g.freightFen)
	}
	return b.String()
}
