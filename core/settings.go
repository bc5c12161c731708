package core

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"slices"
	"sort"
	"strings"
	"unicode"
)

// DecodeSettings reads one account's settings into the struct that into points to. It is strict:
// an unknown name or a wrong type is an InvalidInput error that names the field and says what is
// expected, because a setting that is silently ignored may be a limit that is not there.
func DecodeSettings(settings []byte, into any) error {
	if len(bytes.TrimSpace(settings)) == 0 {
		settings = []byte("{}")
	}
	if err := exactNames(settings, settingNames(into)); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(settings))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return settingsError(err, into)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Invalid("settings", "text follows the settings object; give one JSON object")
	}
	return nil
}

// exactNames refuses a name in other letters, which the decoder would take: "Allow_Private" is not
// what an operator looks for.
func exactNames(settings []byte, names []string) error {
	var members map[string]json.RawMessage
	if json.Unmarshal(settings, &members) != nil {
		return nil // the decoder says what is wrong
	}
	for _, name := range sortedKeys(members) {
		if !slices.Contains(names, name) {
			return Invalid(settingName(name), "is not a setting of this adapter; it knows %s", strings.Join(names, ", "))
		}
	}
	return nil
}

// settingsError never repeats a value: it may be a secret.
func settingsError(err error, into any) error {
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		kind, _, _ := strings.Cut(wrong.Value, " ") // "number 4711" holds the value
		return Invalid(settingName(withoutEmbedded(wrong.Field)), "is a %s, but must be a %s", kind, settingType(wrong.Type))
	}
	if name, ok := strings.CutPrefix(err.Error(), `json: unknown field "`); ok {
		return Invalid(settingName(strings.TrimSuffix(name, `"`)), "is not a setting of this adapter; it knows %s", strings.Join(settingNames(into), ", "))
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return Invalid("settings", "cannot be read as a JSON object")
}

func settingName(field string) string {
	if field == "" {
		return "settings"
	}
	return "settings." + field
}

// withoutEmbedded drops the names of embedded Go structs from a path: a setting's name is lower
// case, and only those stand in the configuration.
func withoutEmbedded(path string) string {
	parts := strings.Split(path, ".")
	for len(parts) > 1 && parts[0] != "" && unicode.IsUpper(rune(parts[0][0])) {
		parts = parts[1:]
	}
	return strings.Join(parts, ".")
}

func settingType(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		return "list"
	case reflect.Map:
		return "table"
	case reflect.Struct:
		return "text"
	case reflect.Int, reflect.Int64, reflect.Int32, reflect.Uint, reflect.Uint64:
		return "whole number"
	}
	return t.Kind().String()
}

func settingNames(into any) []string {
	t := reflect.TypeOf(into)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	var names []string
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name != "" && name != "-" {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names
}

// Required refuses an empty setting. The message says where to get it.
func Required(name, value, where string) error {
	if value != "" {
		return nil
	}
	return Invalid("settings."+name, "is missing; set it to %s", where)
}
