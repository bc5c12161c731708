// Package taobao is the adapter of the market Taobao behind the PandaPon gateway.
//
// Start reading at endpoints.go, the table of everything it may call and how well each row is
// known; then one file per operation. It imports core, core/money, core/wirejson and the gateway
// client that it shares with alibaba1688.
//
// PandaPon documents for Taobao the creation of an order, its logistics and the query of a refund.
// List, detail, pay, cancel and the submission of a refund are in the menu without path or body:
// they are Provisional, off until the account's settings name them. Their code follows the
// documented sister operations, and each says so. The list of refunds has a documented path and no
// documented answer: ProveFence alone asks for it.
//
// Ids: Order.ID is the gateway's order id (create's data.id), Line.ID its sub-order id.
// Order.Handle holds the Taobao sub-purchase ids that the logistics call takes; without it Track
// needs the detail endpoint. Products are ordered by their distribution ids (mpId, mpSkuId), not
// by the public Taobao ids.
package taobao
