package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/zalando/go-keyring"

	"github.com/sampan-go/sampan/core"
)

// resolver fills in settings that name a source. Paths start at folder, where the configuration is.
type resolver struct{ folder string }

// resolve fills in every text that names a source: env:NAME, file:PATH or keyring:SERVICE/NAME.
// Errors name the source, never the value.
func (r resolver) resolve(field string, value any) (any, error) {
	switch v := value.(type) {
	case map[string]any:
		filled := make(map[string]any, len(v))
		for name, inner := range v {
			got, err := r.resolve(field+"."+name, inner)
			if err != nil {
				return nil, err
			}
			filled[name] = got
		}
		return filled, nil
	case []any:
		filled := make([]any, len(v))
		for i, inner := range v {
			got, err := r.resolve(field+"["+itoa(i)+"]", inner)
			if err != nil {
				return nil, err
			}
			filled[i] = got
		}
		return filled, nil
	case string:
		return r.text(field, v)
	}
	return value, nil
}

func (r resolver) text(field, value string) (string, error) {
	source, name, named := strings.Cut(value, ":")
	if !named {
		return value, nil
	}
	switch source {
	case "env":
		return fromEnv(field, name)
	case "file":
		if !filepath.IsAbs(name) {
			name = filepath.Join(r.folder, name)
		}
		return fromFile(field, name)
	case "keyring":
		return fromKeyring(field, name)
	}
	return value, nil
}

func fromEnv(field, name string) (string, error) {
	value := os.Getenv(name)
	if value == "" {
		return "", core.Invalid(field, "comes from the environment variable %s, which is not set", name)
	}
	return value, nil
}

// fromFile refuses a file that others may read. It looks at the file that it opened.
func fromFile(field, path string) (string, error) {
	unreadable := core.Invalid(field, "comes from the file %s, which cannot be read", path)
	file, err := os.Open(path)
	if err != nil {
		return "", unreadable
	}
	defer func() { _ = file.Close() }() // it was only read
	info, err := file.Stat()
	if err != nil {
		return "", unreadable
	}
	if info.Mode().Perm()&0o077 != 0 {
		return "", core.Invalid(field, "comes from the file %s, which others may read; run: chmod 600 %s", path, path)
	}
	text, err := io.ReadAll(io.LimitReader(file, 64<<10))
	if err != nil {
		return "", unreadable
	}
	value := strings.TrimRight(string(text), "\r\n")
	if value == "" {
		return "", core.Invalid(field, "comes from the file %s, which is empty", path)
	}
	return value, nil
}

func fromKeyring(field, name string) (string, error) {
	service, user, ok := strings.Cut(name, "/")
	if !ok {
		service, user = "sampan", name
	}
	value, err := keyring.Get(service, user)
	if err != nil {
		return "", core.Invalid(field, "comes from the key ring (service %s, name %s), which does not give it: %v", service, user, err)
	}
	return value, nil
}
