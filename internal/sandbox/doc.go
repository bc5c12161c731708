// Package sandbox is an offline stand-in of two sourcing gateways: PandaPon
// (Taobao and 1688) and dajisaas (1688 and Taobao).
//
// It keeps orders, checks signatures and clocks, answers in the documented
// shapes with their documented oddities, is deterministic from a seed and has a
// menu of faults. It is held to the wire documents, not to our adapters, and
// therefore imports nothing of this module. No byte of it ever reaches a real
// gateway.
//
// Where the documents say UNKNOWN or INFERRED and an answer is needed all the
// same, the answer is invented here. Each of those places carries a comment
// that starts with "Fiction:". A test that passes against a fiction proves
// nothing about the gateway.
//
// Start reading at [Sandbox] and [Start]; then taobao_*.go, ali_*.go and
// daji_*.go, one file per subject. Money is int64 fen inside and becomes text
// at the edge; ids are text or int64, never a float.
package sandbox
