package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/sampan-go/sampan/core"
)

func (a *app) trackCommand() *cobra.Command {
	var handle string
	c := &cobra.Command{Use: "track ORDER", Short: "show where an order's parcels are", Args: takes("ORDER"),
		RunE: func(c *cobra.Command, args []string) error {
			return a.withBuyer(c.Context(), func(ctx context.Context, b *core.Buyer) error {
				tracking, err := b.Track(ctx, core.TrackRequest{Order: orderRef(args[0], handle)})
				if err != nil {
					return err
				}
				return a.printTracking(tracking)
			})
		}}
	refFlags(c, &handle)
	return c
}

// scan is one line of the table: an event of a parcel, or a parcel without events.
type scan struct {
	parcel core.Parcel
	event  core.Event
}

var scanColumns = []column[scan]{
	{title: "parcel", text: func(s scan) string { return s.parcel.Number }},
	{title: "carrier", wide: 14, text: func(s scan) string { return s.parcel.Carrier }},
	{title: "time (UTC)", text: func(s scan) string {
		if s.event.Time.IsZero() {
			return ""
		}
		return s.event.Time.Format("2006-01-02 15:04")
	}},
	{title: "place", wide: 18, text: func(s scan) string { return s.event.Place }},
	{title: "event", wide: 30, text: func(s scan) string { return s.event.Text }},
}

func (a *app) printTracking(t core.Tracking) error {
	if a.output == "json" || a.output == "jsonl" {
		return showOne(a, t, nil)
	}
	var scans []scan
	for _, p := range t.Parcels {
		if len(p.Events) == 0 {
			scans = append(scans, scan{parcel: p})
		}
		for _, e := range p.Events {
			scans = append(scans, scan{p, e})
		}
	}
	if len(scans) == 0 && a.output == "table" {
		fmt.Fprintln(a.out, "There is no parcel yet.")
		return nil
	}
	if err := show(a, scans, scanColumns); err != nil {
		return err
	}
	if !t.EventsAvailable && a.output == "table" {
		fmt.Fprintf(a.out, "Scans are not available here: %s\n", plain(t.Note))
	}
	return nil
}
