package effect

import (
	"net/netip"
	"net/url"
	"strings"

	"github.com/sampan-go/sampan/core"
)

const (
	baseField   = "settings.base_url"
	baseExample = `give it as "https://api.example.com", with a path prefix if the gateway has one`
)

// parseBase never repeats the text: it may hold a password.
func parseBase(text string, allowPrivate bool) (*url.URL, error) {
	if text == "" {
		return nil, core.Invalid(baseField, "is missing; %s", baseExample)
	}
	u, err := url.Parse(text)
	if err != nil || !printable(text) {
		return nil, core.Invalid(baseField, "is not a URL; %s", baseExample)
	}
	if problem := baseProblem(u, text, allowPrivate); problem != "" {
		return nil, core.Invalid(baseField, "%s", problem)
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil {
		g := guard{allowPrivate: allowPrivate, plain: u.Scheme == "http"}
		if err := g.check(ip.Unmap()); err != nil {
			return nil, core.Invalid(baseField, "%s", err)
		}
	}
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), ""
	return u, nil
}

func baseProblem(u *url.URL, text string, allowPrivate bool) string {
	switch {
	case u.Scheme == "http" && !allowPrivate:
		return "must start with https://; plain http is for the sandbox only, together with allow_private = true"
	case u.Scheme != "https" && u.Scheme != "http":
		return "must start with https://; " + baseExample
	case u.User != nil || strings.Contains(text, "@"):
		return "must not hold a user name or a password; the keys have settings of their own"
	case u.Hostname() == "":
		return "names no host; " + baseExample
	case strings.ContainsAny(text, "?#"):
		return "must end with the host or a path prefix; remove everything from the ? or # on"
	case u.RawPath != "" || badPath(u.Path):
		return "has a path prefix with escapes, empty parts or dots; write the plain prefix, such as /pandapon"
	}
	return ""
}

// printable accepts visible ASCII alone: a host in other letters is given in its xn-- form, so
// that a look-alike cannot pass for the gateway.
func printable(text string) bool {
	for i := range len(text) {
		if text[i] <= ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}

// badPath reports parts that a server could fold into another path.
func badPath(path string) bool {
	parts := strings.Split(strings.TrimSuffix(strings.TrimPrefix(path, "/"), "/"), "/")
	for _, part := range parts {
		if part == "." || part == ".." || part == "" && len(parts) > 1 {
			return true
		}
	}
	return false
}
