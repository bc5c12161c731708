package python_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/adapters/dajisaas"
	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/internal/sandbox"
	"github.com/sampan-go/sampan/plugin"
	"github.com/sampan-go/sampan/plugin/plugintest"
)

// The adapter in Go and the one in Python serve the same gateway: asked the same and answered the same,
// they must send the same and say the same. What differs is a fault of one of them.

const (
	pathQuote   = "/alibaba/createOrder/preview"
	pathCreate  = "/alibaba/trade/createCrossOrder"
	pathList    = "/alibaba/trade/getBuyerOrderList"
	pathDetail  = "/alibaba/trade/get/buyerView"
	pathPay     = "/alibaba/trade/pay/protocolPay/preparePay"
	pathConfirm = "/alibaba/trade/receiveGoods/confirm"
	pathCancel  = "/alibaba/trade/cancel"
	seedID      = "2257164624870311973"
)

// canned is one answer; Status 0 is 200.
type canned struct {
	Status int
	Body   string
}

// gateway answers each path with what the test put there, and keeps what came.
type gateway struct {
	*httptest.Server
	mu      sync.Mutex
	answers map[string]canned
	came    []string
}

func newGateway(t *testing.T) *gateway {
	g := &gateway{answers: map[string]canned{}}
	g.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		g.mu.Lock()
		g.came = append(g.came, r.Method+" "+r.URL.RequestURI()+" "+r.Header.Get("Content-Type")+" "+sortedJSON(body))
		answer := g.answers[r.URL.Path]
		g.mu.Unlock()
		if answer.Status != 0 {
			w.WriteHeader(answer.Status)
		}
		_, _ = io.WriteString(w, answer.Body)
	}))
	t.Cleanup(g.Close)
	return g
}

// sortedJSON drops the order of members, which the two adapters are free to choose at the top.
func sortedJSON(body []byte) string {
	var members map[string]json.RawMessage
	if json.Unmarshal(body, &members) != nil {
		return string(body)
	}
	var names []string
	for name := range members {
		names = append(names, name)
	}
	sort.Strings(names)
	var text strings.Builder
	for _, name := range names {
		text.WriteString(name + "=" + string(members[name]) + "\n")
	}
	return text.String()
}

func (g *gateway) answer(path string, with canned) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.answers[path] = with
}

// take gives what came since the last time.
func (g *gateway) take() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	came := g.came
	g.came = nil
	return came
}

// twins are the two adapters at one gateway, both behind the process boundary.
type twins struct {
	*gateway
	inGo, inPython *plugin.Client
}

func newTwins(t *testing.T) *twins {
	t.Helper()
	g := newGateway(t)
	c := config(t, g.URL, "sign")
	inGo, err := dajisaas.New(c.Settings)
	require.NoError(t, err)
	t.Cleanup(inGo.Close)
	return &twins{g, plugintest.Connect(t, inGo), open(t, c)}
}

// operation is one call of an adapter.
type operation struct {
	name, path string
	call       func(*plugin.Client, core.Attempt) (any, error)
}

var seedOrder = core.OrderRef{ID: seedID}

func operations(t *testing.T) []operation {
	ctx := t.Context()
	return []operation{
		{"quote", pathQuote, func(c *plugin.Client, _ core.Attempt) (any, error) {
			r := pencils()
			return c.Quote(ctx, core.QuoteRequest{Lines: r.Lines, Address: r.Address})
		}},
		{"create", pathCreate, func(c *plugin.Client, a core.Attempt) (any, error) {
			r := pencils()
			r.Attempt = a
			r.Lines = append(r.Lines, core.OrderLine{ProductID: "670291644950", Quantity: 1})
			return c.CreateOrder(ctx, r)
		}},
		{"list", pathList, func(c *plugin.Client, _ core.Attempt) (any, error) {
			return c.ListOrders(ctx, core.ListOrdersRequest{PageSize: 1})
		}},
		{"get", pathDetail, func(c *plugin.Client, _ core.Attempt) (any, error) {
			return c.GetOrder(ctx, core.GetOrderRequest{Order: seedOrder})
		}},
		{"pay", pathPay, func(c *plugin.Client, a core.Attempt) (any, error) {
			return c.Pay(ctx, core.PayRequest{Order: seedOrder, Expect: cny("11.96"), Attempt: a})
		}},
		{"track", pathDetail, func(c *plugin.Client, _ core.Attempt) (any, error) {
			return c.Track(ctx, core.TrackRequest{Order: seedOrder})
		}},
		{"cancel", pathCancel, func(c *plugin.Client, a core.Attempt) (any, error) {
			return c.CancelOrder(ctx, core.CancelOrderRequest{Order: seedOrder, Attempt: a})
		}},
		{"confirm", pathConfirm, func(c *plugin.Client, a core.Attempt) (any, error) {
			return c.ConfirmReceipt(ctx, core.ConfirmReceiptRequest{Order: seedOrder, Lines: []core.LineID{seedID}, Attempt: a})
		}},
	}
}

// same calls both and holds the one against the other.
func (w *twins) same(t *testing.T, o operation, what string) {
	t.Helper()
	a := attempt()
	result, err := o.call(w.inGo, a)
	sent := w.take()
	pyResult, pyErr := o.call(w.inPython, a)
	require.Equal(t, sent, w.take(), "%s: what Python sends, held against Go; %s", o.name, what)
	if err != nil && strings.Contains(err.Error(), "cannot be believed") { // the host's own check, which Python's comes before
		require.Equal(t, core.OutcomeOf(err), core.OutcomeOf(pyErr), "%s: %s", o.name, what)
		require.ErrorIs(t, pyErr, core.BadAnswer)
		return
	}
	require.Equal(t, verdict(err), verdict(pyErr), "%s: Go says %v, Python says %v; %s", o.name, err, pyErr, what)
	if err == nil {
		require.Equal(t, shown(t, result), shown(t, pyResult), "%s: %s", o.name, what)
	}
}

// verdict is what programs see of an error; the words are each adapter's own.
func verdict(err error) string {
	e, ok := errors.AsType[*core.Error](err)
	if !ok {
		return fmt.Sprint(err)
	}
	return fmt.Sprintf("%s, %s, field %s, gateway %q", e.Code, e.Outcome, e.Field, e.Gateway)
}

// shown drops what the adapter in Python leaves out: the refunds inside of an order.
func shown(t *testing.T, result any) string {
	switch r := result.(type) {
	case core.Order:
		r.Refunds = nil
		result = r
	case core.OrderPage:
		for i := range r.Orders {
			r.Orders[i].Refunds = nil
		}
	}
	text, err := json.MarshalIndent(result, "", " ")
	require.NoError(t, err)
	return string(text)
}

func ok(data string) canned {
	return canned{Body: `{"code":200,"message":"操作成功","data":` + data + `,"timestamp":1723623607256,"traceId":"7928f1cc7f35"}`}
}

func refused(code int, text, errorCode string) canned {
	return canned{Body: fmt.Sprintf(`{"code":%d,"message":"失败","data":{"result":{"success":false,"errorInfo":%q,"errorCode":%q}},"traceId":"7928f1cc7f35"}`, code, text, errorCode)}
}

func TestBothJudgeAnAnswerAlike(t *testing.T) {
	t.Parallel()
	w := newTwins(t)
	repeat := strings.Join([]string{home.Name, home.Mobile, home.Phone, home.Street, home.Town, sandbox.DefaultAppSecret, sandbox.DefaultAppKey, "13912345678"}, "|")
	for _, answer := range []canned{
		refused(1009, "买家取消失败", "5001"),
		refused(1009, "订单不存在", "4003"),
		refused(1009, repeat, "1"),
		{Status: 400, Body: refused(1009, "x", "4003").Body},
		{Status: 501, Body: refused(1009, "x", "4003").Body},
		{Body: `{"code":1009,"message":"失败","data":{"result":{}}}`},
		{Body: `{"code":1009,"message":"失败","data":{"result":{"success":false,"message":{"x":1}}}}`},
		{Body: `{"code":1009,"message":"失败","data":null}`},
		{Body: `{"code":1009,"data":{"result":{"success":true}}}`},
		{Body: `{"code":1009,"data":"{\"result\":{\"success\":false}}"}`},
		refused(1010, "系统繁忙", "9"),
		{Body: `{"code":500,"message":"系统异常"}`},
		{Body: `{"code":0,"data":{"success":true}}`},
		{Status: 400, Body: `{"detail":"请创建应用，再联系平台进行激活"}`},
		{Status: 400, Body: `{"detail":"签名错误"}`},
		{Status: 400, Body: `{"detail":"AppKey ` + repeat + `"}`},
		{Status: 400, Body: `{"detail":"参数错误","status":400}`},
		{Status: 400, Body: `{"detail":"d","error":"e","msg":"m","message":"first"}`},
		{Status: 400, Body: `{"detail":"d","error":"e","msg":"m","message":null}`},
		{Status: 400, Body: `{"detail":"d","error":"  "}`},
		{Status: 400, Body: `{"detail":["d"]}`},
		{Status: 400, Body: `{}`},
		{Status: 400, Body: `{"code":200,"message":"x"}`},
		{Status: 400, Body: `{"code":7,"message":"x","data":{}}`},
		{Status: 400, Body: "Bad Request"},
		{Status: 404, Body: `{"status":404,"error":"Not Found","message":"No message available","path":"/x"}`},
		{Status: 404, Body: "<html><body>404</body></html>"},
		{Status: 401, Body: `{"detail":"x"}`},
		{Status: 403, Body: "forbidden"},
		{Status: 429, Body: "slow down"},
		{Status: 418, Body: repeat},
		{Body: "<html>502</html>"},
		{Body: `{"code":200,"data":{"succ`},
		{Body: ""},
		{Body: `[]`},
		{Body: `{"code":200,"code":1009,"data":{}}`},
		{Body: `{"code":200,"Code":1009,"data":{}}`},
		{Body: `{"code":200,"data":{}} {}`},
		{Body: "{\"code\":200,\"message\":\"\xff\",\"data\":{}}"},
		{Body: `{"code":NaN,"data":{}}`},
		{Body: `{"code":200.5,"data":{}}`},
		{Body: `{"code":2E+2,"data":{"success":true}}`},
		{Body: `{"code":200,"message":"\ud800","data":{"success":false,"message":"\ud800 x"}}`},
		{Body: `{"code":200,"data":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + `}`},
		{Body: `{"code":200,"cost":3,"data":{"success":true,"more":[1]}}`},
		{Body: `{"code":"200","data":{"success":"true"}}`},
		ok(`null`), ok(`true`), ok(`7`), ok(`""`), ok(`"x"`), ok(`[]`), ok(`{}`),
		ok(`{"success":false,"errorCode":"E1","errorMessage":"不能取消"}`),
		ok(`{"success":false,"message":"` + repeat + `","code":"` + sandbox.DefaultAppSecret + `"}`),
		ok(`{"success":false,"message":"a\u0007b\u202ec\nd` + strings.Repeat("长", 200) + `"}`),
		{Body: `{"code":5,"traceId":"` + sandbox.DefaultAppSecret + `"}`},
	} {
		for _, o := range operations(t) {
			w.answer(o.path, answer)
			if o.name == "pay" {
				w.answer(pathDetail, ok(trade("waitsellersend")))
			}
			w.same(t, o, fmt.Sprintf("HTTP %d %.300s", answer.Status, answer.Body))
		}
	}
}

// trade is a small trade object.
func trade(status string) string {
	return `{"baseInfo":{"idOfStr":"` + seedID + `","status":"` + status + `","totalAmount":11.96,"createTime":"2024-08-14T07:10:38.000+00:00",
		"outOrderId":"T20240708002","payTime":"20240814151038000+0800"},"productItems":[],"nativeLogistics":{}}`
}

func TestBothSeeAPaymentAlike(t *testing.T) {
	t.Parallel()
	w := newTwins(t)
	pay := operations(t)[4]
	for _, answer := range []canned{
		ok(`{"success":true,"result":{"payChannel":"alipay","paySuccess":true}}`), ok(`null`), ok(`{}`), ok(`{"success":false,"message":"x"}`),
		ok(`{"result":{"paySuccess":false,"message":"y"}}`), ok(`{"success":true,"result":{"success":false,"code":"z"}}`),
		ok(`{"result":"{\"paySuccess\":\"false\"}"}`), ok(`{"result":7}`), refused(1009, "余额不足", "1"), refused(1009, "x", "4003"), {Status: 503},
	} {
		for _, after := range []canned{ok(trade("waitbuyerpay")), ok(trade("waitsellersend")), ok(trade("cancel")), ok(trade("news")), ok(`{}`), {Status: 403}} {
			w.answer(pathPay, answer)
			w.answer(pathDetail, after)
			w.same(t, pay, answer.Body+" and then "+after.Body)
		}
	}
}

func TestBothRefuseTheSameRequests(t *testing.T) {
	t.Parallel()
	w := newTwins(t)
	for field, change := range map[string]func(*core.CreateOrderRequest){
		"address.district_code":     func(r *core.CreateOrderRequest) { r.Address.Province = "浙江省" },
		"address.district_code ":    func(r *core.CreateOrderRequest) { r.Address.DistrictCode = "990107" },
		"address.district_code  ":   func(r *core.CreateOrderRequest) { r.Address.DistrictCode = "31010" },
		"address.district_code   ":  func(r *core.CreateOrderRequest) { r.Address.DistrictCode = "３１０１０７" },
		"address.district_code    ": func(r *core.CreateOrderRequest) { r.Address.DistrictCode = "" },
		"address.name":              func(r *core.CreateOrderRequest) { r.Address.Name = " " },
		"address.mobile":            func(r *core.CreateOrderRequest) { r.Address.Mobile = "" },
		"address.province":          func(r *core.CreateOrderRequest) { r.Address.Province = "" },
		"address.city":              func(r *core.CreateOrderRequest) { r.Address.City = "" },
		"address.district":          func(r *core.CreateOrderRequest) { r.Address.District = "" },
		"address.street":            func(r *core.CreateOrderRequest) { r.Address.Street = "" },
		"lines[0].product_id":       func(r *core.CreateOrderRequest) { r.Lines[0].ProductID = "0TKFRHPSMug9XFLmzNmVXw" },
		"lines[0].product_id ":      func(r *core.CreateOrderRequest) { r.Lines[0].ProductID = "9223372036854775808" },
		"lines[0].spec_id":          func(r *core.CreateOrderRequest) { r.Lines[0].SpecID, r.Lines[0].SKUID = "", "5403412737023" },
		"lines":                     func(r *core.CreateOrderRequest) { r.Lines = make([]core.OrderLine, 101) },
		"options.promotion":         func(r *core.CreateOrderRequest) { r.Options = map[string]string{"promotion": "x"} },
		"lines[1].seller_id": func(r *core.CreateOrderRequest) {
			r.Lines = append(r.Lines, core.OrderLine{ProductID: "1", SellerID: "b2b-2", Quantity: 1})
		},
	} {
		r := pencils()
		change(&r)
		quote := operation{name: "quote", call: func(c *plugin.Client, _ core.Attempt) (any, error) {
			return c.Quote(t.Context(), core.QuoteRequest{Lines: r.Lines, Address: r.Address, Options: r.Options})
		}}
		create := operation{name: "create", call: func(c *plugin.Client, a core.Attempt) (any, error) {
			r.Attempt = a
			return c.CreateOrder(t.Context(), r)
		}}
		_, err := create.call(w.inPython, attempt())
		e, isCore := errors.AsType[*core.Error](err)
		require.True(t, isCore && e.Outcome == core.NotDone && e.Code == core.InvalidInput, "%s: %v", field, err)
		require.Equal(t, strings.TrimSpace(field), e.Field)
		w.same(t, quote, field)
		w.same(t, create, field)
	}
	for _, id := range []core.OrderID{"", "abc", "0123", "9223372036854775808", "1.5", "-1", "1e3", "１２"} {
		ref := core.OrderRef{ID: id}
		for name, call := range map[string]func(*plugin.Client, core.Attempt) (any, error){
			"get": func(c *plugin.Client, _ core.Attempt) (any, error) {
				return c.GetOrder(t.Context(), core.GetOrderRequest{Order: ref})
			},
			"pay": func(c *plugin.Client, a core.Attempt) (any, error) {
				return c.Pay(t.Context(), core.PayRequest{Order: ref, Attempt: a})
			},
			"cancel": func(c *plugin.Client, a core.Attempt) (any, error) {
				return c.CancelOrder(t.Context(), core.CancelOrderRequest{Order: ref, Attempt: a})
			},
			"confirm": func(c *plugin.Client, a core.Attempt) (any, error) {
				return c.ConfirmReceipt(t.Context(), core.ConfirmReceiptRequest{Order: seedOrder, Lines: []core.LineID{core.LineID(id)}, Attempt: a})
			},
		} {
			w.same(t, operation{name: name, call: call}, string(id))
		}
	}
	for _, cursor := range []string{"0", "-1", "x", "1.0", "99999999"} {
		w.same(t, operation{name: "list", call: func(c *plugin.Client, _ core.Attempt) (any, error) {
			return c.ListOrders(t.Context(), core.ListOrdersRequest{Cursor: cursor})
		}}, cursor)
	}
	require.Empty(t, w.take(), "nothing is sent")
}

func TestBothListAlike(t *testing.T) {
	t.Parallel()
	w := newTwins(t)
	page := ok(`{"result":[` + trade("waitbuyerpay") + `,` + strings.ReplaceAll(trade("success"), seedID, "7") + `]}`)
	created := time.Date(2024, 8, 14, 7, 10, 38, 0, time.UTC)
	for _, answer := range []canned{page, ok(`{"result":[]}`), ok(`{"result":null}`), ok(`{"result":"[]"}`), ok(`{}`), ok(`{"result":{"baseInfo":{"id":"5"}}}`)} {
		w.answer(pathList, answer)
		w.answer(pathDetail, ok(trade("success")))
		for _, r := range []core.ListOrdersRequest{{}, {PageSize: 2}, {PageSize: 2, Cursor: "7"}, {PageSize: 500}, {Ref: "T20240708002"}, {Ref: "other"},
			{ID: seedID}, {ID: "7"}, {ID: seedID, Status: core.Paid}, {Status: core.AwaitingPayment}, {Status: core.Completed}, {Status: core.Closed},
			{CreatedFrom: created}, {CreatedFrom: created.Add(time.Millisecond)}, {CreatedTo: created}, {CreatedTo: created.Add(time.Millisecond)}} {
			w.same(t, operation{name: "list", call: func(c *plugin.Client, _ core.Attempt) (any, error) { return c.ListOrders(t.Context(), r) }},
				fmt.Sprintf("%+v, %s", r, answer.Body))
		}
	}
}

// TestBothReadDamagedAnswersAlike takes good answers and spoils members at random, always the same ones.
func TestBothReadDamagedAnswersAlike(t *testing.T) {
	t.Parallel()
	w := newTwins(t)
	good := goodAnswers(t)
	random := rand.New(rand.NewPCG(1, uint64(rounds(t)))) // other rounds, other damage
	for _, o := range operations(t) {
		for i, answer := range good[o.path] {
			for round := range rounds(t) {
				damaged := spoil(t, random, answer, round)
				w.answer(o.path, canned{Body: damaged})
				if o.name == "pay" {
					w.answer(pathDetail, ok(trade("waitsellersend")))
				}
				w.same(t, o, fmt.Sprintf("answer %d, round %d: %s", i, round, damaged))
			}
		}
	}
}

// rounds is how often each answer is damaged: SAMPAN_ROUNDS, or 40.
func rounds(t *testing.T) int {
	n, err := strconv.Atoi(cmp.Or(os.Getenv("SAMPAN_ROUNDS"), "40"))
	require.NoError(t, err, "SAMPAN_ROUNDS must be a number")
	return n
}

// goodAnswers are the example of the documents, and what the sandbox says in each state of an order.
func goodAnswers(t *testing.T) map[string][]string {
	t.Helper()
	seed, err := os.ReadFile(filepath.Join("..", "..", "..", "testdata", "wire", "1688", "dajisaas", "buyer_view.response.json"))
	require.NoError(t, err)
	good := map[string][]string{pathDetail: {string(seed)}}
	s := startSandbox(t)
	recorder := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := httptest.NewRecorder()
		s.ServeHTTP(answer, r)
		path := strings.TrimPrefix(r.URL.Path, "/dajisaas")
		// The two are asked for this one order, whatever its id is here.
		good[path] = append(good[path], answer.Body.String())
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	}))
	t.Cleanup(recorder.Close)
	a, err := dajisaas.New(settings(t, recorder.URL+"/dajisaas", "secret"))
	require.NoError(t, err)
	t.Cleanup(a.Close)
	made := mustDo(t)(a.CreateOrder(t.Context(), pencils())).(core.Order)
	require.Equal(t, core.OrderID(seedID), made.ID, "the sandbox begins with the documents' id")
	mustDo(t)(a.Quote(t.Context(), core.QuoteRequest{Lines: pencils().Lines, Address: home}))
	mustDo(t)(a.GetOrder(t.Context(), core.GetOrderRequest{Order: made.OrderRef}))
	mustDo(t)(a.Pay(t.Context(), core.PayRequest{Order: made.OrderRef, Attempt: attempt()}))
	require.NoError(t, s.Ship(seedID))
	shipped := mustDo(t)(a.GetOrder(t.Context(), core.GetOrderRequest{Order: made.OrderRef})).(core.Order)
	mustDo(t)(a.ConfirmReceipt(t.Context(), core.ConfirmReceiptRequest{Order: made.OrderRef, Lines: []core.LineID{shipped.Lines[0].ID}, Attempt: attempt()}))
	mustDo(t)(a.ListOrders(t.Context(), core.ListOrdersRequest{}))
	other := mustDo(t)(a.CreateOrder(t.Context(), pencils())).(core.Order)
	mustDo(t)(a.CancelOrder(t.Context(), core.CancelOrderRequest{Order: other.OrderRef, Attempt: attempt()}))
	for _, path := range []string{pathQuote, pathCreate, pathList, pathDetail, pathPay, pathConfirm, pathCancel} {
		require.NotEmpty(t, good[path], path)
	}
	return good
}

func mustDo(t *testing.T) func(any, error) any {
	return func(result any, err error) any {
		require.NoError(t, err)
		return result
	}
}

// spoil changes one member; round 0 changes none. (Of two, the adapters may stumble over another first.)
func spoil(t *testing.T, random *rand.Rand, answer string, round int) string {
	decoder := json.NewDecoder(strings.NewReader(answer))
	decoder.UseNumber()
	var tree any
	require.NoError(t, decoder.Decode(&tree))
	if round > 0 {
		places := placesOf(tree, nil)
		places[random.IntN(len(places))](strange(random))
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	require.NoError(t, encoder.Encode(tree))
	return text.String()
}

// unread are members that the adapter in Python does not look at: those of an order's refunds.
var unread = map[string]bool{"refundStatus": true, "refundStatusForAs": true, "refundId": true, "refundIdForAs": true}

// placesOf gives a setter for every member below the envelope; one that is asked for a change gets the
// present value.
func placesOf(tree any, places []func(func(any) any)) []func(func(any) any) {
	switch v := tree.(type) {
	case map[string]any:
		var names []string
		for name := range v {
			names = append(names, name)
		}
		sort.Strings(names)
		for _, name := range names {
			if unread[name] {
				continue
			}
			places = append(places, func(change func(any) any) {
				if changed := change(v[name]); changed == nil {
					delete(v, name)
				} else {
					v[name] = changed
				}
			})
			places = placesOf(v[name], places)
		}
	case []any:
		for i := range v {
			places = append(places, func(change func(any) any) { v[i] = change(v[i]) })
			places = placesOf(v[i], places)
		}
	}
	return places
}

var strangers = []any{json.RawMessage("null"), true, false, "true", "", " ", "x", "false", json.Number("0"), json.Number("-1"), json.Number("1.005"), json.Number("1E+1"),
	json.Number("-0.00"), json.Number("0E-10"), json.Number("1e-2"), json.Number("12345678901234567890"), json.Number("2257164624870312000"), json.Number("99999999999999999999999"),
	json.Number("1e99"), "007", "1.10", "1,5", "１", "2024-08-14T07:31:24.000+00:00", "2024-08-14 15: 31: 24", "2024-02-30 01:02:03", "20240814153124000+0800", "1723620684182",
	"1723620684", map[string]any{}, []any{}, []any{json.Number("1")}, "[]", "{}", "{\"success\":false}", "cancel", "WAIT_BUYER_PAY", "waitbuyerreceive", "terminated", "5", "2",
	"a\u0007b\u202ec\nd", strings.Repeat("字", 90), strings.Repeat("x", 300), seedID, "CNY", "USD", "SF1234567890", "不需要物流", "E1"}

func strange(random *rand.Rand) func(any) any {
	with := strangers[random.IntN(len(strangers))]
	kind := random.IntN(5)
	return func(now any) any {
		text, err := json.Marshal(now)
		switch {
		case kind == 0:
			return nil // the member is gone
		case kind == 1 && err == nil:
			return string(text) // its JSON as text
		case kind == 2 && reflect.TypeOf(now) == reflect.TypeFor[json.Number]():
			return now.(json.Number).String()
		}
		return with
	}
}
