package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

const controlPrefix = "/_sandbox/"

func isControl(path string) bool { return strings.HasPrefix(path, controlPrefix) }

// control is the sandbox's own interface for tests in other processes.
func (s *Sandbox) control(w http.ResponseWriter, r *http.Request, body []byte) {
	switch r.Method + " " + strings.TrimPrefix(r.URL.Path, controlPrefix) {
	case "POST script":
		answerControl(w, s.scriptJSON(body))
	case "POST act":
		answerControl(w, s.actJSON(body))
	case "POST push":
		answerControl(w, s.pushJSON(body))
	case "POST flush":
		writeReply(w, jsonReply(http.StatusOK, orEmpty(s.Flush(r.Context()))), false)
	case "GET effects":
		writeReply(w, jsonReply(http.StatusOK, orEmpty(s.Effects())), false)
	case "GET orders":
		writeReply(w, jsonReply(http.StatusOK, s.Orders()), false)
	case "GET log":
		writeReply(w, jsonReply(http.StatusOK, s.logJSON(r.URL.Query().Get("full") == "1")), false)
	default:
		http.Error(w, "no such sandbox control; see /", http.StatusNotFound)
	}
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func answerControl(w http.ResponseWriter, err error) {
	if err == nil {
		writeReply(w, jsonReply(http.StatusOK, obj{"ok": true}), false)
		return
	}
	status := http.StatusBadRequest
	if errors.Is(err, errUnknownOrder) {
		status = http.StatusNotFound
	}
	writeReply(w, jsonReply(status, obj{"ok": false, "error": err.Error()}), false)
}

type ruleJSON struct {
	Method string `json:"method"`
	Path   string `json:"path"`
	Fault  Fault  `json:"fault"`
	Delay  string `json:"delay"`
	Skip   int    `json:"skip"`
	Times  int    `json:"times"`
}

func (s *Sandbox) scriptJSON(body []byte) error {
	var in []ruleJSON
	if err := json.Unmarshal(body, &in); err != nil {
		return fmt.Errorf("sandbox: script: %w", err)
	}
	rules := make([]Rule, 0, len(in))
	for _, r := range in {
		rule := Rule{Method: r.Method, Path: r.Path, Fault: r.Fault, Skip: r.Skip, Times: r.Times}
		if !slices.Contains(allFaults, r.Fault) {
			return fmt.Errorf("sandbox: unknown fault %q; the menu is %v", r.Fault, allFaults)
		}
		if r.Delay != "" {
			delay, err := time.ParseDuration(r.Delay)
			if err != nil {
				return fmt.Errorf("sandbox: script: %w", err)
			}
			rule.Delay = delay
		}
		rules = append(rules, rule)
	}
	s.Script(rules...)
	return nil
}

type actJSON struct {
	Act      string `json:"act"`
	Order    string `json:"order"`
	Text     string `json:"text"`
	Place    string `json:"place"`
	TotalFen int64  `json:"total_fen"`
}

func (s *Sandbox) actJSON(body []byte) error {
	var in actJSON
	if err := json.Unmarshal(body, &in); err != nil {
		return fmt.Errorf("sandbox: act: %w", err)
	}
	switch in.Act {
	case "ship":
		return s.Ship(in.Order)
	case "scan":
		return s.Scan(in.Order, in.Text, in.Place)
	case "deliver":
		return s.Deliver(in.Order)
	case "set-total":
		return s.SetTotal(in.Order, in.TotalFen)
	case "settle-refund":
		return s.SettleRefund(in.Order)
	case "pay-at-cashier":
		return s.PayAtCashier(in.Order)
	case "pay-mode":
		return s.SetPayMode(in.Text)
	case "push":
		return s.PushType(in.Order, in.Text)
	case "tick":
		s.Tick()
		return nil
	}
	return fmt.Errorf("sandbox: unknown act %q", in.Act)
}

// fullAccess is an access with its body as text.
type fullAccess struct {
	Access
	BodyText string `json:"body"`
}

// logJSON leaves headers and bodies out unless asked for them.
func (s *Sandbox) logJSON(full bool) any {
	log := s.Log()
	if !full {
		for i := range log {
			log[i].Header = nil
		}
		return orEmpty(log)
	}
	list := make([]fullAccess, 0, len(log))
	for _, a := range log {
		list = append(list, fullAccess{a, string(a.Body)})
	}
	return list
}
