package plugin

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/sampan-go/sampan/plugin/internal/pb"
)

func info(method string) *grpc.UnaryServerInfo {
	return &grpc.UnaryServerInfo{FullMethod: "/sampan.v1.AdapterService/" + method}
}

func TestMessagesOfEightMiBPassBothWays(t *testing.T) {
	const almost, over = MaxMessage - 100<<10, MaxMessage + 100<<10
	for _, row := range []struct {
		request, answer int
		code            codes.Code
	}{{almost, almost, codes.OK}, {over, 1, codes.ResourceExhausted}, {1, over, codes.ResourceExhausted}} {
		c := meet(t, &stranger{pay: func(context.Context) (*pb.PayResponse, error) {
			return &pb.PayResponse{Reply: &pb.PayResponse_Payment{Payment: padded(row.answer)}}, nil
		}})
		_, err := c.service.Pay(t.Context(), &pb.PayRequest{Order: &pb.OrderRef{Id: strings.Repeat("x", row.request)}})
		require.Equal(t, row.code, status.Code(err), "%v", err)
	}
}

// padded has about so many bytes, in members that a newer contract may have: one member alone may not
// be as long.
func padded(size int) *pb.Payment {
	const most = 512 << 10
	p := &pb.Payment{}
	var members []byte
	for ; size > 0; size -= most {
		members = protowire.AppendTag(members, 1000, protowire.BytesType)
		members = protowire.AppendBytes(members, make([]byte, min(size, most)))
	}
	p.ProtoReflect().SetUnknown(members)
	return p
}

func TestAStartHasTwentySeconds(t *testing.T) {
	require.Equal(t, 20*time.Second, Config{}.withDefaults().StartTimeout)
}

func TestAKilledStartOnMacOSHintsAtTheQuarantine(t *testing.T) {
	require.Contains(t, killedHint("darwin", "signal: killed"), "com.apple.quarantine")
	require.Empty(t, killedHint("darwin", "exit status 1"))
	require.Empty(t, killedHint("linux", "signal: killed"))
}

// Whoever has no certificate of this start gets nothing: no call, no health, no reflection.
func TestWithoutTheCertificateNobodyIsServed(t *testing.T) {
	folder, err := os.MkdirTemp("/tmp", "s")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(folder)) })
	t.Setenv("TMPDIR", folder)
	s, err := start(t.Context(), Config{Command: []string{os.Args[0], "adapter-under-test", "serve"}}.withDefaults())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.stop()) })
	sockets, err := filepath.Glob(filepath.Join(s.folder.path, "*", "*"))
	require.NoError(t, err)
	require.Len(t, sockets, 1)
	for name, secure := range map[string]credentials.TransportCredentials{
		"no TLS":         insecure.NewCredentials(),
		"no certificate": credentials.NewTLS(&tls.Config{InsecureSkipVerify: true}), //nolint:gosec // an attacker does not care
	} {
		conn, err := grpc.NewClient("unix:"+sockets[0], grpc.WithTransportCredentials(secure))
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		_, err = healthpb.NewHealthClient(conn).Check(ctx, &healthpb.HealthCheckRequest{})
		require.Error(t, err, name)
		require.Equal(t, codes.Unavailable, status.Code(err), "%s: %v", name, err)
		cancel()
		require.NoError(t, conn.Close())
	}
}

// These fields of the runtime are a process that is not ours, a global list, or a check of a path.
func TestTheRuntimesDangerousPartsAreUnused(t *testing.T) {
	unused := map[string]bool{"Reattach": true, "Managed": true, "GRPCBrokerMultiplex": true, "Cmd": true, "SecureConfig": true, "Test": true}
	seen := 0
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			literal, ok := n.(*ast.CompositeLit)
			if !ok {
				return true
			}
			of, ok := literal.Type.(*ast.SelectorExpr)
			if !ok || of.Sel.Name != "ClientConfig" && of.Sel.Name != "ServeConfig" {
				return true
			}
			for _, element := range literal.Elts {
				key := element.(*ast.KeyValueExpr).Key.(*ast.Ident).Name
				require.False(t, unused[key], "%s sets %s", name, key)
				seen++
			}
			return true
		})
	}
	require.Greater(t, seen, 10, "the test must see the configurations")
}

// A log whose reader is gone, or that is slow, must not come between a request and what is known of it.
func TestNothingIsLoggedBetweenSentAndKnown(t *testing.T) {
	files := 0
	for _, folder := range []string{"../core/effect", "../adapters"} {
		require.NoError(t, filepath.WalkDir(folder, func(name string, _ os.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
				return err
			}
			files++
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
			if err != nil {
				return err
			}
			for _, spec := range file.Imports {
				require.NotContains(t, []string{`"log"`, `"log/slog"`}, spec.Path.Value, "%s logs: what is known of a write goes into its error", name)
			}
			return nil
		}))
	}
	require.Greater(t, files, 20, "the test must see the sources")
}

// TestThePageNamesTestsThatExist holds docs/PLUGIN.md to the tests.
func TestThePageNamesTestsThatExist(t *testing.T) {
	page, err := os.ReadFile("../docs/PLUGIN.md")
	require.NoError(t, err)
	exist := testsOf(t, "*_test.go", "internal/*/*_test.go")
	named := regexp.MustCompile("`(Test\\w+)`").FindAllSubmatch(page, -1)
	require.Greater(t, len(named), 50)
	for _, test := range named {
		require.True(t, exist[string(test[1])], "docs/PLUGIN.md names %s, which does not exist; name the test that holds the row", test[1])
	}
	for row := range 32 {
		require.Regexp(t, fmt.Sprintf("(?m)^\\| P%d +\\|.*`Test", row), string(page), "every row has a test")
	}
	for _, line := range strings.Split(string(page), "\n") {
		require.LessOrEqual(t, len([]rune(line)), 120, line)
	}
}

func testsOf(t *testing.T, patterns ...string) map[string]bool {
	t.Helper()
	tests := map[string]bool{}
	for _, pattern := range patterns {
		files, err := filepath.Glob(pattern)
		require.NoError(t, err)
		for _, name := range files {
			text, err := os.ReadFile(name)
			require.NoError(t, err)
			for _, found := range regexp.MustCompile(`(?m)^func (Test\w+)\(t \*testing\.T\)`).FindAllSubmatch(text, -1) {
				tests[string(found[1])] = true
			}
		}
	}
	return tests
}

// go-plugin alone brings a gRPC that has published advisories.
func TestGRPCIsNoOlderThanItsAdvisories(t *testing.T) {
	for module, least := range map[string][]int{"google.golang.org/grpc": {1, 82, 1}, "github.com/hashicorp/go-plugin": {1, 8, 0}} {
		require.False(t, older(required(t, module), least), "%s must be %v or later", module, least)
	}
	require.True(t, older([]int{1, 82, 0}, []int{1, 82, 1}))
	require.False(t, older([]int{2, 0, 0}, []int{1, 82, 1}))
}

func required(t *testing.T, module string) []int {
	t.Helper()
	text, err := os.ReadFile("../go.mod")
	require.NoError(t, err)
	found := regexp.MustCompile(regexp.QuoteMeta(module) + ` v(\d+)\.(\d+)\.(\d+)`).FindStringSubmatch(string(text))
	require.NotNil(t, found, module)
	version := make([]int, 3)
	var errs [3]error
	for i := range version {
		version[i], errs[i] = strconv.Atoi(found[i+1])
	}
	require.NoError(t, errors.Join(errs[:]...))
	return version
}

func older(version, than []int) bool {
	for i := range version {
		if version[i] != than[i] {
			return version[i] < than[i]
		}
	}
	return false
}
