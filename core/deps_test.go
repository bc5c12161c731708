package core_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A program that links core gets no database, no command line and no gRPC.
func TestCoreLinksOnlyTheStandardLibraryAndExactMoney(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", "github.com/sampan-go/sampan/core").Output()
	require.NoError(t, err, "go list must run; the tests need the Go command")
	packages := strings.Fields(string(out))
	require.Contains(t, packages, "github.com/sampan-go/sampan/core", "the list must hold core itself")
	allowed := []string{"github.com/sampan-go/sampan/core", "github.com/sampan-go/sampan/core/money", "github.com/shopspring/decimal", "golang.org/x/time/rate"}
	for _, p := range packages {
		assert.True(t, slices.Contains(allowed, p), "got %s, want only %v: whatever core imports, every program links", p, allowed)
	}
	standard, err := exec.CommandContext(t.Context(), "go", "list", "-f", "{{join .Imports \"\\n\"}}", "github.com/sampan-go/sampan/core").Output()
	require.NoError(t, err)
	for _, edge := range []string{"net/http", "database/sql", "os", "os/exec"} {
		assert.NotContains(t, strings.Fields(string(standard)), edge, "core speaks to no wire and no disk")
	}
}
