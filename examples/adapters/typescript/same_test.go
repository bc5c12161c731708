package typescript_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/adapters/taobao"
	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
	"github.com/sampan-go/sampan/internal/sandbox"
	"github.com/sampan-go/sampan/plugin/plugintest"
)

// recorder is a gateway that gives every request the one answer that a test put there, and keeps what came.
type recorder struct {
	*httptest.Server
	mu     sync.Mutex
	status int
	answer string
	seen   []seen
}

type seen struct {
	method, target, body string
	header               http.Header
}

func newRecorder(t *testing.T) *recorder {
	r := &recorder{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, _ := io.ReadAll(q.Body)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.seen = append(r.seen, seen{q.Method, q.URL.RequestURI(), string(body), q.Header})
		w.WriteHeader(r.status)
		_, _ = io.WriteString(w, r.answer)
	}))
	t.Cleanup(r.Close)
	return r
}

// next sets the answer and gives what was seen since the last time.
func (r *recorder) next(status int, answer string) []seen {
	r.mu.Lock()
	defer r.mu.Unlock()
	before := r.seen
	r.seen, r.status, r.answer = nil, status, answer
	return before
}

// pair is the Go adapter over gRPC and the one in TypeScript as a process, on one gateway.
type pair struct {
	gateway   *recorder
	goes, typ core.Adapter
}

func newPair(t *testing.T, more table) pair {
	t.Helper()
	built(t)
	gateway := newRecorder(t)
	settings := settingsFor(gateway.URL, more)
	a, err := taobao.New(settings)
	require.NoError(t, err)
	return pair{gateway, plugintest.Connect(t, a), open(t, settings)}
}

// result is what came of one call: an answer, or what an error says without its words.
type result struct {
	answer  any
	code    core.Code
	outcome core.Outcome
	field   string
	gateway core.GatewayError
}

func resultOf(answer any, err error) result {
	e, failed := errors.AsType[*core.Error](err)
	if !failed {
		return result{answer: answer, outcome: core.Done}
	}
	if e.Code == core.BadAnswer {
		e.Gateway.RequestID = "" // of an answer whose data cannot be read the Go adapter does not always keep it
	}
	e.Gateway.Message = strings.ReplaceAll(e.Gateway.Message, "[phone]", "[private]") // the address's own phone is both
	return result{code: e.Code, outcome: e.Outcome, field: e.Field, gateway: e.Gateway}
}

func envelope(data string) string {
	return `{"requestId":"1b69692da4b34920bcd594048c8bdcfc","code":200,"developId":"1028257583384757029","msg":"成功","data":` + data + `}`
}

func subOrders(more string) string {
	return envelope(`{"id":"1031992847890383164","orderNo":"1031992847781331418","createTime":"2023-10-18 18:11:08","subOrderVOS":[
 {"subOrderId":"1031992851828834889","quantity":200,"itemId":"600126245031041190","skuId":"5016042822039","taobaoPurchaseId":"200027842447","taobaoSubPurchaseId":"200027842448","status":null,"purchaseAmount":null},
 {"subOrderId":1031992851828834890,"quantity":"200","itemId":600129202197070073,"skuId":"4860968496626","taobaoPurchaseId":"200027842447","taobaoSubPurchaseId":"200027842449","status":null` + more + `}]}`)
}

var createAnswers = map[string]string{
	"the seed's":                             "", // filled in from testdata
	"ids as number and text":                 subOrders(``),
	"a line failed":                          subOrders(`,"errorCode":"OUT_OF_STOCK","errorMessage":"库存不足 SKU 4860968496626"`),
	"a line failed without a code":           subOrders(`,"errorMessage":"x"`),
	"every line failed":                      envelope(`{"id":"1","subOrderVOS":[{"subOrderId":"2","errorCode":"A1","errorMessage":"call 15068763421"},{"subOrderId":"3","errorCode":"A1"}]}`),
	"every line failed, one code is unknown": envelope(`{"id":"1","subOrderVOS":[{"subOrderId":"2","errorCode":"A1"},{"subOrderId":"3","errorCode":"B2"}]}`),
	"data is empty":                          envelope(`{}`),
	"data is null":                           envelope(`null`),
	"data is a list":                         envelope(`[1]`),
	"data is absent":                         `{"code":200,"msg":"成功"}`,
	"code 0":                                 `{"code":0,"data":{"id":"1"}}`,
	"code as text":                           `{"code":"200","data":{"id":1031992847890383164}}`,
	"another code":                           `{"code":50012,"msg":"系统繁忙\u202e","requestId":"r1","data":null}`,
	"not JSON":                               `<html>busy</html>`,
	"two equal keys":                         `{"code":200,"code":500,"data":{"id":"1"}}`,
	"more behind it":                         `{"code":200,"data":{"id":"1"}} {}`,
	"an amount with a point":                 envelope(`{"id":"1","subOrderVOS":[{"subOrderId":"2","purchaseAmount":1.5}]}`),
	"an amount of nothing":                   envelope(`{"id":"1","subOrderVOS":[{"subOrderId":"2","purchaseAmount":""}]}`),
	"an id with a point":                     envelope(`{"id":1.5}`),
	"an id that is a truth":                  envelope(`{"id":true}`),
	"an only sub-order without its list":     envelope(`{"id":"7","subOrderVOS":{"subOrderId":"2","quantity":"3.00"}}`),
	"a sub-order that is none":               envelope(`{"id":"7","subOrderVOS":["2"]}`),
	"requestId null, developId a number":     `{"requestId":null,"code":200,"developId":1028257583384757029,"data":{"id":"7","subOrderVOS":null}}`,
	"the words of a secret and an address":   `{"code":50012,"msg":"a测试aa 测试地址 15068763421 ` + sandbox.DefaultAccessSecret + ` 无效","data":null}`,
	"nothing":                                ``,
}

// The adapter in TypeScript is held to the Go adapter: every answer gives both the same order, or an
// error of the same kind, outcome and words of the gateway.
func TestCreateIsTheGoAdapters(t *testing.T) {
	sample, err := os.ReadFile("../../../testdata/wire/taobao/pandapon/create_order.response.json")
	require.NoError(t, err)
	answers := map[string]string{}
	for name, answer := range createAnswers {
		answers[name] = answer
	}
	answers["the seed's"] = string(sample)
	for codes, more := range map[string]table{"no code is known": nil, "codes are known": {"refusal_codes": []string{"A1", "OUT_OF_STOCK", "50012"}}} {
		p := newPair(t, more)
		for name, answer := range answers {
			for _, status := range []int{200, 403, 429, 500} {
				p.gateway.next(status, answer)
				want := resultOf(p.goes.CreateOrder(t.Context(), purchase()))
				p.gateway.next(status, answer)
				got := resultOf(p.typ.CreateOrder(t.Context(), purchase()))
				require.Equal(t, want, got, "%s, %s, HTTP %d", codes, name, status)
				require.Len(t, p.gateway.next(200, ""), 1, "a write is sent once, whatever the answer")
			}
		}
	}
}

var orderAnswers = map[string]string{
	"as it is":             envelope(`{"id":"1","orderNo":2,"sellerOrderNumber":7,"createTime":1697623868000,"status":10,"subOrderVOS":[{"subOrderId":"2","title":"a\tb","quantity":3,"status":"10","purchaseAmount":200,"domesticPostFee":5,"purchaseCurrency":"CNY","taobaoSubPurchaseId":9,"taobaoPurchaseId":8}]}`),
	"partly shipped":       envelope(`{"id":"1","status":"WAIT_SELLER_SEND_GOODS","subOrderVOS":[{"subOrderId":"2","status":"WAIT_BUYER_CONFIRM_GOODS"},{"subOrderId":"3","status":10}]}`),
	"an amount is missing": envelope(`{"id":"1","subOrderVOS":[{"subOrderId":"2","purchaseAmount":200,"domesticPostFee":0},{"subOrderId":"3","purchaseAmount":null,"domesticPostFee":0}]}`),
	"another currency":     envelope(`{"id":"1","subOrderVOS":[{"subOrderId":"2","purchaseAmount":200,"domesticPostFee":0,"purchaseCurrency":"USD"}]}`),
	"odd status":           envelope(`{"id":"1","status":"constructor","createTime":"soon"}`),
	"another order":        envelope(`{"id":"2"}`),
	"no order":             envelope(`null`),
	"a failure":            `{"code":51004,"msg":"订单不存在","requestId":"r","data":null}`,
	"no answer object":     `not found`,
}

func TestReadsAreTheGoAdapters(t *testing.T) {
	p := newPair(t, nil)
	reads := map[string]func(core.Adapter) (any, error){
		"get": func(a core.Adapter) (any, error) {
			return a.(core.OrderGetter).GetOrder(t.Context(), core.GetOrderRequest{Order: core.OrderRef{ID: "1"}})
		},
		"list": func(a core.Adapter) (any, error) {
			return a.ListOrders(t.Context(), core.ListOrdersRequest{ID: "1", Ref: "7"})
		},
		"track": func(a core.Adapter) (any, error) {
			return a.Track(t.Context(), core.TrackRequest{Order: core.OrderRef{ID: "1"}})
		},
	}
	for how, read := range reads {
		for name, answer := range orderAnswers {
			for _, status := range []int{200, 404} {
				p.same(t, how+", "+name, status, answer, read)
			}
		}
	}
	page := func(a core.Adapter) (any, error) {
		return a.ListOrders(t.Context(), core.ListOrdersRequest{Ref: "a b&c", PageSize: 2, Cursor: "3"})
	}
	for _, data := range []string{`{"total":7,"data":[{"id":"1"},{"id":2}]}`, `{"total":"6","data":[{"id":"1"}]}`, `{"total":9,"data":[]}`, `{"total":9,"data":null}`, `{"total":1.5}`, `[]`, `null`, `{"total":9,"data":[{"id":null}]}`} {
		p.same(t, "page "+data, 200, envelope(data), page)
	}
}

const logistics = `{"purchaseOrderOuterId":"3682557363260579405","pnmLogisticsDetails":[{"mailNo":"78753196186473",
 "logisticsTraces":[
  {"statusDesc":"运输中","province":null,"city":"杭州市","action":"TMS_STATION_IN","facilityName":"余杭站","time":"2023-12-14 08:00:00","standerdDesc":"到达"},
  {"statusDesc":"运输中","action":"TMS_STATION_OUT","time":"2023-12-14 21:39:11","standerdDesc":"离开"},
  {"statusDesc":"揽收","time":"soon","action":"NEW_WORD"}],
 "logisticsPartner":[{"company":"中通快递"}],"receiver":{"name":"张三"}},{"mailNo":null}]}`

func TestTrackIsTheGoAdapters(t *testing.T) {
	p := newPair(t, nil)
	for _, handle := range []core.Handle{"1031992851828834889:200027842448", "1:2,3:4", ":5", "x", "1:", "1:2&subPurchaseOrderId=3"} {
		for _, data := range []string{logistics, `{"pnmLogisticsDetails":null}`, `{}`, `null`} {
			p.same(t, string(handle)+" "+data, 200, envelope(data), func(a core.Adapter) (any, error) {
				return a.Track(t.Context(), core.TrackRequest{Order: core.OrderRef{ID: "1", Handle: handle}})
			})
		}
	}
}

func TestInstructionsAreTheGoAdapters(t *testing.T) {
	p := newPair(t, table{"refusal_codes": []string{"A1"}})
	for _, data := range []string{`true`, `false`, `"true"`, `null`, `{}`, `{"success":true}`, `{"success":"true"}`, `{"success":null}`, `[]`, `7`,
		`{"success":false,"errorCode":"A1","errorMessage":"no"}`, `{"success":false,"errorCode":"B2"}`, `{"success":false}`} {
		ref := core.OrderRef{ID: "1031992847890383164"}
		p.same(t, "pay "+data, 200, envelope(data), func(a core.Adapter) (any, error) {
			return a.Pay(t.Context(), core.PayRequest{Order: ref, Attempt: attempt()})
		})
		p.same(t, "cancel "+data, 200, envelope(data), func(a core.Adapter) (any, error) {
			return a.(core.Canceller).CancelOrder(t.Context(), core.CancelOrderRequest{Order: ref, Reason: "buyerCancel", Attempt: attempt()})
		})
	}
}

// same makes a call on both and compares what they sent and what came of it.
func (p pair) same(t *testing.T, name string, status int, answer string, call func(core.Adapter) (any, error)) {
	t.Helper()
	p.gateway.next(status, answer)
	want := resultOf(call(p.goes))
	asked := p.gateway.next(status, answer)
	got := resultOf(call(p.typ))
	require.Equal(t, want, got, "%s, HTTP %d: %s", name, status, answer)
	require.Equal(t, withoutSignatures(asked), withoutSignatures(p.gateway.next(200, "")), "%s: what was sent", name)
}

func withoutSignatures(all []seen) []seen {
	out := []seen{}
	for _, one := range all {
		out = append(out, seen{method: one.method, target: one.target, body: one.body})
	}
	return out
}

func TestARequestIsTheDocumentedOne(t *testing.T) {
	p := newPair(t, nil)
	p.gateway.next(200, envelope(`{"id":"1"}`))
	r := purchase()
	_, err := p.goes.CreateOrder(t.Context(), r)
	require.NoError(t, err)
	want := p.gateway.next(200, envelope(`{"id":"1"}`))
	_, err = p.typ.CreateOrder(t.Context(), r)
	require.NoError(t, err)
	got := p.gateway.next(200, "")
	require.JSONEq(t, want[0].body, got[0].body)
	require.Equal(t, want[0].target, got[0].target)
	for _, name := range []string{"access-key", "timestamp", "user-id", "Content-Type", "Accept", "Accept-Encoding", "User-Agent"} {
		require.Equal(t, want[0].header.Get(name), got[0].header.Get(name), name)
	}
	require.Regexp(t, `^[A-Za-z0-9]{32}$`, got[0].header.Get("nonce-str"))
	require.Regexp(t, `^[0-9A-F]{32}$`, got[0].header.Get("signature"))
	require.Equal(t, "close", got[0].header.Get("Connection"))
}

func TestWhatIsRefusedBeforeSendingIsTheGoAdapters(t *testing.T) {
	p := newPair(t, nil)
	for name, change := range map[string]func(*core.CreateOrderRequest){
		"no sku":        func(r *core.CreateOrderRequest) { r.Lines[0].SKUID = "" },
		"twice":         func(r *core.CreateOrderRequest) { r.Lines[1] = r.Lines[0] },
		"no price":      func(r *core.CreateOrderRequest) { r.Lines[0].UnitPrice = money.UnitPrice{} },
		"part of a fen": func(r *core.CreateOrderRequest) { r.Lines[1].UnitPrice = money.MustParseUnit("0.035", money.CNY) },
		"dollars":       func(r *core.CreateOrderRequest) { r.Lines[0].UnitPrice = money.MustParseUnit("1.00", money.USD) },
		"message":       func(r *core.CreateOrderRequest) { r.Message = "hello" },
		"no name":       func(r *core.CreateOrderRequest) { r.Address.Name = "" },
		"no phone":      func(r *core.CreateOrderRequest) { r.Address.Mobile = "" },
		"no street":     func(r *core.CreateOrderRequest) { r.Address.Street = "" },
		"no attempt":    func(r *core.CreateOrderRequest) { r.Attempt = core.Attempt{} },
		"attempt over":  func(r *core.CreateOrderRequest) { r.Attempt.NotAfter = time.Now().Add(-time.Minute) },
	} {
		call := func(a core.Adapter) (any, error) {
			r := purchase()
			change(&r)
			return a.CreateOrder(t.Context(), r)
		}
		p.same(t, name, 200, "", call)
		_, err := call(p.typ)
		require.Equal(t, core.NotDone, core.OutcomeOf(err), name)
		require.Empty(t, p.gateway.next(200, ""), name)
	}
}

// What a gateway says of one line may repeat the address too.
func TestWhatTheGatewaySaysOfALineHoldsNoAddress(t *testing.T) {
	p := newPair(t, table{"refusal_codes": []string{"A1"}})
	r := purchase()
	said := `"errorMessage":"` + r.Address.Name + ` 无效 ` + r.Address.Street + `"`
	p.gateway.next(200, envelope(`{"id":"1","subOrderVOS":[{"subOrderId":"2"},{"subOrderId":"3","errorCode":"A1",`+said+`}]}`))
	order, err := p.typ.CreateOrder(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, &core.GatewayError{Code: "A1", Message: "[private] 无效 [private]"}, order.Lines[1].Problem)
	p.gateway.next(200, envelope(`{"id":"1","subOrderVOS":[{"subOrderId":"3","errorCode":"B2",`+said+`}]}`))
	_, err = p.typ.CreateOrder(t.Context(), r)
	require.Equal(t, core.InDoubt, core.OutcomeOf(err))
	require.ErrorContains(t, err, "[private] 无效 [private]")
}

// Both describe one gateway: what they say of an operation that both have is the same.
func TestDescribeIsTheGoAdapters(t *testing.T) {
	for _, more := range []table{nil, {"endpoints": map[string]string{}}, {"endpoints": map[string]string{"pay": "GET /x/pay", "create": "POST /v2/order", "refund_submit": "POST /x/refund"}, "refund_fee_unit": "fen", "refund_states": map[string]string{"1": "requested"}}} {
		p := newPair(t, more)
		want, err := p.goes.Describe(t.Context())
		require.NoError(t, err)
		got, err := p.typ.Describe(t.Context())
		require.NoError(t, err)
		for op, capability := range want.Operations {
			if op == core.OpRefund || op == core.OpGetRefund {
				require.False(t, got.Operations[op].Offered())
				continue
			}
			require.Equal(t, capability, got.Operations[op], "%s", op)
		}
		require.Equal(t, want.Idempotency, got.Idempotency)
		require.Equal(t, want.Options, got.Options)
	}
}

func TestAProofIsTheGoAdapters(t *testing.T) {
	built(t)
	s := startSandbox(t)
	for _, more := range []table{nil, {"expired_codes": []string{}}, {"access_secret": "wrong-secret"}, {"endpoints": map[string]string{"refund_list": "POST /no/such/path"}}} {
		settings := settingsFor(s.PandaPonURL(), more)
		goes, err := taobao.New(settings)
		require.NoError(t, err)
		typ := open(t, settings)
		for _, age := range []time.Duration{700 * time.Second, time.Minute} {
			want, wantErr := plugintest.Connect(t, goes).ProveFence(t.Context(), core.ProveFenceRequest{Age: age})
			got, gotErr := typ.ProveFence(t.Context(), core.ProveFenceRequest{Age: age})
			want.Said.RequestID, got.Said.RequestID = "", ""
			require.Equal(t, resultOf(want, wantErr).answer, resultOf(got, gotErr).answer, "%v, %v", wantErr, gotErr)
			require.Equal(t, resultOf(want, wantErr).code, resultOf(got, gotErr).code)
		}
	}
}

// A buyer's day: the raw order keeps the digits of its ids, and says nothing of the address.
func TestTheRawOrderIsExactAndHarmless(t *testing.T) {
	p := newPair(t, nil)
	p.gateway.next(200, envelope(`{"id":2257164624870311973,"status":10,"receiver":"{\"name\":\"张三\"}","newMember":{"phone":"13800000000"},"subOrderVOS":[{"subOrderId":58218860983545941,"title":"t"}]}`))
	order, err := p.typ.(core.OrderGetter).GetOrder(t.Context(), core.GetOrderRequest{Order: core.OrderRef{ID: "2257164624870311973"}, Raw: true})
	require.NoError(t, err)
	require.Equal(t, core.OrderID("2257164624870311973"), order.ID)
	require.Equal(t, core.LineID("58218860983545941"), order.Lines[0].ID)
	raw := string(order.Raw)
	require.Contains(t, raw, "2257164624870311973")
	require.Contains(t, raw, "58218860983545941")
	require.False(t, strings.Contains(raw, "张三") || strings.Contains(raw, "138"), raw)
}
