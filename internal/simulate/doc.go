// Package simulate plays purchases against a gateway that loses answers, works late and crashes its
// callers, and counts what really happened there. A schedule follows from its seed.
//
// Two hosts share one account and one journal. Each step a seeded hand chooses who does what: buys,
// pays, cancels, restarts, lets time pass. The gateway keeps a ledger of effects; in the end a
// truthful person settles what is in doubt, and the ledger is held against what the hosts believe.
// It imports core and core/money. Start reading at Run; faults.go is what can go wrong.
package simulate
