package listen

import (
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/journal/sqlite"
)

// BenchmarkTheAcknowledgement pushes 500 messages a second over HTTP, each at its time whether the one
// before was answered or not, with a SQLite journal and the worker reading beside. One iteration is one
// message: -benchtime 30000x is a minute.
func BenchmarkTheAcknowledgement(b *testing.B) {
	const rate, orders = 500, 1000
	j, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "j.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer j.Close()
	s := newShop()
	for i := range orders {
		s.set(order(core.OrderID(fmt.Sprint(i)), core.Paid, "16.00"))
	}
	l := listener(b, s, Options{Inbox: j, Log: j})
	stop := running(b, l)
	post := poster(b, l)
	var mu sync.Mutex
	var took []time.Duration
	var refused int
	var sent sync.WaitGroup
	b.ResetTimer()
	began := time.Now()
	for i := range b.N {
		due := began.Add(time.Duration(i) * time.Second / rate)
		time.Sleep(time.Until(due))
		sent.Go(func() {
			status := post(message(i, core.OrderID(fmt.Sprint(i%orders))))
			mu.Lock()
			defer mu.Unlock()
			if status != 200 {
				refused++
			}
			took = append(took, time.Since(due)) // a late start counts
		})
	}
	sent.Wait()
	b.StopTimer()
	eventually(b, nothingWaits(b, l), "all are read")
	stop()
	slices.Sort(took)
	for name, at := range map[string]int{"p50-ms": len(took) / 2, "p99-ms": len(took) * 99 / 100, "max-ms": len(took) - 1} {
		b.ReportMetric(float64(took[at].Microseconds())/1000, name)
	}
	b.ReportMetric(float64(refused), "refused")
	b.ReportMetric(float64(s.readsInAll()), "reads")
	b.ReportMetric(0, "ns/op") // it is the rate
}
