package sandbox

import (
	"bytes"
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"time"
)

// hugeBody is how much padding the fault Huge adds.
const hugeBody = 8 << 20

// beforeEffect answers the faults that keep a request from happening.
// Fiction: the bodies of 429 and 5xx are UNKNOWN.
func (s *Sandbox) beforeEffect(c *call, f Fault) (out reply, instead bool) {
	switch f {
	case RefuseBefore:
		return s.refused(c, refuse(CodeScripted, "沙箱: 按脚本拒绝")), true
	case DropBefore:
		return reply{}, true
	case TooMany:
		out = springError(c, http.StatusTooManyRequests, "Too Many Requests", "请求过于频繁")
		out.header = map[string]string{"Retry-After": "5"}
		return out, true
	case ErrorBefore:
		return springError(c, http.StatusInternalServerError, "Internal Server Error", "No message available"), true
	case Redirect:
		target := "/" + c.gateway + "/moved" + c.path
		return reply{status: http.StatusTemporaryRedirect, header: map[string]string{"Location": target}}, true
	}
	return reply{}, false
}

func (s *Sandbox) refused(c *call, r *refusal) reply {
	if c.gateway == gatewayDajisaas {
		return s.dajiRefused(c, r)
	}
	return s.ppRefused(c, r)
}

// afterEffect spoils the answer of a request that has happened.
func afterEffect(out reply, f Fault) reply {
	switch f {
	case DropAfter, Hang:
		return reply{}
	case ErrorAfter:
		return jsonReply(http.StatusInternalServerError, obj{
			"status": http.StatusInternalServerError, "error": "Internal Server Error", "message": "No message available",
		})
	case Garbage:
		page := "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>"
		return reply{status: http.StatusOK, contentType: "text/html", body: []byte(page)}
	case WrongTypes:
		return editBody(out, func(m obj) { m["data"] = flipTypes(m["data"]) })
	case MissingFields:
		return editBody(out, func(m obj) { m["data"] = obj{} })
	case Huge:
		return editBody(out, func(m obj) { m["padding"] = string(bytes.Repeat([]byte("x"), hugeBody)) })
	}
	return out
}

func editBody(out reply, edit func(obj)) reply {
	dec := json.NewDecoder(bytes.NewReader(out.body))
	dec.UseNumber()
	var members obj
	if dec.Decode(&members) != nil {
		return out
	}
	edit(members)
	out.body = encode(members)
	return out
}

var allDigits = regexp.MustCompile(`^(0|[1-9][0-9]*)$`)

// flipTypes turns numbers into texts, digits into numbers, booleans into texts
// and arrays into the text of their JSON.
func flipTypes(v any) any {
	switch v := v.(type) {
	case obj:
		for name, value := range v {
			v[name] = flipTypes(value)
		}
		return v
	case []any:
		return string(encode(v))
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	case string:
		if allDigits.MatchString(v) {
			return json.Number(v)
		}
	}
	return v
}

// deliver writes the answer, or keeps it back as the fault demands.
func (p faultPlan) deliver(w http.ResponseWriter, r *http.Request, out reply) {
	switch p.fault {
	case DropBefore, DropAfter:
		drop(w)
		return
	case Hang:
		<-r.Context().Done()
		drop(w)
		return
	case Late:
		if !p.wait(r) {
			return
		}
	}
	writeReply(w, out, p.fault == Truncated)
}

func (p faultPlan) wait(r *http.Request) (finished bool) {
	delay := p.delay
	if delay == 0 {
		delay = defaultDelay
	}
	select {
	case <-time.After(delay):
		return true
	case <-r.Context().Done():
		return false
	}
}

// drop closes the connection without an answer.
func drop(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	_ = conn.Close() // nothing is owed to a client that is being dropped
}

// writeReply ignores write errors: the client that left has its own error.
func writeReply(w http.ResponseWriter, out reply, half bool) {
	for name, value := range out.header {
		w.Header().Set(name, value)
	}
	if out.contentType != "" {
		w.Header().Set("Content-Type", out.contentType)
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(out.body)))
	w.WriteHeader(out.status)
	if half {
		out.body = out.body[:len(out.body)/2]
	}
	_, _ = w.Write(out.body)
}
