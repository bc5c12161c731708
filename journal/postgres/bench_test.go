package postgres

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/internal/pgtest"
)

// BenchmarkAPurchase is what the journal costs a purchase that succeeds, two durable changes, beside
// two appends of a page with a bare fsync each, on this machine and in turn.
func BenchmarkAPurchase(b *testing.B) {
	folder := b.TempDir()
	j, err := Open(b.Context(), pgtest.Database(b))
	if err != nil {
		b.Fatal(err)
	}
	defer j.Close()
	bare, err := os.Create(filepath.Join(folder, "bare"))
	if err != nil {
		b.Fatal(err)
	}
	defer bare.Close()
	page := make([]byte, 4096)
	var journal, fsync time.Duration
	n := 0
	for b.Loop() {
		n++
		began := time.Now()
		i := intent(fmt.Sprint(n), core.IntentSending)
		i.Claims = []string{"number:" + i.Key}
		i, _, err := j.Reserve(b.Context(), i)
		if err != nil {
			b.Fatal(err)
		}
		i.State, i.Result = core.IntentDone, json.RawMessage(`{"id":"2542285634920880794"}`)
		if _, err := j.Update(b.Context(), i); err != nil {
			b.Fatal(err)
		}
		journal += time.Since(began)
		began = time.Now()
		for range 2 {
			if _, err := bare.Write(page); err != nil {
				b.Fatal(err)
			}
			if err := bare.Sync(); err != nil {
				b.Fatal(err)
			}
		}
		fsync += time.Since(began)
	}
	b.ReportMetric(float64(journal.Microseconds())/float64(n), "µs/journal")
	b.ReportMetric(float64(fsync.Microseconds())/float64(n), "µs/bare-fsync")
	b.ReportMetric(float64(journal)/float64(fsync), "ratio")
	b.ReportMetric(0, "ns/op") // it is the sum of both and says nothing
}
