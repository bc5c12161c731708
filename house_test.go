package sampan_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "github.com/sampan-go/sampan"

// room is a folder and what its non-test files may import. A name that ends in "/..." means the
// folders below it too; "*" stands for one part of a path, the same on both sides.
type room struct {
	folder string
	// own are folders of this module.
	own []string
	// outside are modules of others; nil: the standard library only.
	outside []string
}

var anything = []string{"..."}

// house is the import rules of the design, as rows. The first row that fits a folder holds.
var house = []room{
	{folder: "."},
	{folder: "core/money", outside: []string{"github.com/shopspring/decimal"}},
	{folder: "core", own: []string{"core/money"}, outside: []string{"golang.org/x/time"}},
	{folder: "core/wirejson", own: []string{"core/money"}},
	{folder: "core/effect", own: []string{"core"}},
	{folder: "core/menu", own: []string{"core"}},
	{folder: "core/adaptertest", own: []string{"core", "core/money"}},
	{folder: "core/journaltest", own: []string{"core", "core/money"}},
	{folder: "core/inboxtest", own: []string{"core", "core/money"}},
	{folder: "listen", own: []string{"core"}},
	{folder: "journal/sqlite", own: []string{"core", "core/money"}, outside: anything},
	{folder: "journal/postgres", own: []string{"core", "core/money"}, outside: anything},
	{folder: "plugin", own: []string{"core", "core/money", "plugin/internal/..."}, outside: anything},
	{folder: "plugin/internal/pb", outside: []string{"google.golang.org/grpc", "google.golang.org/protobuf"}},
	{folder: "plugin/internal/...", own: []string{"core", "core/money", "plugin/internal/..."}, outside: anything},
	{folder: "plugin/lockfile", own: []string{"core"}, outside: []string{"github.com/pelletier/go-toml/v2"}},
	{folder: "plugin/plugintest", own: []string{"core", "plugin"}},
	{folder: "adapters/internal/gateway", own: []string{"core", "core/money", "core/effect", "core/menu", "core/wirejson"}},
	{folder: "adapters/trade1688", own: []string{"core", "core/money", "core/wirejson"}},
	{folder: "adapters/taobao", own: []string{"core", "core/money", "core/effect", "core/menu", "core/wirejson", "adapters/internal/gateway"}},
	{folder: "adapters/alibaba1688", own: []string{"core", "core/money", "core/effect", "core/menu", "core/wirejson", "adapters/internal/gateway", "adapters/trade1688"}},
	// The folder that outside authors copy: nothing that they lack.
	{folder: "adapters/dajisaas", own: []string{"core", "core/money", "core/effect", "core/menu", "core/wirejson", "adapters/trade1688"}},
	// core is the type of the function that opens the adapter.
	{folder: "cmd/adapter-*", own: []string{"plugin", "core", "adapters/*"}},
	{folder: "internal/sandbox"},
	// The proof of the first promise: a model of the protocol, and the protocol itself under faults.
	{folder: "internal/model"},
	{folder: "internal/simulate", own: []string{"core", "core/money"}},
	// A real PostgreSQL for tests.
	{folder: "internal/pgtest", outside: []string{"github.com/jackc/pgx/v5", "github.com/stretchr/testify"}},
	// Processes that are killed: tests only.
	{folder: "internal/crash"},
	// What it costs: programs that are measured side by side.
	{folder: "internal/bench", own: []string{"core", "core/money", "plugin", "adapters/alibaba1688"}},
	// Hostile adapters: tests only.
	{folder: "internal/evil"},
	// Adapters that an author may copy, in other languages: the Go files are their tests.
	{folder: "examples/adapters/..."},
	{folder: "cmd/host/...", own: anything, outside: anything},
}

const (
	addRow   = "add a row to `house` in house_test.go, and say in docs/adr why the house has a new room"
	moveCode = "move the code to a room that may, or pass the thing in; a new arrow is a decision for docs/adr and a row in house_test.go"
)

// floatsAllowed are files that may name a float, with the reason. Money never does.
var floatsAllowed = map[string]string{}

func TestEveryFolderImportsOnlyWhatTheHouseAllows(t *testing.T) {
	checked := 0
	for _, source := range sources(t) {
		for _, spec := range source.file.Imports {
			broken := violation(source.folder, strings.Trim(spec.Path.Value, `"`))
			assert.Empty(t, broken, "%s", source.files.Position(spec.Pos()))
			checked++
		}
		assert.NotNil(t, roomOf(source.folder), "%s is in no room: %s", source.name, addRow)
	}
	assert.Greater(t, checked, 100, "the test must see the sources")
}

func TestNoFloatNearMoney(t *testing.T) {
	for _, source := range sources(t) {
		if !within(source.folder, "core/...") && !within(source.folder, "adapters/...") {
			continue
		}
		if floatsAllowed[source.name] != "" {
			continue
		}
		ast.Inspect(source.file, func(node ast.Node) bool {
			if name, ok := node.(*ast.Ident); ok {
				assert.NotContains(t, strings.ToLower(name.Name), "float",
					"%s: no float enters or leaves; use money, int64 or text, or list the file in floatsAllowed with the reason", source.files.Position(name.Pos()))
			}
			return true
		})
	}
}

// A rule that cannot be broken proves nothing.
func TestTheHouseRefusesWhatItShould(t *testing.T) {
	for _, c := range []struct {
		folder, imports string
		allowed         bool
	}{
		{"core", module + "/core/money", true},
		{"core", "golang.org/x/time/rate", true},
		{"core", "github.com/shopspring/decimal", false},
		{"core", module + "/core/effect", false},
		{"core", module + "/plugin", false},
		{"core", "github.com/spf13/cobra", false},
		{"core/money", "github.com/shopspring/decimal", true},
		{"core/money", module + "/core", false},
		{"core/adaptertest", "github.com/stretchr/testify/require", false},
		{"adapters/dajisaas", module + "/adapters/internal/gateway", false},
		{"adapters/dajisaas", module + "/adapters/trade1688", true},
		{"adapters/taobao", module + "/adapters/trade1688", false},
		{"adapters/taobao", module + "/core/effect", true},
		{"adapters/taobao", module + "/plugin", false},
		{"plugin", module + "/plugin/internal/wire", true},
		{"plugin", module + "/adapters/taobao", false},
		{"cmd/adapter-taobao", module + "/adapters/taobao", true},
		{"cmd/adapter-taobao", module + "/adapters/dajisaas", false},
		{"internal/sandbox", "net/http", true},
		{"internal/sandbox", module + "/core", false},
		{"internal/sandbox", "github.com/shopspring/decimal", false},
		{"cmd/host", module + "/internal/sandbox", true},
		{"core", module, false},
		{"attic", "fmt", false},
	} {
		broken := violation(c.folder, c.imports)
		assert.Equal(t, c.allowed, broken == "", "%s -> %s: %s", c.folder, c.imports, broken)
	}
}

// violation says in words why a folder may not import a package, or nothing.
func violation(folder, imported string) string {
	r := roomOf(folder)
	if r == nil {
		return folder + " is in no room of the house: " + addRow
	}
	allowed, what := r.outside, "module"
	if own, inside := strings.CutPrefix(imported+"/", module+"/"); inside {
		imported, what = path.Clean(own), "folder"
		allowed = r.filled(folder)
	} else if first, _, _ := strings.Cut(imported, "/"); !strings.Contains(first, ".") {
		return "" // the standard library
	}
	for _, pattern := range allowed {
		if within(imported, pattern) || what == "module" && within(imported, pattern+"/...") {
			return ""
		}
	}
	return folder + " may not import the " + what + " " + imported + ", only " + strings.Join(append(allowed, "the standard library"), ", ") + ": " + moveCode
}

func roomOf(folder string) *room {
	for i, r := range house {
		if ok, _ := path.Match(r.folder, folder); ok || within(folder, r.folder) {
			return &house[i]
		}
	}
	return nil
}

// filled gives own with what "*" stood for in the folder's name.
func (r room) filled(folder string) []string {
	before, after, wild := strings.Cut(r.folder, "*")
	if !wild {
		return slices.Clone(r.own)
	}
	part := strings.TrimSuffix(strings.TrimPrefix(folder, before), after)
	var own []string
	for _, pattern := range r.own {
		own = append(own, strings.ReplaceAll(pattern, "*", part))
	}
	return own
}

// within reports whether name is what the pattern says: itself, or with "/..." itself and all below.
func within(name, pattern string) bool {
	top, below := strings.CutSuffix(pattern, "...")
	if !below {
		return name == pattern
	}
	top = strings.TrimSuffix(top, "/")
	return top == "" || name == top || strings.HasPrefix(name, top+"/")
}

// source is one non-test Go file of this module.
type source struct {
	name, folder string
	file         *ast.File
	files        *token.FileSet
}

func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	files := token.NewFileSet()
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if entry.IsDir() {
			return skipFolder(name)
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(files, name, nil, parser.SkipObjectResolution)
		all = append(all, source{name: name, folder: path.Dir(name), file: file, files: files})
		return err
	})
	require.NoError(t, err)
	return all
}

// skipFolder leaves out what is not of this module: tools and examples/thirdparty have a go.mod of their own.
func skipFolder(name string) error {
	base := path.Base(name)
	if name != "." && (strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_")) || base == "testdata" {
		return filepath.SkipDir
	}
	if _, err := os.Stat(filepath.Join(name, "go.mod")); name != "." && err == nil {
		return filepath.SkipDir
	}
	return nil
}
