package evil

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// actor is a hostile adapter: it does by hand what plugin.Serve does for an honest one.
type actor struct {
	identity tls.Certificate
	answers  answers
	// protocols is what the server offers in TLS.
	protocols []string
	stdout    *os.File
}

// answers are handlers by the name of a method.
type answers map[string]http.HandlerFunc

func newActor(r row) *actor {
	return &actor{identity: identity(time.Now().Add(time.Hour)), answers: r.answers, protocols: []string{"h2"}, stdout: os.Stdout}
}

// behave serves as an honest adapter does, with the answers of the row.
func (a *actor) behave() {
	l := a.listen()
	a.say(a.handshake(l))
	a.serve(l)
}

// listen opens the socket in the folder that the host made for it.
func (a *actor) listen() net.Listener {
	return must(net.Listen("unix", filepath.Join(folder(), "s")))
}

func folder() string { return os.Getenv("PLUGIN_UNIX_SOCKET_DIR") }

// handshake is the honest line for a listener.
func (a *actor) handshake(l net.Listener) string {
	return line(l.Addr().Network(), l.Addr().String(), a.certificate())
}

func line(network, address, certificate string) string {
	return strings.Join([]string{"1", "1", network, address, "grpc", certificate}, "|")
}

func (a *actor) certificate() string {
	return base64.RawStdEncoding.EncodeToString(a.identity.Certificate[0])
}

// say writes a line to standard output.
func (a *actor) say(text string) { _, _ = fmt.Fprintln(a.stdout, text) }

// serve answers calls until the host asks for the end.
func (a *actor) serve(l net.Listener) {
	server := &http.Server{Handler: a, ReadHeaderTimeout: time.Minute, ErrorLog: log.New(io.Discard, "", 0), TLSConfig: a.tls()}
	if a.protocols[0] != "h2" {
		server.TLSNextProto = map[string]func(*http.Server, *tls.Conn, http.Handler){} // or the server would add it
	}
	_ = server.ServeTLS(l, "", "") // it ends with the process
}

func (a *actor) tls() *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{a.identity}, ClientAuth: tls.RequireAnyClientCert, NextProtos: a.protocols, MinVersion: tls.VersionTLS12}
}

// ServeHTTP finds the answer of the row, or the honest one.
func (a *actor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	method := filepath.Base(r.URL.Path)
	if handler, ok := a.answers[method]; ok {
		_, _ = io.Copy(io.Discard, r.Body)
		handler(w, r)
		return
	}
	if handler, ok := honest[method]; ok {
		_, _ = io.Copy(io.Discard, r.Body)
		handler(w, r)
		return
	}
	status(12, "not here")(w, r)
}

// wait keeps the process until it is killed.
func (a *actor) wait() { time.Sleep(time.Minute) }

// frame is one message of gRPC: a flag, a length, the bytes.
func frame(message []byte) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{0}, uint32(len(message))), message...)
}

// answer sends messages and then that all is well.
func answer(messages ...[]byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		begin(w)
		for _, m := range messages {
			_, _ = w.Write(frame(m))
			flush(w)
		}
		end(w, 0, "")
	}
}

// lazily makes its message when it is asked: every process has all rows, and this one is large.
func lazily(message func() []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { answer(message())(w, r) }
}

// status sends no message, but a status.
func status(code int, message string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		begin(w)
		end(w, code, message)
	}
}

func begin(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/grpc")
	w.WriteHeader(http.StatusOK)
}

func end(w http.ResponseWriter, code int, message string) {
	w.Header().Set(http.TrailerPrefix+"Grpc-Status", fmt.Sprint(code))
	w.Header().Set(http.TrailerPrefix+"Grpc-Message", message)
}

func flush(w http.ResponseWriter) { _ = http.NewResponseController(w).Flush() }

// identity is a certificate as an honest adapter makes it, good until then.
func identity(until time.Time) tls.Certificate {
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	return signed(key.Public(), key, until)
}

func signed(public, private any, until time.Time) tls.Certificate {
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: until.Add(-48 * time.Hour), NotAfter: until, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, IsCA: true, BasicConstraintsValid: true}
	der := must(x509.CreateCertificate(rand.Reader, template, template, public, private))
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: private}
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(errors.Join(errors.New("the hostile adapter itself failed"), err))
	}
	return value
}
