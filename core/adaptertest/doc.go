// Package adaptertest holds the behaviour that every adapter owes, as tests that an author runs
// against the adapter and an offline gateway:
//
//	func TestAdapter(t *testing.T) {
//		adaptertest.Run(t, adaptertest.Harness{Open: ..., Order: ..., Effects: ..., Requests: ...})
//	}
//
// A rule runs when the adapter's Describe offers what the rule needs. An operation that is not
// offered is called all the same: it must say Unsupported, say why, and send nothing. A failure
// names the rule, what came, what should have come, and what to do.
//
// Start reading at [Harness], then run.go (the table of groups); each group's rules are rows in a
// file of its own. The package imports core, core/money and the standard library only, so that a
// test of yours inherits no dependency.
package adaptertest
