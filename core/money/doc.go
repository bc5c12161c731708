// Package money holds exact amounts of money and the only parsers of money in
// the library.
//
// An [Amount] is payable: it never has more decimals than its currency. A
// [UnitPrice] may have more (a button for 0.035 CNY); [UnitPrice.Total] is the
// one door from the second to the first, and it says how it rounds. Both are
// made from text or from whole minor units, and leave as text or as whole
// minor units. The zero value of each has no currency and means "absent",
// which is not the same as 0.00 CNY.
//
// Server data is a stranger here: length, grammar, digits and decimals are
// checked on the text, before any big-number code sees it.
//
// The package imports the standard library and github.com/shopspring/decimal.
// The decimal stays unexported, so that its JSON, SQL and float entries cannot
// be reached.
//
// Start reading at amount.go, then grammar.go (what a number may look like),
// wire.go (how gateways print numbers) and unit.go.
package money
