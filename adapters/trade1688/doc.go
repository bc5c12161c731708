// Package trade1688 reads the trade object of 1688, as PandaPon's order detail and batch create, its
// callbacks, and dajisaas' detail and list pass it through.
//
// It is public so that dajisaas, the folder that outside authors copy, uses nothing that they lack.
// It imports core, core/money and core/wirejson. Start reading at decode.go, then wire.go for what
// is on the wire; each subject of an order has a file after that.
//
// Amounts are yuan with decimals, except baseInfo.discount, which is whole fen. (So is
// productItems[].entryDiscount, which has no place in core.Line.) Nothing is taken from sums:
// totals that do not add up are passed on as they came.
package trade1688
