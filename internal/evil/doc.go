// Package evil is the proof that a hostile adapter harms its host no further than the calls that it
// answers: a real plugin.Open or plugin.Supervise meets programs that lie in every place where an
// adapter may speak.
//
// It holds tests only. Each case is a row with two processes, both this test's own binary in another
// role: a hostile adapter, which writes handshake, certificates and HTTP/2 answers by hand, and a host
// that meets it and reports what its callers got and what was left behind. A host that panics is a
// failed case; its memory is measured for each. Start reading at TestHostileAdapters; row_test.go
// says what a case is, actor_test.go what an adapter can do wrong, host_test.go what the host is held
// to in every case.
package evil
