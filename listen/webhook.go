package listen

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/sampan-go/sampan/core"
)

// The headers of Standard Webhooks (standardwebhooks.com).
const (
	WebhookID        = "webhook-id"
	WebhookTimestamp = "webhook-timestamp"
	WebhookSignature = "webhook-signature"
)

// webhookTolerance is how far a webhook's time may be from the receiver's.
const webhookTolerance = 5 * time.Minute

// Webhook is where events are posted to.
type Webhook struct {
	// URL is https, or http on this machine.
	URL string
	// Secret signs: "whsec_" and the base64 of 24 to 64 random bytes.
	Secret core.Secret
	// Client sends; nil is one that waits 15 seconds and follows no redirect.
	Client *http.Client
}

// webhookBody is the form that Standard Webhooks recommends.
type webhookBody struct {
	Type      core.EventKind  `json:"type"`
	Timestamp time.Time       `json:"timestamp"`
	Data      core.OrderEvent `json:"data"`
}

// Check refuses a webhook that cannot be used.
func (w Webhook) Check() error {
	u, err := url.Parse(w.URL)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && (u.Scheme != "http" || !onThisMachine(u.Hostname())) {
		return core.Invalid("webhook", "must be an https URL without a password in it; http is taken on this machine only")
	}
	_, err = webhookKey(w.Secret)
	return err
}

func onThisMachine(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func webhookKey(secret core.Secret) ([]byte, error) {
	text, ok := strings.CutPrefix(secret.Reveal(), "whsec_")
	key, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil || len(key) < 24 || len(key) > 64 {
		return nil, core.Invalid("webhook_secret", `must be "whsec_" and the base64 of 24 to 64 random bytes; make one with: echo whsec_$(head -c 32 /dev/urandom | base64)`)
	}
	return key, nil
}

// SignWebhook is the value of the webhook-signature header: "v1," and the base64 of the HMAC-SHA256 of
// "id.timestamp.body".
func SignWebhook(secret core.Secret, id string, at time.Time, body []byte) (string, error) {
	key, err := webhookKey(secret)
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "."))
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)), nil
}

// VerifyWebhook is for receivers: Denied for a webhook that the secret did not sign, or that is too old
// or from the future. Take each webhook-id once: an event may come twice.
func VerifyWebhook(secret core.Secret, header http.Header, body []byte, now time.Time) error {
	seconds, err := strconv.ParseInt(header.Get(WebhookTimestamp), 10, 64)
	at := time.Unix(seconds, 0)
	if age := now.Sub(at); err != nil || age.Abs() > webhookTolerance {
		return &core.Error{Code: core.Denied, Outcome: core.NotDone, Op: core.OpMessage, Message: "the webhook's time is not within five minutes of now"}
	}
	want, err := SignWebhook(secret, header.Get(WebhookID), at, body)
	if err != nil {
		return err
	}
	found := false
	for given := range strings.FieldsSeq(header.Get(WebhookSignature)) {
		found = hmac.Equal([]byte(given), []byte(want)) || found
	}
	if !found {
		return &core.Error{Code: core.Denied, Outcome: core.NotDone, Op: core.OpMessage, Message: "the webhook is not signed with this secret"}
	}
	return nil
}

// The pauses between two tries of one webhook.
const (
	firstRetry   = time.Second
	longestRetry = 5 * time.Minute
)

// Deliver posts events, one after the other and oldest first, until ctx ends. An event that is not
// answered with 2xx is posted again, after longer and longer pauses and for as long as it takes: the
// events after it wait. Which were delivered is kept in the log; one may come twice, under the same
// webhook-id. 410 Gone ends it with NotFound.
func (l *Listener) Deliver(ctx context.Context, w Webhook) error {
	if err := w.Check(); err != nil {
		return err
	}
	if w.Client == nil {
		w.Client = &http.Client{Timeout: 15 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	for event, err := range l.Events(ctx, readerOf(w.URL)) {
		if err == nil {
			err = l.deliver(ctx, w, event)
		}
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

// readerOf is the name under which a receiver's place in the log is kept. A URL may be secret.
func readerOf(url string) string {
	sum := sha256.Sum256([]byte(url))
	return "webhook-" + hex.EncodeToString(sum[:8])
}

func (l *Listener) deliver(ctx context.Context, w Webhook, event core.OrderEvent) error {
	body, err := json.Marshal(webhookBody{event.Kind, event.At, event})
	if err != nil {
		return &core.Error{Code: core.Internal, Outcome: core.NotDone, Op: core.OpMessage, Message: "an event has no JSON form", Err: err}
	}
	for pause := firstRetry; ; pause = min(2*pause, longestRetry) {
		status := w.post(ctx, event.ID, body)
		switch {
		case status/100 == 2:
			return nil
		case status == http.StatusGone:
			return &core.Error{Code: core.NotFound, Outcome: core.NotDone, Op: core.OpMessage, Message: "the receiver of the webhooks said that it is gone for good (410); nothing more is posted to it"}
		}
		if ctx.Err() == nil {
			l.logger.Warn("a webhook was not taken; it is posted again", "event", event.ID, "status", status, "in", pause)
		}
		waits(ctx, pause, nil)
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// post gives the receiver's status; 0 if there was no answer.
func (w Webhook) post(ctx context.Context, id string, body []byte) int {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, bytes.NewReader(body))
	if err != nil {
		return 0
	}
	now := time.Now()
	signature, err := SignWebhook(w.Secret, id, now, body)
	if err != nil {
		return 0
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(WebhookID, id)
	r.Header.Set(WebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	r.Header.Set(WebhookSignature, signature)
	answer, err := w.Client.Do(r)
	if err != nil {
		return 0
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 64<<10)) // so that the connection can be used again
	_ = answer.Body.Close()                                         // it was only read
	return answer.StatusCode
}
