package effect

import (
	"context"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/sampan-go/sampan/core"
)

var blockedAddresses = []string{
	"0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "100.127.255.255",
	"127.0.0.1", "127.1.2.3", "127.255.255.254", "169.254.0.1", "169.254.169.254", "169.254.170.2", "172.16.0.1",
	"172.31.255.255", "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.0.1", "192.168.255.255",
	"198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
	"::", "::1", "::2", "::127.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8",
	"::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::a00:1", "100::1", "2001::1", "2001:0:a00:1::1",
	"2001:10::1", "2001:db8::1", "2002:7f00:1::1", "2002:a00:1::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254",
	"fdff::1", "fe80::1", "fe80::1%eth0", "febf::1", "fec0::1", "ff02::1", "ff0e::1", "4000::1", "e000::1",
}

var publicAddresses = []string{"8.8.8.8", "1.1.1.1", "47.88.0.1", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1",
	"192.167.1.1", "198.17.0.1", "223.255.255.255", "2400:3200::1", "2606:4700::1111", "2a00:1450::1"}

func TestBlockedAddresses(t *testing.T) {
	for _, text := range blockedAddresses {
		ip := netip.MustParseAddr(text)
		if err := (guard{}).check(ip); err == nil {
			t.Errorf("%s may not be dialled", text)
		}
		if err := (guard{}).control("tcp", netip.AddrPortFrom(ip, 443).String(), nil); err == nil {
			t.Errorf("%s may not be dialled (as the dialler names it)", text)
		}
		if err := (guard{allowPrivate: true}).check(ip); err != nil {
			t.Errorf("allow_private admits %s: got %v", text, err)
		}
	}
	for _, text := range publicAddresses {
		if err := (guard{}).check(netip.MustParseAddr(text)); err != nil {
			t.Errorf("%s is public: got %v", text, err)
		}
	}
	if err := (guard{}).control("tcp", "nonsense", nil); err == nil {
		t.Error("what is no address may not be dialled")
	}
}

func TestPlainHTTPGoesToLoopbackOnly(t *testing.T) {
	g := guard{allowPrivate: true, plain: true}
	for text, allowed := range map[string]bool{"127.0.0.1": true, "::1": true, "10.0.0.1": false, "8.8.8.8": false, "0.0.0.0": false} {
		if err := g.check(netip.MustParseAddr(text)); (err == nil) != allowed {
			t.Errorf("plain http to %s: got %v, want allowed %v", text, err, allowed)
		}
	}
}

// A name is judged by the address that is dialled, so a name that rebinds gains nothing.
func TestNamesAreJudgedByTheAddressDialled(t *testing.T) {
	c, err := New(Options{BaseURL: "https://localhost:1"})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range []*core.Attempt{nil, attempt(time.Second)} {
		_, err = c.Do(context.Background(), pay(a))
		wantError(t, "localhost", err, core.InvalidInput, core.NotDone)
		if !strings.Contains(err.Error(), "settings.base_url") || !strings.Contains(err.Error(), "allow_private") {
			t.Errorf("the error says what to set: got %v", err)
		}
	}
}

func TestBaseURL(t *testing.T) {
	const canary = "s3cr3t"
	for _, row := range []struct {
		text         string
		allowPrivate bool
		ok           bool
	}{
		{"https://api.pandapon.com", false, true},
		{"https://api.pandapon.com/", false, true},
		{"https://api.pandapon.com:8443/api/v1", false, true},
		{"https://[2400:3200::1]:8443", false, true},
		{"http://127.0.0.1:8080/pandapon", true, true},
		{"http://localhost:8080", true, true},
		{"http://[::1]:8080", true, true},
		{"https://10.0.0.1", true, true},
		{"", false, false},
		{"api.pandapon.com", false, false},
		{"http://api.pandapon.com", false, false},
		{"http://127.0.0.1:8080", false, false},
		{"http://8.8.8.8", true, false},
		{"https://127.0.0.1", false, false},
		{"https://[::ffff:127.0.0.1]", false, false},
		{"https://169.254.169.254/latest", false, false},
		{"ftp://api.pandapon.com", true, false},
		{"https://", false, false},
		{"https:///path", false, false},
		{"https:api.pandapon.com", false, false},
		{"https://u:" + canary + "@api.pandapon.com", false, false},
		{"https://@api.pandapon.com", false, false},
		{"https://api.pandapon.com?key=" + canary, false, false},
		{"https://api.pandapon.com/?", false, false},
		{"https://api.pandapon.com/#" + canary, false, false},
		{"https://api.pandapon.com/#", false, false},
		{"https://api.pandapon.com/a/../b", false, false},
		{"https://api.pandapon.com/a%2Fb", false, false},
		{"https://api.pandapon.com//b", false, false},
		{"https://api.pandapon.com:port", false, false},
		{"https://api pandapon.com/" + canary, false, false},
		{"https://\u0430pi.pandapon.com", false, false},
		{" https://api.pandapon.com", false, false},
	} {
		_, err := New(Options{BaseURL: row.text, AllowPrivate: row.allowPrivate})
		if (err == nil) != row.ok {
			t.Errorf("%q, allow_private %v: got %v, want ok %v", row.text, row.allowPrivate, err, row.ok)
		}
		if err == nil {
			continue
		}
		e, ok := err.(*core.Error)
		if !ok || e.Code != core.InvalidInput || e.Outcome != core.NotDone || e.Field != "settings.base_url" {
			t.Errorf("%q: got %#v, want InvalidInput of settings.base_url", row.text, err)
		}
		if strings.Contains(err.Error(), canary) {
			t.Errorf("%q: the error repeats a secret: %v", row.text, err)
		}
	}
}
