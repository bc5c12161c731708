package plugin

import (
	"errors"
	"fmt"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/money"
)

var errEmpty = errors.New("it holds neither a result nor an error")

// present reads a result that must be there and must pass the checks.
func present[M any, T any](m *M, read func(*M) (T, error), checks ...func(T) error) (T, error) {
	var none T
	if m == nil {
		return none, errEmpty
	}
	result, err := read(m)
	if err != nil {
		return none, err
	}
	for _, check := range checks {
		if err := check(result); err != nil {
			return none, err
		}
	}
	return result, nil
}

// orderHasID refuses orders that nobody could name again.
func orderHasID(o core.Order) error {
	if o.ID == "" {
		return errors.New("order.id: is missing")
	}
	for i, sibling := range o.Siblings {
		if sibling.ID == "" {
			return fmt.Errorf("order.siblings[%d].id: is missing", i)
		}
	}
	return nil
}

// ordersDiffer refuses one order that is told twice: what is said of it twice need not agree.
func ordersDiffer(o core.Order) error {
	seen := map[core.OrderID]bool{o.ID: true}
	for i, sibling := range o.Siblings {
		if seen[sibling.ID] {
			return fmt.Errorf("order.siblings[%d].id: is told twice", i)
		}
		seen[sibling.ID] = true
	}
	return nil
}

func pageHasIDs(p core.OrderPage) error {
	seen := map[core.OrderID]bool{}
	for i, o := range p.Orders {
		if err := orderHasID(o); err != nil {
			return fmt.Errorf("orders[%d]: %w", i, err)
		}
		if seen[o.ID] {
			return fmt.Errorf("orders[%d].id: is told twice in one page", i)
		}
		seen[o.ID] = true
	}
	return nil
}

// answersRef refuses the answer to a write under another name than ours. One without a name is
// believed to be ours: not every gateway gives it back.
func answersRef[T any](asked core.Ref, named func(T) core.Ref) func(T) error {
	return func(answer T) error {
		if ref := named(answer); ref != "" && ref != asked {
			return fmt.Errorf("ref: is %q, but %q was asked for", ref, asked)
		}
		return nil
	}
}

// paymentFits refuses an amount that no payment of the expected one can be.
func paymentFits(expect money.Amount) func(core.Payment) error {
	return func(p core.Payment) error {
		switch {
		case p.Amount.Sign() < 0:
			return errors.New("payment.amount: is below zero")
		case p.Amount.IsSet() && expect.IsSet() && p.Amount.Currency() != expect.Currency():
			return fmt.Errorf("payment.amount: is in %s, but %s was to be paid", p.Amount.Currency(), expect.Currency())
		}
		return nil
	}
}

// about refuses an answer that speaks of another order than the one asked about. An answer that
// names none is believed to speak of it.
func about[T any](asked core.OrderRef, named func(T) core.OrderID) func(T) error {
	return func(answer T) error {
		if id := named(answer); id != "" && id != asked.ID {
			return fmt.Errorf("order.id: is %s, but order %s was asked about", id, asked.ID)
		}
		return nil
	}
}

// refundHasID refuses a refund that nobody could name again.
func refundHasID(f core.Refund) error {
	if f.ID == "" {
		return errors.New("refund.id: is missing")
	}
	return nil
}

// refundIs refuses another refund than the one asked for.
func refundIs(id core.RefundID) func(core.Refund) error {
	return func(f core.Refund) error {
		if f.ID != id {
			return fmt.Errorf("refund.id: is %q, but refund %s was asked for", f.ID, id)
		}
		return nil
	}
}

// proofNamesGateway refuses a proof that holds for nobody knows which gateway.
func proofNamesGateway(p core.FenceProof) error {
	if p.Gateway == "" {
		return errors.New("proof.gateway: is missing")
	}
	return nil
}
