// Package wire converts between core and the messages of the contract, both ways in one file per
// subject. It imports core, core/money and the generated code. Start reading at decoder.go.
//
// What comes from the other side of the boundary is a stranger's: an unknown enum value of an answer is
// the zero value, one of a request is refused, money passes money.Parse, an id with a control character is refused, and texts lose
// control and bidirectional characters before a terminal sees them.
package wire
