package taobao

import (
	"github.com/sampan-go/sampan/adapters/internal/gateway"
	"github.com/sampan-go/sampan/core"
)

// Settings of an account: those of the gateway, and what its documentation leaves open about
// refunds.
type Settings struct {
	gateway.Settings
	// RefundStates reads PandaPon's numbers of a refund's state, for which its pages give no list:
	// {"1": "requested", "5": "paid"}. A number that is not in it is "unknown", the number kept.
	RefundStates map[string]string `json:"refund_states"`
	// RefundFeeUnit is the unit of refundFee, which no page states: "fen" or "yuan". Without it no
	// refund is submitted and none shows an amount.
	RefundFeeUnit string `json:"refund_fee_unit"`
}

func (s Settings) refundStates() (map[string]core.RefundState, error) {
	if s.RefundFeeUnit != "" && s.RefundFeeUnit != "fen" && s.RefundFeeUnit != "yuan" {
		return nil, core.Invalid("settings.refund_fee_unit", `must be "fen" or "yuan", or be left out while it is not known`)
	}
	states := make(map[string]core.RefundState, len(s.RefundStates))
	for number, name := range s.RefundStates {
		var state core.RefundState
		_ = state.UnmarshalText([]byte(name)) // it gives RefundUnknown for an unknown name
		if state == core.RefundUnknown && name != state.String() {
			return nil, core.Invalid("settings.refund_states."+number, "must be one of requested, awaiting_return, returning, paid, rejected, closed")
		}
		states[number] = state
	}
	return states, nil
}
