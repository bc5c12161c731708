package evil

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"encoding/base64"
	"os"
	"strings"
	"time"
)

// certificateRows are adapters that prove to be nobody, or somebody else.
func certificateRows() []row {
	rows := []row{
		{name: "no certificate in the handshake", adapter: showing(func(*actor) string { return "" })},
		{name: "a certificate that is text", adapter: showing(func(*actor) string { return strings.Repeat("certificate ", 20) })},
		{name: "a certificate that is rubbish", adapter: showing(func(*actor) string { return base64.RawStdEncoding.EncodeToString(make([]byte, 500)) })},
		{name: "half a certificate", adapter: showing(func(a *actor) string {
			return base64.RawStdEncoding.EncodeToString(a.identity.Certificate[0][:200])
		})},
		{name: "a certificate of 48 KB", adapter: showing(func(*actor) string { return strings.Repeat("A", 48<<10) })},
		{name: "the certificate of another key", adapter: showing(func(*actor) string {
			return base64.RawStdEncoding.EncodeToString(identity(time.Now().Add(time.Hour)).Certificate[0])
		})},
		{name: "the host's own certificate", adapter: showing(hosts)},
		{name: "a certificate that is over", adapter: being(func() tls.Certificate { return identity(time.Now().Add(-time.Hour)) })},
		{name: "a certificate that has not begun", adapter: being(func() tls.Certificate { return identity(time.Now().Add(72 * time.Hour)) })},
		{name: "an RSA key of 512 bits", adapter: being(func() tls.Certificate {
			_ = os.Setenv("GODEBUG", "rsa1024min=0") // read at the next use; only the hostile side forgets what is safe
			key := must(rsa.GenerateKey(rand.Reader, 512))
			return signed(key.Public(), key, time.Now().Add(time.Hour))
		})},
		{name: "a certificate and no TLS", adapter: bare},
	}
	return inGroup("certificate", rows, notStarted)
}

// showing serves with its own certificate, but shows another in the handshake.
func showing(certificate func(*actor) string) func(*actor) {
	return func(a *actor) {
		l := a.listen()
		a.say(line("unix", l.Addr().String(), certificate(a)))
		a.serve(l)
	}
}

// hosts is the certificate that the host gave the adapter for knowing it by.
func hosts(*actor) string {
	lines := strings.Split(strings.TrimSpace(os.Getenv("PLUGIN_CLIENT_CERT")), "\n")
	return strings.TrimRight(strings.Join(lines[1:len(lines)-1], ""), "=")
}

// being serves as somebody.
func being(who func() tls.Certificate) func(*actor) {
	return func(a *actor) {
		a.identity = who()
		a.behave()
	}
}

// bare serves without TLS.
func bare(a *actor) {
	l := a.listen()
	a.say(a.handshake(l))
	for {
		c := must(l.Accept())
		_, _ = c.Write([]byte("\x00\x00\x00\x04\x00\x00\x00\x00\x00")) // the settings of HTTP/2
	}
}
