package python_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/internal/sandbox"
	"github.com/sampan-go/sampan/plugin"
)

const dyingHost = "host-that-dies"

func TestMain(m *testing.M) {
	if len(os.Args) > 4 && os.Args[1] == dyingHost {
		dieSoon(os.Args[2], os.Args[3], os.Args[4])
	}
	os.Exit(m.Run())
}

// dieSoon opens an adapter, begins what the test asks for, and waits to be killed.
func dieSoon(interpreter, base, doing string) {
	s := fmt.Sprintf(`{"base_url":%q,"app_key":%q,"app_secret":%q,"allow_private":true}`, base, sandbox.DefaultAppKey, sandbox.DefaultAppSecret)
	client, err := plugin.Open(context.Background(), plugin.Config{Command: []string{interpreter, "adapter.py"}, Settings: []byte(s), Env: []string{"PYTHONDONTWRITEBYTECODE=1"}})
	if err != nil {
		panic(err)
	}
	fmt.Println(client.PID())
	if doing == "writing" {
		go func() { _, _ = client.CreateOrder(context.Background(), pencils()) }()
	}
	select {}
}

func TestItDoesNotOutliveItsHost(t *testing.T) {
	python(t)
	for _, doing := range []string{"nothing", "writing"} {
		t.Run(doing, func(t *testing.T) {
			t.Parallel()
			s := startSandbox(t)
			s.Script(sandbox.Rule{Fault: sandbox.Hang})
			host := exec.Command(os.Args[0], dyingHost, python(t), s.DajisaasURL(), doing)
			host.Stderr = os.Stderr // why it could not start, if it could not
			out, err := host.StdoutPipe()
			require.NoError(t, err)
			require.NoError(t, host.Start())
			var pid int
			_, err = fmt.Fscan(out, &pid)
			require.NoError(t, err)
			require.NoError(t, syscall.Kill(pid, 0), "the adapter must be there first")
			if doing == "writing" {
				require.Eventually(t, func() bool { return len(s.Log()) == 1 }, 5*time.Second, 10*time.Millisecond)
			}
			require.NoError(t, host.Process.Kill())
			_ = host.Wait() // it was killed
			died := time.Now()
			requireGone(t, pid)
			t.Logf("gone %s after its host", time.Since(died).Round(time.Millisecond))
		})
	}
}

// requireGone accepts a zombie: in a container nobody may collect the children of others.
func requireGone(t *testing.T, pid int) {
	t.Helper()
	require.Eventually(t, func() bool {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) || err == nil && strings.Contains(string(stat), ") Z ")
	}, 3*time.Second, 10*time.Millisecond, "process %d is still there", pid)
}

func TestItEndsWhenItIsAskedTo(t *testing.T) {
	t.Parallel()
	var log lockedBuffer
	c := config(t, startSandbox(t).DajisaasURL(), "sign")
	c.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	client, err := plugin.Open(context.Background(), c)
	require.NoError(t, err)
	began := time.Now()
	require.NoError(t, client.Close())
	took := time.Since(began)
	require.Less(t, took, 2*time.Second, "it must not have to be killed")
	requireGone(t, client.PID())
	require.NotContains(t, log.String(), "failed to exit gracefully")
	t.Logf("ended in %s", took.Round(time.Millisecond))
}

func TestItEndsWhileCallsHang(t *testing.T) {
	t.Parallel()
	s := startSandbox(t)
	s.Script(sandbox.Rule{Fault: sandbox.Hang, Times: -1})
	client := open(t, config(t, s.DajisaasURL(), "sign"))
	ended := make(chan error)
	go func() {
		_, err := client.CreateOrder(context.Background(), pencils())
		ended <- err
	}()
	require.Eventually(t, func() bool { return len(s.Log()) == 1 }, 5*time.Second, 10*time.Millisecond)
	began := time.Now()
	require.NoError(t, client.Close())
	require.Less(t, time.Since(began), 2*time.Second, "it must not have to be killed")
	require.Equal(t, core.InDoubt, core.OutcomeOf(<-ended), "it was sent")
	requireGone(t, client.PID())
}

func TestWhatItPrintsBreaksNothing(t *testing.T) {
	t.Parallel()
	var log lockedBuffer
	c := troubled(t)
	c.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	client := open(t, c)
	d, err := client.Describe(t.Context())
	require.NoError(t, err)
	require.Equal(t, "dajisaas-python", d.Adapter)
	_, err = client.CreateOrder(t.Context(), pencils())
	require.ErrorIs(t, err, core.Internal)
	for _, words := range []string{"before anything else", "/nowhere", "a child speaks", "configured", "to the file itself",
		`level=ERROR msg="exception in create_order: ValueError`} {
		require.Eventually(t, func() bool { return strings.Contains(log.String(), words) }, 5*time.Second, 10*time.Millisecond, words)
	}
}

func troubled(t *testing.T) plugin.Config {
	c := config(t, "http://127.0.0.1:1", "sign")
	c.Command[1] = filepath.Join(filepath.Dir(c.Command[1]), "testdata", "troubled.py")
	return c
}

func TestExceptionsAreErrorsAndHoldNothingPrivate(t *testing.T) {
	t.Parallel()
	c := troubled(t)
	log := rawLog(t, &c)
	client := open(t, c)
	for _, ref := range []core.Ref{"raise", "exit"} {
		r := pencils()
		r.Ref = ref
		_, err := client.CreateOrder(t.Context(), r)
		require.ErrorIs(t, err, core.Internal)
		require.Equal(t, core.InDoubt, core.OutcomeOf(err), "what had happened by then is not known")
	}
	_, err := client.CancelOrder(t.Context(), core.CancelOrderRequest{Order: seedOrder, Attempt: attempt()})
	require.ErrorIs(t, err, core.Internal)
	require.Equal(t, core.InDoubt, core.OutcomeOf(err))
	_, err = client.GetOrder(t.Context(), core.GetOrderRequest{Order: seedOrder})
	require.ErrorIs(t, err, core.Unavailable, "one bad call must not take the others along")
	require.NoError(t, client.Close())
	text := log()
	require.Contains(t, text, "ValueError")
	require.Contains(t, text, "troubled.py", "an author must find the place")
	require.Contains(t, text, "SystemExit")
	requirePrivate(t, text)
}

// rawLog sends the adapter's standard error to a file, where no host has taken anything out of it.
func rawLog(t *testing.T, c *plugin.Config) func() string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "log")
	c.Command = append([]string{"/bin/sh", "-c", `exec "$@" 2>"$0"`, file}, c.Command...)
	return func() string {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		return string(text)
	}
}

func requirePrivate(t *testing.T, text string) {
	t.Helper()
	for _, private := range []string{sandbox.DefaultAppSecret, home.Name, home.Mobile, home.Phone, home.Street} {
		require.NotContains(t, text, private)
	}
}

func TestSecretsDoNotReachTheLog(t *testing.T) {
	t.Parallel()
	s := startSandbox(t)
	for _, auth := range []string{"sign", "secret"} {
		c := config(t, s.DajisaasURL(), auth)
		log := rawLog(t, &c)
		client := open(t, c)
		for _, fault := range []sandbox.Fault{"", sandbox.RefuseBefore, sandbox.DropBefore, sandbox.ErrorBefore, sandbox.Garbage, sandbox.WrongTypes, sandbox.MissingFields, sandbox.Redirect} {
			if fault != "" {
				s.Script(sandbox.Rule{Fault: fault})
			}
			_, _ = client.CreateOrder(t.Context(), pencils()) // what it says is for other tests
			_, _ = client.ListOrders(t.Context(), core.ListOrdersRequest{})
		}
		require.NoError(t, client.Close())
		requirePrivate(t, log())
	}
	c := config(t, s.DajisaasURL(), "sign")
	c.Settings = []byte(`{"app_key":7,"app_secret":"` + sandbox.DefaultAppSecret + `"}`)
	log := rawLog(t, &c)
	_, err := plugin.Open(t.Context(), c)
	require.ErrorIs(t, err, core.InvalidInput)
	requirePrivate(t, log()+err.Error())
}

func TestWrongSettingsAreRefusedByName(t *testing.T) {
	t.Parallel()
	const keys = `"app_key":"k","app_secret":"canary-secret"`
	rows := []struct{ settings, field string }{
		{``, "settings.app_key"},
		{`[]`, "settings"},
		{`{"app_secret":"canary-secret"}`, "settings.app_key"},
		{`{"app_key":"k"}`, "settings.app_secret"},
		{`{` + keys + `,"auth":"both"}`, "settings.auth"},
		{`{` + keys + `,"appKey":"k"}`, "settings.appKey"},
		{`{` + keys + `,"App_Key":"k"}`, "settings.App_Key"},
		{`{"app_key":7,"app_secret":"canary-secret"}`, "settings.app_key"},
		{`{` + keys + `,"allow_private":"true"}`, "settings.allow_private"},
		{`{` + keys + `,"base_url":"http://openapi.dajisaas.com"}`, "settings.base_url"},
		{`{` + keys + `,"base_url":"http://openapi.dajisaas.com","allow_private":true}`, ""}, // a name: refused when it is dialled
		{`{` + keys + `,"base_url":"http://8.8.8.8","allow_private":true}`, "settings.base_url"},
		{`{` + keys + `,"base_url":"http://127.0.0.1:1"}`, "settings.base_url"},
		{`{` + keys + `,"base_url":"https://127.0.0.1:1"}`, "settings.base_url"},
		{`{` + keys + `,"base_url":"https://[::1]"}`, "settings.base_url"},
		{`{` + keys + `,"base_url":"https://[::ffff:10.0.0.1]"}`, "settings.base_url"},
		{`{` + keys + `,"base_url":"https://169.254.169.254/latest"}`, "settings.base_url"},
		{`{` + keys + `,"base_url":"https://100.100.100.200"}`, "settings.base_url"},
		{`{` + keys + `,"base_url":"https://user:pw@example.com"}`, "settings.base_url"},
		{`{` + keys + `,"base_url":"https://example.com/?a=b"}`, "settings.base_url"},
		{`{` + keys + `,"base_url":"https://example.com/../x"}`, "settings.base_url"},
		{`{` + keys + `,"base_url":"https://exämple.com"}`, "settings.base_url"},
		{`{` + keys + `,"base_url":"https://example.com:99999"}`, "settings.base_url"},
		{`{` + keys + `,"base_url":"ftp://example.com"}`, "settings.base_url"},
		{`{` + keys + `,"base_url":"https://"}`, "settings.base_url"},
	}
	var settings []string
	for _, row := range rows {
		settings = append(settings, row.settings)
	}
	text, err := json.Marshal(settings)
	require.NoError(t, err)
	script := exec.Command(python(t), "-B", "-c", `
import json, sys, adapter
from sampan_serve import AdapterError, pb
for settings in json.load(sys.stdin):
    try:
        adapter.new("a", settings.encode())
        print("fine")
    except AdapterError as e:
        print(pb.ErrorCode.Name(e.code), pb.Outcome.Name(e.outcome), e.field, e.message, sep="|")`)
	script.Stdin = bytes.NewReader(text)
	out, err := script.CombinedOutput()
	require.NoError(t, err, string(out))
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	require.Len(t, lines, len(rows), string(out))
	for i, row := range rows {
		want := "fine"
		if row.field != "" {
			want = "ERROR_CODE_INVALID_INPUT|OUTCOME_NOT_DONE|" + row.field + "|"
		}
		require.True(t, strings.HasPrefix(lines[i], want), "%s: got %s, want %s", row.settings, lines[i], want)
		require.NotContains(t, lines[i], "canary-secret")
		require.NotContains(t, lines[i], "pw@")
	}
}

func TestANameThatLeadsInsideIsNotDialled(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	_, port, err := net.SplitHostPort(listener.Addr().String())
	require.NoError(t, err)
	c := config(t, "", "")
	c.Settings = []byte(`{"app_key":"k","app_secret":"canary-secret","base_url":"https://localhost:` + port + `"}`)
	client := open(t, c)
	_, err = client.CreateOrder(t.Context(), pencils())
	e, isCore := errors.AsType[*core.Error](err)
	require.True(t, isCore)
	require.Equal(t, []any{core.InvalidInput, core.NotDone, "settings.base_url"}, []any{e.Code, e.Outcome, e.Field}, err)
	require.NoError(t, listener.(*net.TCPListener).SetDeadline(time.Now()))
	_, err = listener.Accept()
	require.ErrorIs(t, err, os.ErrDeadlineExceeded, "nobody may have connected")
}

func TestAWriteThatFindsNobodyIsNotDone(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	client := open(t, config(t, "http://"+listener.Addr().String(), "sign"))
	_, err = client.CreateOrder(t.Context(), pencils())
	require.ErrorIs(t, err, core.Unavailable)
	require.Equal(t, core.NotDone, core.OutcomeOf(err), "%v", err)
}

// A name that no resolver can be asked for, so that this test asks none.
func TestAWriteToANameThatCannotBeResolvedIsNotDone(t *testing.T) {
	t.Parallel()
	client := open(t, config(t, "https://"+strings.Repeat("a", 64)+".invalid", "sign"))
	_, err := client.CreateOrder(t.Context(), pencils())
	require.ErrorIs(t, err, core.Unavailable)
	require.Equal(t, core.NotDone, core.OutcomeOf(err), "%v", err)
}

// A server that takes the connection and never answers the TLS handshake: the attempt's time ends before
// the first byte of a request.
func TestAHandshakeThatOutlastsTheAttemptIsNotDone(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	client := open(t, config(t, "https://"+listener.Addr().String(), "sign"))
	r := pencils()
	r.Attempt.NotAfter = time.Now().Add(time.Second)
	began := time.Now()
	_, err = client.CreateOrder(t.Context(), r)
	require.Equal(t, core.NotDone, core.OutcomeOf(err), "%v", err)
	require.Less(t, time.Since(began), 9*time.Second, "it waits for the attempt and no longer, though a dial may take 10 s")
}

// shortly is an attempt's time that a busy machine keeps too.
const shortly = 3 * time.Second

// The faults that the suite does not have.
func TestOddAnswersOfTheGateway(t *testing.T) {
	python(t)
	t.Parallel()
	for _, row := range []struct {
		fault   sandbox.Fault
		outcome core.Outcome
		effects int
	}{
		{sandbox.WrongTypes, core.Done, 1},
		{sandbox.MissingFields, core.InDoubt, 1},
		{sandbox.Redirect, core.InDoubt, 0},
		{sandbox.Huge, core.InDoubt, 1},
		{sandbox.Hang, core.InDoubt, 1},
	} {
		t.Run(string(row.fault), func(t *testing.T) {
			t.Parallel()
			s := startSandbox(t)
			client := open(t, config(t, s.DajisaasURL(), "sign"))
			s.Script(sandbox.Rule{Fault: row.fault})
			r := pencils()
			if row.fault == sandbox.Hang {
				r.Attempt.NotAfter = time.Now().Add(shortly) // the attempt's own time, not the caller's
			}
			began := time.Now()
			_, err := client.CreateOrder(t.Context(), r)
			require.Equal(t, row.outcome, core.OutcomeOf(err), "%v", err)
			require.Less(t, time.Since(began), 15*time.Second)
			require.Len(t, s.Log(), 1, "one request")
			require.Len(t, s.Effects(), row.effects)
		})
	}
}

// A server that sends a byte now and then stays below every time-out of the socket.
func TestASlowAnswerEndsWithTheAttempt(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		for err == nil {
			_, err = conn.Write([]byte("H"))
			time.Sleep(50 * time.Millisecond)
		}
	}()
	client := open(t, config(t, "http://"+listener.Addr().String(), "sign"))
	r := pencils()
	r.Attempt.NotAfter = time.Now().Add(shortly)
	began := time.Now()
	_, err = client.CreateOrder(t.Context(), r)
	require.ErrorIs(t, err, core.Unavailable)
	require.Equal(t, core.InDoubt, core.OutcomeOf(err))
	require.Less(t, time.Since(began), 15*time.Second)
}

// A call that nobody waits for gives its thread back, so that hanging ones do not use them up.
func TestCallsThatAreGivenUpDoNotPileUp(t *testing.T) {
	t.Parallel()
	for how, giveUp := range map[string]func() (context.Context, context.CancelFunc){
		"by a deadline": func() (context.Context, context.CancelFunc) { return context.WithTimeout(t.Context(), time.Second) },
		"by a cancel": func() (context.Context, context.CancelFunc) { // of which the adapter is not told before it happens
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Second, cancel)
			return ctx, cancel
		},
	} {
		t.Run(how, func(t *testing.T) {
			s := startSandbox(t)
			client := open(t, config(t, s.DajisaasURL(), "sign"))
			s.Script(sandbox.Rule{Fault: sandbox.Hang, Times: -1})
			var wg sync.WaitGroup
			for range 150 {
				wg.Go(func() {
					ctx, cancel := giveUp()
					defer cancel()
					_, err := client.ListOrders(ctx, core.ListOrdersRequest{})
					if core.OutcomeOf(err) != core.NotDone {
						t.Errorf("a read is not_done: got %v", err)
					}
				})
			}
			wg.Wait()
			s.Script()
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second) // a read that nobody ends takes 15 s
			defer cancel()
			_, err := client.ListOrders(ctx, core.ListOrdersRequest{})
			require.NoError(t, err)
		})
	}
}

func TestPagesAreStreamed(t *testing.T) {
	t.Parallel()
	s := startSandbox(t)
	client := open(t, config(t, s.DajisaasURL(), "sign"))
	for range 45 {
		r := pencils()
		_, err := client.CreateOrder(t.Context(), r)
		require.NoError(t, err)
	}
	before := len(s.Log())
	seen, pages := map[core.OrderID]bool{}, 0
	for page, err := range client.OrderPages(t.Context(), core.ListOrdersRequest{}) {
		require.NoError(t, err)
		pages++
		for _, order := range page.Orders {
			seen[order.ID] = true
		}
	}
	require.Len(t, seen, 45)
	require.Equal(t, 3, pages)
	require.Len(t, s.Log(), before+3)
	for page, err := range client.OrderPages(t.Context(), core.ListOrdersRequest{}) {
		require.NoError(t, err)
		require.Len(t, page.Orders, 20)
		break
	}
}

func TestOverTLS(t *testing.T) {
	t.Parallel()
	box := sandbox.New(sandbox.Options{})
	server := httptest.NewTLSServer(box)
	t.Cleanup(server.Close)
	certificate := filepath.Join(t.TempDir(), "roots.pem")
	require.NoError(t, os.WriteFile(certificate, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600))

	stranger := open(t, config(t, server.URL+"/dajisaas", "sign"))
	_, err := stranger.CreateOrder(t.Context(), pencils())
	require.ErrorIs(t, err, core.Unavailable)
	require.ErrorContains(t, err, "certificate is not accepted")
	require.Equal(t, core.NotDone, core.OutcomeOf(err), "bytes of a TLS handshake are no request")
	require.Empty(t, box.Log())

	c := config(t, server.URL+"/dajisaas", "sign")
	c.Env = append(c.Env, "SSL_CERT_FILE="+certificate)
	client := open(t, c)
	order, err := client.CreateOrder(t.Context(), pencils())
	require.NoError(t, err)
	require.Equal(t, "11.96 CNY", order.Totals.Payable.String())

	box.Script(sandbox.Rule{Fault: sandbox.Hang})
	r := pencils()
	r.Attempt.NotAfter = time.Now().Add(shortly)
	began := time.Now()
	_, err = client.CreateOrder(t.Context(), r)
	require.ErrorIs(t, err, core.Unavailable)
	require.Equal(t, core.InDoubt, core.OutcomeOf(err))
	require.Less(t, time.Since(began), 15*time.Second)
}

// What another host, or an enemy on this machine, meets: the handshake line, mutual TLS, the health service,
// and the limit of a message.
func TestOnlyItsHostMayCall(t *testing.T) {
	t.Parallel()
	mine, minePEM := newCertificate(t)
	foreign, _ := newCertificate(t)
	line := startAlone(t, "PLUGIN_CLIENT_CERT="+minePEM)
	fields := strings.Split(line, "|")
	require.Len(t, fields, 6, line)
	require.Equal(t, []string{"1", "1", "unix"}, fields[:3])
	require.Equal(t, "grpc", fields[4])
	info, err := os.Stat(fields[3])
	require.NoError(t, err)
	require.Zero(t, info.Mode().Perm()&0o077, "nobody else may open the socket")
	der, err := base64.RawStdEncoding.DecodeString(fields[5])
	require.NoError(t, err)
	its, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	roots := x509.NewCertPool()
	roots.AddCert(its)
	dial := func(certificates ...tls.Certificate) *grpc.ClientConn {
		conn, err := grpc.NewClient("unix:"+fields[3], grpc.WithTransportCredentials(credentials.NewTLS(&tls.Config{
			RootCAs: roots, ServerName: "localhost", Certificates: certificates, MinVersion: tls.VersionTLS12})))
		require.NoError(t, err)
		t.Cleanup(func() { _ = conn.Close() })
		return conn
	}
	healthy := func(conn *grpc.ClientConn, service string) error {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		answer, err := healthpb.NewHealthClient(conn).Check(ctx, &healthpb.HealthCheckRequest{Service: service})
		if err == nil {
			require.Equal(t, healthpb.HealthCheckResponse_SERVING, answer.GetStatus())
		}
		return err
	}
	require.Equal(t, codes.Unavailable, status.Code(healthy(dial(), "plugin")), "without a certificate")
	require.Equal(t, codes.Unavailable, status.Code(healthy(dial(foreign), "plugin")), "with another's certificate")
	conn := dial(mine)
	require.NoError(t, healthy(conn, "plugin"))
	require.Equal(t, codes.NotFound, status.Code(healthy(conn, "other")))
	require.Equal(t, codes.ResourceExhausted, status.Code(configure(t, conn, 8<<20+1)))
	require.NoError(t, configure(t, conn, 8<<20-1000), "it is read, and refused as settings")
}

// configure sends a message of about this size.
func configure(t *testing.T, conn *grpc.ClientConn, size int) error {
	t.Helper()
	message := func(name protoreflect.FullName) protoreflect.Message {
		kind, err := protoregistry.GlobalTypes.FindMessageByName(name)
		require.NoError(t, err)
		return kind.New()
	}
	request := message("sampan.v1.ConfigureRequest")
	request.Set(request.Descriptor().Fields().ByName("settings_json"), protoreflect.ValueOfBytes(make([]byte, size)))
	return conn.Invoke(t.Context(), "/sampan.v1.AdapterService/Configure", request.Interface(), message("sampan.v1.ConfigureResponse").Interface())
}

// startAlone starts the adapter without the runtime of the host, and gives its handshake line.
func startAlone(t *testing.T, env ...string) string {
	t.Helper()
	folder, err := os.MkdirTemp("/tmp", "s")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	command := exec.Command(python(t), "adapter.py")
	command.Env = append(env, "SAMPAN_ADAPTER=8f4f2f0c-adapter-of-one-account", "PLUGIN_UNIX_SOCKET_DIR="+folder, "PYTHONDONTWRITEBYTECODE=1")
	stdout, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	t.Cleanup(func() { _, _ = command.Process.Kill(), command.Wait() })
	line, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err)
	return strings.TrimSpace(line)
}

func newCertificate(t *testing.T) (tls.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

func TestWithoutACertificateOfTheHostNothingIsServed(t *testing.T) {
	t.Parallel()
	command := exec.Command(python(t), "adapter.py")
	command.Env = []string{"SAMPAN_ADAPTER=8f4f2f0c-adapter-of-one-account", "PYTHONDONTWRITEBYTECODE=1"}
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	require.Error(t, command.Run())
	require.Empty(t, stdout.String())
	require.Contains(t, stderr.String(), "without mutual TLS nothing is served")
}

// A terminal sends SIGINT to everybody; the host decides when an adapter ends.
func TestInterruptsAreTheHosts(t *testing.T) {
	t.Parallel()
	client := open(t, config(t, startSandbox(t).DajisaasURL(), "sign"))
	require.NoError(t, syscall.Kill(client.PID(), syscall.SIGINT))
	require.NoError(t, syscall.Kill(client.PID(), syscall.SIGPIPE))
	_, err := client.CreateOrder(t.Context(), pencils())
	require.NoError(t, err)
}

func TestStartedByHandItSaysWhatItIs(t *testing.T) {
	t.Parallel()
	command := exec.Command(python(t), "adapter.py")
	command.Env = []string{"PYTHONDONTWRITEBYTECODE=1"}
	var stderr bytes.Buffer
	command.Stderr = &stderr
	out, err := command.Output()
	exit, ok := errors.AsType[*exec.ExitError](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, 2, exit.ExitCode())
	require.Empty(t, out)
	require.Contains(t, stderr.String(), "dajisaas-python 0.1.0 is a Sampan adapter")
	require.Contains(t, stderr.String(), "sampan.toml")
}

// One file has one sum, which a host can pin.
func TestTheProgramOfOneFileCanBePinned(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("make"); err != nil {
		t.Skip("NOT RUN: there is no make")
	}
	interpreter := python(t)
	file := filepath.Join(t.TempDir(), "dajisaas-python.pyz")
	out, err := exec.Command("make", "dist", "PYTHON="+interpreter, "SHEBANG="+interpreter, "BUILD="+filepath.Join(t.TempDir(), "build"), "DIST="+file).CombinedOutput()
	require.NoError(t, err, string(out))
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	sum := sha256.Sum256(text)
	s := startSandbox(t)
	c := config(t, s.DajisaasURL(), "sign")
	c.Command, c.SHA256 = []string{file}, hex.EncodeToString(sum[:])
	_, err = open(t, c).CreateOrder(t.Context(), pencils())
	require.NoError(t, err)
}

// A word of a newer contract, read as none, would list every order instead of some.
func TestAWordOfANewerContractIsRefused(t *testing.T) {
	t.Parallel()
	out, err := exec.Command(python(t), "-B", "-c", `
import sampan_serve as s
class Adapter:
    def list_orders(self, r, call): return s.pb.OrderPage()
class Context:
    def is_active(self): return True
service = s._Service(lambda account, settings: Adapter())
service._do("configure", s.pb.ConfigureRequest(), None)
for status in (s.pb.STATUS_PAID, 999):
    try:
        service._do("list_orders", s.pb.ListOrdersRequest(status=status), s.Call("list_orders", False, Context()))
        print("listed")
    except s.AdapterError as e:
        print(s.pb.ErrorCode.Name(e.code), e.field)`).CombinedOutput()
	require.NoError(t, err, string(out))
	require.Equal(t, "listed\nERROR_CODE_UNSUPPORTED status\n", string(out))
}

// The vectors were computed without any code of this repository.
func TestSignIsHeldToTheVectors(t *testing.T) {
	t.Parallel()
	file := filepath.Join("..", "..", "..", "testdata", "signing", "dajisaas.json")
	script := exec.Command(python(t), "-B", "-c", `
import json, sys, ask
for row in json.load(open(sys.argv[1]))["vectors"]:
    got = ask.sign(row["params"], "dj_test_secret")
    print(got == row["sign"], row["name"])`, file)
	out, err := script.CombinedOutput()
	require.NoError(t, err, string(out))
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	require.GreaterOrEqual(t, len(lines), 4)
	for _, line := range lines {
		require.True(t, strings.HasPrefix(line, "True "), line)
	}
}

// The generated file and the contract that this host speaks are the same.
func TestTheGeneratedCodeIsThatOfTheContract(t *testing.T) {
	t.Parallel()
	out, err := exec.Command(python(t), "-B", "-c", "import sys\nfrom sampan.v1 import adapter_pb2\nsys.stdout.buffer.write(adapter_pb2.DESCRIPTOR.serialized_pb)").Output()
	require.NoError(t, err)
	var generated descriptorpb.FileDescriptorProto
	require.NoError(t, proto.Unmarshal(out, &generated))
	file, err := protoregistry.GlobalFiles.FindFileByPath("sampan/v1/adapter.proto")
	require.NoError(t, err)
	contract := protodesc.ToFileDescriptorProto(file)
	withoutJSONNames(contract.MessageType)
	withoutJSONNames(generated.MessageType)
	contract.Options, generated.Options = nil, nil
	require.True(t, proto.Equal(contract, &generated), "run: make -C examples/adapters/python generate")
}

func withoutJSONNames(messages []*descriptorpb.DescriptorProto) {
	for _, m := range messages {
		for _, f := range m.Field {
			f.JsonName = nil
		}
		withoutJSONNames(m.NestedType)
	}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
