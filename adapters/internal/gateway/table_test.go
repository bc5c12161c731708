package gateway

import (
	"strings"
	"testing"

	"github.com/sampan-go/sampan/core"
)

func TestUndocumentedEndpointIsOffAndSaysWhatToSet(t *testing.T) {
	for name, want := range map[string][]string{
		"pay":      {"not documented (DOC (menu) doc-en api-263477651)", `set endpoints.pay = "POST /open/order/pay" in the account's settings`},
		"detail":   {"method and path unknown", `set endpoints.detail = "POST /path"`},
		"inferred": {`set endpoints.inferred = "POST /path"`},
		"freight":  {"signed otherwise"},
	} {
		_, err := testTable.Endpoint(name)
		wantError(t, name, err, core.Unsupported, core.NotDone)
		for _, part := range want {
			if err != nil && !strings.Contains(err.Error(), part) {
				t.Errorf("%s: got %v, want %q in it", name, err, part)
			}
		}
	}
	_, err := testTable.Endpoint("nosuch")
	wantError(t, "unknown name", err, core.InvalidInput, core.NotDone)
}

func TestOverrides(t *testing.T) {
	own, err := testTable.With(map[string]string{"pay": "GET /v2/pay/{orderId}", "list": "POST /v2/list"})
	if err != nil {
		t.Fatal(err)
	}
	if row, err := own.Endpoint("pay"); err != nil || row.Method != "GET" || row.Path != "/v2/pay/{orderId}" || !row.Write || row.Support != core.Provisional {
		t.Errorf("a named row is on, and stays a provisional write: got %+v, %v", row, err)
	}
	if row, err := own.Endpoint("list"); err != nil || row.Path != "/v2/list" {
		t.Errorf("a documented row takes another path: got %+v, %v", row, err)
	}
	if _, err := testTable.Endpoint("pay"); err == nil {
		t.Error("the table itself is not changed")
	}
}

func TestBadOverrides(t *testing.T) {
	for _, row := range []struct{ name, text, want string }{
		{"payy", "POST /pay", "cancelrefund, create, detail, inferred, list, pay, payurl"},
		{"freight", "POST /freight", "it knows"},
		{"pay", "", "POST /open/order/pay"},
		{"pay", "/pay", "POST /open/order/pay"},
		{"pay", "post /pay", "GET or POST"},
		{"pay", "DELETE /pay", "GET or POST"},
		{"pay", "POST  /pay", "one blank"},
		{"pay", "POST /pay ", "one blank"},
		{"pay", "POST pay", "absolute"},
		{"pay", "POST /pay?x=1", "without query"},
		{"pay", "POST /a/../pay", "absolute"},
		{"pay", "POST //evil/pay", "absolute"},
		{"pay", "POST https://evil/pay", "absolute"},
		{"pay", "POST /pay/{}", "absolute"},
		{"pay", "POST /pay/{a", "absolute"},
		{"cancelrefund", "GET /refund/cancel", "{refundId}"},
	} {
		_, err := testTable.With(map[string]string{row.name: row.text})
		e := wantError(t, row.text, err, core.InvalidInput, core.NotDone)
		if e.Field != "settings.endpoints."+row.name || !strings.Contains(e.Message, row.want) {
			t.Errorf("%q: got %v, want %q in it", row.text, e, row.want)
		}
	}
}

func TestCapabilityIsAsWeakAsItsWeakestRow(t *testing.T) {
	own, err := testTable.With(map[string]string{"pay": "POST /pay"})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		names   []string
		support core.Support
		enabled bool
	}{
		{nil, core.NotSupported, false},
		{[]string{"create"}, core.Supported, false},
		{[]string{"create", "list"}, core.Supported, false},
		{[]string{"create", "pay"}, core.Provisional, true},
		{[]string{"pay", "detail"}, core.Provisional, false},
		{[]string{"detail", "pay", "create"}, core.Provisional, false},
		{[]string{"detail", "freight"}, core.NotSupported, false},
		{[]string{"create", "nosuch"}, core.NotSupported, false},
	} {
		got := own.Capability(row.names...)
		if got.Support != row.support || got.Enabled != row.enabled || (got.Reason == "") != (row.support == core.Supported) {
			t.Errorf("%v: got %+v, want %v, enabled %v, and a reason unless supported", row.names, got, row.support, row.enabled)
		}
	}
}
