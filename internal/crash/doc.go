// Package crash is the proof with real processes: hosts and adapters are killed, frozen and started
// again around a gateway that counts what really happened.
//
// It holds tests only. A host and an adapter are this test's own binary, started again in another
// role; the gateway is internal/sandbox in the test's own process, over https, with a hook at every
// point of a write. Start reading at TestKillAtEveryPoint; points_test.go names the points,
// host_test.go and adapter_test.go are the roles.
//
//	SAMPAN_KILLS          how often every point is struck (1)
//	SAMPAN_HOSTS_ORDERS   how many orders four hosts fight over (100; the long form is 1000)
//	SAMPAN_HOSTS_SEED     repeats the kills and stops of an earlier run
//	SAMPAN_TEST_POSTGRES  a server to make databases on; without it a private one is started
package crash
