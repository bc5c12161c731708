package adaptertest_test

import (
	"slices"
	"testing"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/core/adaptertest"
)

func TestAReportHasTheLevelsThatAreEarned(t *testing.T) {
	all := []adaptertest.Level{adaptertest.Read, adaptertest.Order, adaptertest.Pay, adaptertest.Refund, adaptertest.Recovery}
	for _, row := range []struct {
		broken  string
		offered []core.Operation
		lacks   []adaptertest.Level
	}{
		{"", nil, nil},
		{"", []core.Operation{core.OpListOrders, core.OpGetOrder, core.OpTrack}, []adaptertest.Level{adaptertest.Order, adaptertest.Pay, adaptertest.Refund, adaptertest.Recovery}},
		{"no fault hook", nil, []adaptertest.Level{adaptertest.Read, adaptertest.Recovery}}, // its secrets are not shown either
		{"accepted is settled", nil, []adaptertest.Level{adaptertest.Pay}},
		{"loses the ref", nil, []adaptertest.Level{adaptertest.Order}},
	} {
		t.Run(row.broken, func(t *testing.T) {
			t.Parallel()
			checkLevels(t, all, row.broken, row.offered, row.lacks)
		})
	}
}

func checkLevels(t *testing.T, all []adaptertest.Level, broken string, offered []core.Operation, lacks []adaptertest.Level) {
	seen := 0
	h := variantHarness(broken)
	if offered != nil {
		h = harness(broken, offered)
	}
	report, err := adaptertest.Check(t.Context(), h, func(adaptertest.Result) { seen++ })
	if err != nil {
		t.Fatal(err)
	}
	var want []adaptertest.Level
	for _, level := range all {
		if !slices.Contains(lacks, level) {
			want = append(want, level)
		}
	}
	if !slices.Equal(report.Levels, want) || seen != len(report.Results) || len(report.Missing) != len(lacks) {
		t.Errorf("rule:  a level is earned, a skip is no pass (%q)\ngot:   %v, missing %v\nwant:  %v", broken, report.Levels, report.Missing, want)
	}
}
