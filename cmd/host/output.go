package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/sampan-go/sampan/core"
)

// broadest is how many characters wide a table may be; a broader one wraps its wide columns.
const broadest = 100

// column is one column of a table or of a CSV file.
type column[T any] struct {
	title string
	// wide is where the column wraps in a table that would be too broad; 0: nowhere.
	wide int
	// csvOnly columns are for programs: no table has room for them.
	csvOnly bool
	text    func(T) string
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

// writeTable draws in light lines, without colours, what fits a terminal; columns in which nothing
// stands are left out. It gives the first error of writing, because a full disk must not look like
// an answer.
func writeTable[T any](to io.Writer, items []T, columns []column[T]) error {
	columns = filled(items, columns)
	t := table.NewWriter() // it knows the width of Chinese characters
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault
	header := make(table.Row, len(columns))
	var wraps []table.ColumnConfig
	for i, c := range columns {
		header[i] = c.title
		if c.wide > 0 {
			wraps = append(wraps, table.ColumnConfig{Number: i + 1, WidthMax: c.wide, WidthMaxEnforcer: text.WrapSoft})
		}
	}
	t.AppendHeader(header)
	for _, item := range items {
		row := make(table.Row, len(columns))
		for i, c := range columns {
			row[i] = plain(c.text(item))
		}
		t.AppendRow(row)
	}
	drawn := t.Render()
	if text.LongestLineLen(drawn) > broadest {
		t.SetColumnConfigs(wraps)
		drawn = t.Render()
	}
	_, err := fmt.Fprintln(to, drawn)
	return err
}

// filled are the columns of a table in which something stands.
func filled[T any](items []T, columns []column[T]) []column[T] {
	return slices.DeleteFunc(slices.Clone(columns), func(c column[T]) bool {
		return c.csvOnly || !slices.ContainsFunc(items, func(item T) bool { return c.text(item) != "" })
	})
}

// plain is a stranger's text as one line that cannot steer a terminal: control characters become
// spaces, marks that turn the direction of writing are dropped.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), r == '\u2028', r == '\u2029':
			return ' '
		case unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, s)
}

var orderColumns = []column[core.Order]{
	{title: "order", text: func(o core.Order) string { return string(o.ID) }},
	{title: "ref", wide: 20, text: func(o core.Order) string { return string(o.Ref) }},
	{title: "status", wide: 16, text: func(o core.Order) string { return status(o.Status, o.UpstreamStatus) }},
	{title: "payable", text: func(o core.Order) string { return o.Totals.Payable.String() }},
	{title: "lines", csvOnly: true, text: func(o core.Order) string {
		if len(o.Lines) == 0 { // not said: there is no order without lines
			return ""
		}
		return itoa(len(o.Lines))
	}},
	{title: "created (UTC)", wide: 10, text: func(o core.Order) string {
		if o.Times.Created.IsZero() {
			return ""
		}
		return o.Times.Created.Format("2006-01-02 15:04")
	}},
	{title: "seller", csvOnly: true, text: func(o core.Order) string { return o.Seller.Name }},
	{title: "handle", csvOnly: true, text: func(o core.Order) string { return string(o.Handle) }},
}

// status is our word; the gateway's own stands beside one that we do not know.
func status(s core.Status, upstream string) string {
	if s == core.StatusUnknown && upstream != "" {
		return "unknown (" + upstream + ")"
	}
	return s.String()
}
