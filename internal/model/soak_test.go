//go:build soak

package model

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSoakFullHorizons(t *testing.T) {
	require.Equal(t, "1", os.Getenv("SAMPAN_SOAK"), "the soak tests run with SAMPAN_SOAK=1")
	holds(t, "C1", Bounds{Horizon: 14})
	holds(t, "C2", Bounds{Horizon: 14})
	holds(t, "C3", Bounds{Horizon: 9})
	for _, p := range safe() {
		holds(t, p.ID, Bounds{Horizon: 14, Attempts: 3})
	}
}
