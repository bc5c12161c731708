package gateway

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/sampan-go/sampan/core"
)

// With gives the table with the account's own endpoints: an override turns a Provisional row on
// and replaces the method and path of any row. What the row is (an operation, a write) stays.
// Errors are InvalidInput and name "settings.endpoints.NAME".
func (t Table) With(overrides map[string]string) (Table, error) {
	changed := slices.Clone(t)
	for _, name := range slices.Sorted(maps.Keys(overrides)) {
		i := slices.IndexFunc(changed, func(row Endpoint) bool { return row.Name == name && row.Support != core.NotSupported })
		if i < 0 {
			return nil, core.Invalid("settings.endpoints."+name, "is not an endpoint of this adapter; it knows %s", strings.Join(t.names(), ", "))
		}
		if err := changed[i].override(overrides[name]); err != nil {
			return nil, err
		}
	}
	return changed, nil
}

var (
	overrideForm = regexp.MustCompile(`^(GET|POST) (/[A-Za-z0-9_.~{}/-]+)$`)
	placeholder  = regexp.MustCompile(`\{([A-Za-z][A-Za-z0-9]*)\}`)
)

func (e *Endpoint) override(text string) error {
	field := "settings.endpoints." + e.Name
	parts := overrideForm.FindStringSubmatch(text)
	if parts == nil || badPath(parts[2]) {
		return core.Invalid(field, `must be a method (GET or POST), one blank and an absolute path without query, such as %q`, e.example())
	}
	for _, needed := range placeholder.FindAllString(e.shape(), -1) {
		if !strings.Contains(parts[2], needed) {
			return core.Invalid(field, "must hold %s, which stands for the id that the call is about", needed)
		}
	}
	e.Method, e.Path, e.named = parts[1], parts[2], true
	return nil
}

// shape is the best known form of the row's path.
func (e *Endpoint) shape() string {
	if e.Path != "" {
		return e.Path
	}
	return e.Suggest
}

// badPath reports parts that a server could fold into another path, and braces that are no
// placeholder.
func badPath(path string) bool {
	for _, part := range strings.Split(strings.TrimPrefix(path, "/"), "/") {
		if part == "" || part == "." || part == ".." {
			return true
		}
	}
	return strings.ContainsAny(placeholder.ReplaceAllString(path, ""), "{}")
}
