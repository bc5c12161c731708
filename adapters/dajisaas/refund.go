package dajisaas

import (
	"context"

	"github.com/sampan-go/sampan/core"
)

// Refund is not offered: dajisaas has no such call. Nothing is sent.
func (a *Adapter) Refund(context.Context, core.RefundRequest) (core.Refund, error) {
	return core.Refund{}, core.NotOffered(core.OpRefund, noRefund)
}
