package sandbox

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

// Fault is something that goes wrong with one request.
type Fault string

// The fault menu. "Effect" means that the request does what it asks for.
const (
	RefuseBefore  Fault = "refuse-before"  // business refusal, no effect
	DropBefore    Fault = "drop-before"    // connection closed, no effect
	DropAfter     Fault = "drop-after"     // effect, then the connection is closed
	Late          Fault = "late"           // effect, then the answer after Delay
	TooMany       Fault = "429"            // no effect
	ErrorBefore   Fault = "500-before"     // no effect
	ErrorAfter    Fault = "500-after"      // effect, then a 500
	Truncated     Fault = "truncated"      // effect, half of the answer, full Content-Length
	Garbage       Fault = "garbage"        // effect, an HTML page with 200
	Redirect      Fault = "redirect"       // 307 to another path, no effect
	WrongTypes    Fault = "wrong-types"    // effect, members with other JSON types
	MissingFields Fault = "missing-fields" // effect, data is {}
	Huge          Fault = "huge"           // effect, a body of more than 8 MiB
	Hang          Fault = "hang"           // effect, no answer until the client leaves
)

var allFaults = []Fault{
	RefuseBefore, DropBefore, DropAfter, Late, TooMany, ErrorBefore, ErrorAfter,
	Truncated, Garbage, Redirect, WrongTypes, MissingFields, Huge, Hang,
}

// Headers with which a single request chooses its fault.
const (
	HeaderFault = "X-Sandbox-Fault"
	HeaderDelay = "X-Sandbox-Delay" // a Go duration, for Late
)

// defaultDelay is used by Late when no delay is given.
const defaultDelay = time.Second

// Rule applies a fault to requests that match.
type Rule struct {
	// Method and Path select requests; "" is any. Path is without /pandapon
	// and /dajisaas.
	Method, Path string
	Fault        Fault
	Delay        time.Duration
	// Skip lets that many matching requests pass first. Times is how often
	// the fault strikes after that: 0 is once, a negative number always.
	Skip, Times int
}

type liveRule struct {
	Rule
	left int
}

// Script adds rules; earlier ones win. Calling it without rules drops those
// that are left. It panics on a fault that is not on the menu.
func (s *Sandbox) Script(rules ...Rule) {
	for _, r := range rules {
		if !slices.Contains(allFaults, r.Fault) {
			panic(fmt.Sprintf("sandbox: unknown fault %q", r.Fault))
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(rules) == 0 {
		s.rules = nil
	}
	for _, r := range rules {
		s.rules = append(s.rules, &liveRule{Rule: r, left: max(1, r.Times)})
	}
}

func (r *liveRule) strikes(method, path string) bool {
	if r.Method != "" && r.Method != method || r.Path != "" && r.Path != path {
		return false
	}
	if r.left == 0 {
		return false
	}
	if r.Skip > 0 {
		r.Skip--
		return false
	}
	if r.Times >= 0 {
		r.left--
	}
	return true
}

// faultPlan is the fault of one request; the zero value is none.
type faultPlan struct {
	fault Fault
	delay time.Duration
}

func (s *Sandbox) planFault(r *http.Request, path string) (faultPlan, error) {
	if name := r.Header.Get(HeaderFault); name != "" {
		return planFromHeader(name, r.Header.Get(HeaderDelay))
	}
	for _, rule := range s.rules {
		if rule.strikes(r.Method, path) {
			return faultPlan{fault: rule.Fault, delay: rule.Delay}, nil
		}
	}
	return faultPlan{}, nil
}

func planFromHeader(name, delay string) (faultPlan, error) {
	plan := faultPlan{fault: Fault(name)}
	if !slices.Contains(allFaults, plan.fault) {
		return plan, fmt.Errorf("sandbox: unknown fault %q; the menu is %v", name, allFaults)
	}
	if delay == "" {
		return plan, nil
	}
	var err error
	plan.delay, err = time.ParseDuration(delay)
	return plan, err
}
