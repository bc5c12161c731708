// Package dajisaas is the adapter of the market 1688 behind the gateway dajisaas, and the folder to
// copy when you write an adapter of your own: it imports core, core/money, core/wirejson,
// core/effect, adapters/trade1688 and the standard library, nothing that you lack.
//
// Start reading at describe.go, the table of everything it may call and how well each row is known.
// Then call.go, the one door to the wire, and one file per operation: create.go, list.go, detail.go,
// pay.go, track.go, refund.go, cancel.go, quote.go, receipt.go.
//
// An account buys on one market, 1688 or Taobao. What differs between them is the interface in market.go;
// what Taobao sends and reads is in the files that end in _taobao.go, which a copy for one market drops.
//
// # Keys
//
// Every body carries appKey and one of two proofs, never both. auth = "sign" (the default) signs the
// body; auth = "secret" sends the secret itself, which dajisaas documents for debugging only.
//
// How nested members (the address, the lines) enter the sign is in no public document. They enter as
// their compact JSON text, exactly as sent: see signedText, the one function to change. If dajisaas
// refuses create, quote and receipt over the sign while detail and list work, this is why; such a
// refusal happens before any effect, and auth = "secret" is the documented way to find out.
//
// # Writes
//
// The sign holds no time, so a captured request stays good for ever: a late one can still take
// effect, and no look-up proves that an order was not made. The caller's Ref is sent as thirdOrderId,
// comes back as outOrderId, and the list finds orders by it. dajisaas states no rule for a second
// create with the same number. On Taobao reading an order is in no document: until the account names
// taobao.query_order nothing can be looked up, and a lost create is settled by a person.
//
// # The address
//
// On 1688 the district code wins over the text, in silence. So it is required, and its province is held
// against the text; a code of another city in the same province cannot be seen here.
package dajisaas
