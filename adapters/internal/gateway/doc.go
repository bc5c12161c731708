// Package gateway is the header-signed PandaPon client that the adapters for Taobao and 1688
// share. It imports the standard library, core and core/effect. Start reading at Client.Call, the
// one door to the wire; table.go says which operations have one.
//
// Wire facts and how well each is known: the comments name their source as PandaPon's own page
// (DOC), an independent client (CLIENT) or nobody (UNKNOWN).
package gateway
