// Package lockfile reads and writes sampan.lock, which says which adapter programs may run: for each
// the SHA-256 of every platform's binary. It belongs into version control beside
// sampan.toml. It imports core. Start reading at Load.
package lockfile
