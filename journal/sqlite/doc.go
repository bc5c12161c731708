// Package sqlite is the journal of one host: a file that outlives the process.
//
// An acknowledged change is on disk (WAL, synchronous=FULL): it survives a crash of the process and
// of the machine, as far as the disk keeps its word. One host at a time has the file; a lock beside
// it says who. Every change is also an entry of a chain of hashes, which Open verifies.
//
// Start reading at Open. The package imports core and modernc.org/sqlite, which needs no C compiler.
package sqlite
