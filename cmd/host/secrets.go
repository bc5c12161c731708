package main

import (
	"os"
	"strings"

	"github.com/zalando/go-keyring"

	"github.com/sampan-go/sampan/core"
)

// resolve fills in the settings that name a source: env:NAME, file:PATH or keyring:SERVICE/NAME.
// Errors name the source, never the value.
func resolve(field string, value any) (any, error) {
	switch v := value.(type) {
	case map[string]any:
		filled := make(map[string]any, len(v))
		for name, inner := range v {
			got, err := resolve(field+"."+name, inner)
			if err != nil {
				return nil, err
			}
			filled[name] = got
		}
		return filled, nil
	case string:
		for prefix, read := range sources {
			if name, ok := strings.CutPrefix(v, prefix); ok {
				return read(field, name)
			}
		}
	}
	return value, nil
}

var sources = map[string]func(field, name string) (string, error){
	"env:": fromEnv, "file:": fromFile, "keyring:": fromKeyring,
}

func fromEnv(field, name string) (string, error) {
	value := os.Getenv(name)
	if value == "" {
		return "", core.Invalid(field, "comes from the environment variable %s, which is not set", name)
	}
	return value, nil
}

// fromFile refuses a file that others may read.
func fromFile(field, path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", core.Invalid(field, "comes from the file %s, which cannot be read", path)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return "", core.Invalid(field, "comes from the file %s, which others may read; run: chmod 600 %s", path, path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", core.Invalid(field, "comes from the file %s, which cannot be read", path)
	}
	return strings.TrimRight(string(text), "\r\n"), nil
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
