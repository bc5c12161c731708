package money_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Any identifier with "float" in it is refused: float32, float64, ParseFloat,
// NewFromFloat, InexactFloat64, big.Float and what may still be invented.
func TestNoFloatInMoneyCode(t *testing.T) {
	eachSource(t, func(file *ast.File, position func(ast.Node) string) {
		ast.Inspect(file, func(node ast.Node) bool {
			switch n := node.(type) {
			case *ast.Ident:
				assert.NotContains(t, strings.ToLower(n.Name), "float", position(n))
			case *ast.BasicLit:
				assert.NotContains(t, []token.Token{token.FLOAT, token.IMAG}, n.Kind, position(n))
			}
			return true
		})
	})
}

func TestMoneyImportsOnlyTheStandardLibraryAndDecimal(t *testing.T) {
	eachSource(t, func(file *ast.File, position func(ast.Node) string) {
		for _, spec := range file.Imports {
			path := strings.Trim(spec.Path.Value, `"`)
			standard := !strings.Contains(path, ".")
			assert.True(t, standard || path == "github.com/shopspring/decimal", position(spec))
		}
	})
}

func eachSource(t *testing.T, check func(file *ast.File, position func(ast.Node) string)) {
	t.Helper()
	names, err := filepath.Glob("*.go")
	require.NoError(t, err)
	files, checked := token.NewFileSet(), 0
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(files, name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		check(file, func(n ast.Node) string { return files.Position(n.Pos()).String() })
		checked++
	}
	assert.NotZero(t, checked, "the test must see the sources")
}
