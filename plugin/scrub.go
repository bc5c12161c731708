package plugin

import (
	"encoding/json"
	"net/url"
	"sort"
	"strings"
)

const redacted = "[redacted]"

// shortestSecret keeps a setting such as key = "1" from taking every digit out of a log.
const shortestSecret = 4

// scrubber takes the account's secrets out of a text: every text in the settings whose name, or the
// name of a table around it, says that it is one, also as it stands in JSON and in a URL.
func scrubber(settings json.RawMessage) func(string) string {
	var tree any
	if json.Unmarshal(settings, &tree) != nil {
		tree = nil
	}
	var secrets []string
	secretsIn(tree, false, func(secret string) { secrets = append(secrets, forms(secret)...) })
	// The longest first: one secret may begin with another.
	sort.Slice(secrets, func(i, j int) bool { return len(secrets[i]) > len(secrets[j]) })
	var pairs []string
	for _, secret := range secrets {
		pairs = append(pairs, secret, redacted)
	}
	return strings.NewReplacer(pairs...).Replace
}

func secretsIn(tree any, secret bool, found func(string)) {
	switch v := tree.(type) {
	case map[string]any:
		for name, value := range v {
			secretsIn(value, secret || soundsSecret(name), found)
		}
	case []any:
		for _, value := range v {
			secretsIn(value, secret, found)
		}
	case string:
		if secret && len(v) >= shortestSecret {
			found(v)
		}
	}
}

// forms are the ways in which a text may be written down.
func forms(secret string) []string {
	all := []string{secret, url.QueryEscape(secret), url.PathEscape(secret)}
	if quoted, err := json.Marshal(secret); err == nil {
		all = append(all, strings.Trim(string(quoted), `"`))
	}
	return all
}

func soundsSecret(name string) bool {
	name = strings.ToLower(name)
	for _, word := range []string{"secret", "key", "token", "password"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}
