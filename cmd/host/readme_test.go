package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
)

var update = flag.Bool("update", false, "write the README's table of operations")

const readme = "../../README.md"

// The README's table is what the adapters themselves say.
func TestTheREADMEsOperationsAreThoseOfTheAdapters(t *testing.T) {
	a := &app{out: os.Stdout, err: os.Stderr, timeout: time.Minute, output: "table", logLevel: "warn"}
	descriptions, err := a.describeBuiltins(context.Background())
	require.NoError(t, err)
	text, err := os.ReadFile(readme)
	require.NoError(t, err)
	before, rest, ok := strings.Cut(string(text), "-update` -->\n")
	require.True(t, ok, "the README has no place for the table")
	got, after, ok := strings.Cut(rest, "<!-- end -->")
	require.True(t, ok)
	want := operationsTable(descriptions)
	if *update {
		require.NoError(t, os.WriteFile(readme, []byte(before+"-update` -->\n"+want+"<!-- end -->"+after), 0o600))
		return
	}
	require.Equal(t, want, got, "run: go test ./cmd/host -run TestTheREADME -update")
}

func operationsTable(descriptions []core.Description) string {
	var b strings.Builder
	head, line := "| operation |", "| --- |"
	for _, d := range descriptions {
		head += fmt.Sprintf(" %s (%s through %s) |", d.Adapter, d.Market, d.Gateway)
		line += " --- |"
	}
	fmt.Fprintln(&b, head)
	fmt.Fprintln(&b, line)
	for _, op := range core.Operations() {
		fmt.Fprintf(&b, "| %s |", op)
		for _, d := range descriptions {
			fmt.Fprintf(&b, " %s |", capabilityColumns[3].text(capability{Capability: d.Operations[op]}))
		}
		fmt.Fprintln(&b)
	}
	return b.String()
}

// The README's example is the one that is compiled and run.
func TestTheREADMEsExampleIsTheOneThatRuns(t *testing.T) {
	text, err := os.ReadFile(readme)
	require.NoError(t, err)
	_, rest, ok := strings.Cut(string(text), "```go\n")
	require.True(t, ok)
	shown, _, _ := strings.Cut(rest, "```")
	example, err := os.ReadFile("../../plugin/example_test.go")
	require.NoError(t, err)
	var indented strings.Builder
	for line := range strings.Lines(shown) {
		indented.WriteString("\t" + line)
	}
	require.Contains(t, string(example), indented.String())
}

func TestTheREADMEBeginsWithTheTwoCommands(t *testing.T) {
	text, err := os.ReadFile(readme)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(string(text), "# Sampan\n\n    go run ./cmd/host demo "), "the first line of the README is the demonstration")
	require.Contains(t, string(text), "\n    go test ./... ")
}
