package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/sampan-go/sampan/core"
)

// column is one column of a table or of a CSV file.
type column[T any] struct {
	title string
	// wide columns wrap in a table, at so many characters; 0 does not wrap.
	wide int
	text func(T) string
}

// outputs are the values of --output.
var outputs = map[string]struct{}{"table": {}, "json": {}, "jsonl": {}, "csv": {}}

// showList prints many things: an array in JSON.
func showList[T any](a *app, items []T, columns []column[T]) error {
	if a.output == "json" {
		if items == nil {
			items = []T{}
		}
		return writeJSON(a.out, items, "  ")
	}
	return show(a, items, columns)
}

// showOne prints one thing: an object in JSON.
func showOne[T any](a *app, item T, columns []column[T]) error {
	if a.output == "json" {
		return writeJSON(a.out, item, "  ")
	}
	return show(a, []T{item}, columns)
}

func show[T any](a *app, items []T, columns []column[T]) error {
	switch a.output {
	case "jsonl":
		for _, item := range items {
			if err := writeJSON(a.out, item, ""); err != nil {
				return err
			}
		}
		return nil
	case "csv":
		return writeCSV(a.out, items, columns)
	}
	return writeTable(a.out, items, columns)
}

func writeJSON(to io.Writer, item any, indent string) error {
	e := json.NewEncoder(to)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	return e.Encode(item)
}

func writeCSV[T any](to io.Writer, items []T, columns []column[T]) error {
	w := csv.NewWriter(to)
	record := make([]string, len(columns))
	for i, c := range columns {
		record[i] = strings.ReplaceAll(c.title, " ", "_")
	}
	if err := w.Write(record); err != nil {
		return err
	}
	for _, item := range items {
		for i, c := range columns {
			record[i] = c.text(item)
		}
		if err := w.Write(record); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// writeTable gives the first error of writing, because a full disk must not look like an answer.
func writeTable[T any](to io.Writer, items []T, columns []column[T]) error {
	t := newTable()
	header := make(table.Row, len(columns))
	var configs []table.ColumnConfig
	for i, c := range columns {
		header[i] = c.title
		if c.wide > 0 {
			configs = append(configs, table.ColumnConfig{Number: i + 1, WidthMax: c.wide, WidthMaxEnforcer: text.WrapSoft})
		}
	}
	t.SetColumnConfigs(configs)
	t.AppendHeader(header)
	for _, item := range items {
		row := make(table.Row, len(columns))
		for i, c := range columns {
			row[i] = c.text(item)
		}
		t.AppendRow(row)
	}
	_, err := fmt.Fprintln(to, t.Render())
	return err
}

// newTable draws in light lines without colours; it knows the width of Chinese characters.
func newTable() table.Writer {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault
	t.Style().Options.SeparateRows = false
	return t
}

var orderColumns = []column[core.Order]{
	{title: "order", text: func(o core.Order) string { return string(o.ID) }},
	{title: "ref", text: func(o core.Order) string { return string(o.Ref) }},
	{title: "status", text: func(o core.Order) string { return status(o.Status, o.UpstreamStatus) }},
	{title: "payable", text: func(o core.Order) string { return o.Totals.Payable.String() }},
	{title: "created (UTC)", text: func(o core.Order) string {
		if o.Times.Created.IsZero() {
			return ""
		}
		return o.Times.Created.Format("2006-01-02 15:04")
	}},
}

// status is our word; the gateway's own stands beside one that we do not know.
func status(s core.Status, upstream string) string {
	if s == core.StatusUnknown && upstream != "" {
		return "unknown (" + upstream + ")"
	}
	return s.String()
}
