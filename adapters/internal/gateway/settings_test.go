package gateway

import (
	"strings"
	"testing"

	"github.com/sampan-go/sampan/core"
)

func TestSettingsCheck(t *testing.T) {
	if err := testSettings("").Check(); err != nil {
		t.Fatalf("complete settings: got %v", err)
	}
	for field, change := range map[string]func(*Settings){
		"access_key":     func(s *Settings) { s.AccessKey = "" },
		"access_secret":  func(s *Settings) { s.AccessSecret = core.NewSecret(canarySecret + "\n") },
		"user_id":        func(s *Settings) { s.UserID = "2100 7341207" },
		"timestamp_unit": func(s *Settings) { s.TimestampUnit = "us" },
		"refusal_codes":  func(s *Settings) { s.RefusalCodes = []string{"1009", "200"} },
		"expired_codes":  func(s *Settings) { s.ExpiredCodes = []string{"40102", " "} },
		"base_url":       func(s *Settings) { s.BaseURL = "http://api.pandapon.com"; s.AllowPrivate = false },
		"endpoints.pay":  func(s *Settings) { s.Endpoints = map[string]string{"pay": "open/order/pay"} },
	} {
		s := testSettings("")
		change(&s)
		_, err := New(s, testTable, testMenu)
		e := wantError(t, field, err, core.InvalidInput, core.NotDone)
		if e.Field != "settings."+field || strings.Contains(e.Error(), "canary") {
			t.Errorf("%s: got field %s and %v; want the setting named and no value", field, e.Field, e)
		}
	}
}

func TestSettingsDecode(t *testing.T) {
	var s Settings
	err := core.DecodeSettings([]byte(`{"base_url":"https://api.pandapon.com","access_key":"k","access_secret":"`+canarySecret+`",
		"user_id":"1","timestamp_unit":"s","allow_private":false,"refusal_codes":["1009"],"expired_codes":["40102"],"endpoints":{"pay":"POST /open/order/pay"}}`), &s)
	if err != nil || s.AccessSecret.Reveal() != canarySecret || s.Endpoints["pay"] == "" || s.RefusalCodes[0] != "1009" || s.ExpiredCodes[0] != "40102" {
		t.Errorf("got %+v, %v", s, err)
	}
}

func TestDefaultBaseURL(t *testing.T) {
	s := testSettings("")
	s.AllowPrivate = false
	if c := newTestClient(t, s); c.settings.BaseURL != "https://api.pandapon.com" {
		t.Errorf("got %s", c.settings.BaseURL)
	}
}
