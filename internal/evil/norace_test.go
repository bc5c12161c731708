//go:build !race

package evil

// underRace: see the file for the race detector.
const underRace = false
