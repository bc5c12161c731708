package effect

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"

	"github.com/sampan-go/sampan/core"
)

// target puts base, path and query together.
func (c *Client) target(r Request) (*url.URL, error) {
	plain, err := url.PathUnescape(r.Path)
	if err != nil || !strings.HasPrefix(r.Path, "/") || strings.ContainsAny(r.Path, "?#") || !printable(r.Path) || badPath(plain) {
		return nil, invalid(r, "path", "must be absolute and escaped, without query, empty parts or dots")
	}
	u := *c.base
	u.Path, u.RawPath = c.base.Path+plain, c.base.Path+r.Path
	u.RawQuery = r.Query.Encode()
	return &u, nil
}

func checkHeader(r Request) error {
	for name, values := range r.Header {
		for _, value := range values {
			if strings.ContainsFunc(value, func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }) {
				return invalid(r, "header "+textproto.CanonicalMIMEHeaderKey(name), "holds a line break or a control character")
			}
		}
	}
	return nil
}

func invalid(r Request, field, problem string) error {
	err := core.Invalid(field, "%s", problem)
	err.Op = r.Op
	return err
}

// newRequest makes the request; a write has no GetBody, so nobody can send its body again.
func (c *Client) newRequest(ctx context.Context, r Request, u *url.URL, header http.Header) (*http.Request, error) {
	var body io.Reader
	if r.Body != nil {
		body = bytes.NewReader(r.Body)
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, u.String(), body)
	if err != nil || r.Method == "" {
		return nil, invalid(r, "method", "is not one of HTTP's")
	}
	if r.Attempt != nil {
		req.GetBody = nil
	}
	for name, values := range header {
		if !ownHeader[textproto.CanonicalMIMEHeaderKey(name)] {
			req.Header[name] = append([]string(nil), values...)
		}
	}
	if req.Header.Get("User-Agent") == "" {
		req.Header.Set("User-Agent", "sampan")
	}
	return req, nil
}

// ownHeader holds the names that the client sets itself.
var ownHeader = map[string]bool{
	"Accept-Encoding": true, "Connection": true, "Content-Length": true, "Expect": true, "Host": true,
	"Keep-Alive": true, "Proxy-Connection": true, "Te": true, "Trailer": true, "Transfer-Encoding": true, "Upgrade": true,
}
