//go:build race

package evil

// underRace says that memory is not that of a host: the detector takes several times as much.
const underRace = true
