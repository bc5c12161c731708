package plugin

import (
	"errors"
	"fmt"

	"github.com/sampan-go/sampan/core"
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

func pageHasIDs(p core.OrderPage) error {
	for i, o := range p.Orders {
		if err := orderHasID(o); err != nil {
			return fmt.Errorf("orders[%d]: %w", i, err)
		}
	}
	return nil
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
