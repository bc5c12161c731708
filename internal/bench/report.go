package main

import (
	"fmt"
	"io"
	"slices"
	"time"
)

// printResults prints a table for people, and then a line for every figure that a program may read.
func printResults(w io.Writer, all []result, starts []time.Duration) {
	fmt.Fprintf(w, "%-20s %12s", "", "plain")
	for _, name := range wayNames[1:] {
		fmt.Fprintf(w, "  %-16s", name)
	}
	fmt.Fprintf(w, "  processor time\n%-20s %12s", "", "a second")
	for range wayNames[1:] {
		fmt.Fprintf(w, "  %-16s", "ratio [spread]")
	}
	fmt.Fprintln(w, "  plain | process (host + adapter)")
	for _, r := range all {
		fmt.Fprintf(w, "%-20s %12.0f", r.title(), median(r.figures[wayPlain], speed))
		for way := wayFast; way < ways; way++ {
			middle, least, most := r.ratio(way, wayPlain)
			fmt.Fprintf(w, "  %-16s", fmt.Sprintf("%.2f [%.2f-%.2f]", middle, least, most))
		}
		fmt.Fprintf(w, "  %.0f us | %.0f + %.0f us\n", median(r.figures[wayPlain], hostTime), median(r.figures[wayProcess], hostTime), median(r.figures[wayProcess], adapterTime))
	}
	fmt.Fprintf(w, "\nA ratio above 1 comes from decoding better than a direct client usually does; what the boundary alone costs is process beside fast.\n\n")
	for _, r := range all {
		for _, base := range []int{wayPlain, wayFast} {
			middle, least, most := r.ratio(wayProcess, base)
			fmt.Fprintf(w, "%s %s ratio %.2f min %.2f max %.2f\n", wayNames[base], r.key(), middle, least, most)
		}
		fmt.Fprintf(w, "cpu %s plain %.0f host %.0f adapter %.0f us\n", r.key(), median(r.figures[wayPlain], hostTime), median(r.figures[wayProcess], hostTime), median(r.figures[wayProcess], adapterTime))
		fmt.Fprintf(w, "latency %s plain p50 %d p99 %d process p50 %d p99 %d us\n", r.key(),
			int(median(r.figures[wayPlain], p50)), int(median(r.figures[wayPlain], p99)), int(median(r.figures[wayProcess], p50)), int(median(r.figures[wayProcess], p99)))
	}
	last := all[len(all)-1].figures[wayProcess]
	fmt.Fprintf(w, "memory peak host %.0f adapter %.0f MiB\n", last[len(last)-1].hostMiB, median(last, func(f figure) float64 { return f.procsMiB }))
	fmt.Fprintf(w, "cold start median %.1f ms max %.1f ms of %d\n", starts[len(starts)/2].Seconds()*1000, starts[len(starts)-1].Seconds()*1000, len(starts))
}

// title is the row for a person, key the row for a program.
func (r row) title() string {
	if r.delay > 0 {
		return fmt.Sprintf("%s, %d at once, %d ms", r.name, r.at, r.delay.Milliseconds())
	}
	return fmt.Sprintf("%s, %d at once", r.name, r.at)
}

func (r row) key() string {
	if r.delay > 0 {
		return fmt.Sprintf("%s C=%d delay=%dms", r.name, r.at, r.delay.Milliseconds())
	}
	return fmt.Sprintf("%s C=%d", r.name, r.at)
}

// ratio is how much quicker way is than base: the median of the rounds' own ratios, and their spread.
func (r result) ratio(way, base int) (middle, least, most float64) {
	var ratios []float64
	for n := range r.figures[way] {
		ratios = append(ratios, r.figures[way][n].perSecond/r.figures[base][n].perSecond)
	}
	slices.Sort(ratios)
	return ratios[len(ratios)/2], ratios[0], ratios[len(ratios)-1]
}

func speed(f figure) float64       { return f.perSecond }
func hostTime(f figure) float64    { return microseconds(f.host) }
func adapterTime(f figure) float64 { return microseconds(f.adapter) }
func p50(f figure) float64         { return microseconds(f.p50) }
func p99(f figure) float64         { return microseconds(f.p99) }

func microseconds(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

func median(f []figure, of func(figure) float64) float64 {
	var all []float64
	for _, one := range f {
		all = append(all, of(one))
	}
	slices.Sort(all)
	return all[len(all)/2]
}
