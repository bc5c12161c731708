package evil

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// handshakeRows are first lines that are none, or that lead elsewhere.
func handshakeRows() []row {
	rows := []row{
		{name: "no line and the end", adapter: func(*actor) {}, says: []string{"exit status 0"}},
		{name: "an empty line", adapter: says("")},
		{name: "a line of text", adapter: says("Welcome!"), says: []string{"Welcome!", "handshake"}},
		{name: "a secret as the line", adapter: says("1|" + secret), says: []string{"[redacted]"}},
		{name: "a terminal's commands as the line", adapter: says("\x1b[2J\x1b]0;owned\a\u202e1|1")},
		{name: "NUL bytes", adapter: says("1|1|unix|/tmp\x00/s|grpc|")},
		{name: "only NUL bytes", adapter: says(strings.Repeat("\x00", 100))},
		{name: "a line of 1 MB without end", adapter: endless(1 << 20)},
		{name: "a line of 60 KB", adapter: says(strings.Repeat("x", 60<<10))},
		{name: "three fields", adapter: says("1|1|unix")},
		{name: "1,000 fields", adapter: says(strings.Repeat("1|", 1000))},
		{name: "another core version", adapter: says("7|1|unix|/nowhere|grpc|")},
		{name: "another version of the contract", adapter: says("1|9|unix|/nowhere|grpc|"), says: []string{"version 9", "upgrade the host"}},
		{name: "versions that are no numbers", adapter: says("one|1|unix|/nowhere|grpc|")},
		{name: "net/rpc", adapter: says("1|1|unix|/nowhere|netrpc|")},
		{name: "no protocol", adapter: says("1|1|unix|/nowhere")},
		{name: "a network that does not exist", adapter: says("1|1|ipx|/nowhere|grpc|")},
		{name: "tcp to elsewhere", adapter: says(line("tcp", "192.0.2.1:443", "")), says: []string{"not to a socket"}},
		{name: "tcp to this machine", adapter: elsewhere("tcp", func() string { return "127.0.0.1:0" }), says: []string{"not to a socket"}},
		{name: "a path outside the private folder", adapter: elsewhere("unix", outside), says: []string{"not in the folder"}},
		{name: "a path that climbs out of the folder", adapter: climbing, says: []string{"not in the folder"}},
		{name: "an abstract socket", adapter: elsewhere("unix", func() string { return "@" + filepath.Base(os.TempDir()) + fmt.Sprint(os.Getpid()) }), says: []string{"not in the folder"}},
		{name: "a symlink out of the folder", adapter: linked, says: []string{"which is no socket"}},
		{name: "a file in the place of the socket", adapter: file, says: []string{"which is no socket"}},
		{name: "a socket that is not there", adapter: says(line("unix", "/nowhere", ""))},
		{name: "the handshake after 200 lines", adapter: late, says: []string{"line 0"}},
		{name: "the handshake twice", adapter: twice, want: served},
	}
	rows = inGroup("handshake", rows, notStarted)
	for i := range rows {
		if slices.Equal(rows[i].want, notStarted) {
			rows[i].config = inTime(2 * time.Second) // after a wrong line the right one may still come
		}
	}
	return rows
}

// inGroup fills in what the rows of a group have in common.
func inGroup(group string, rows []row, want []string) []row {
	for i := range rows {
		rows[i].group = group
		if rows[i].want == nil {
			rows[i].want = want
		}
	}
	return rows
}

// says is an adapter that writes one line and then waits.
func says(text string) func(*actor) {
	return func(a *actor) {
		a.say(text)
		a.wait()
	}
}

// endless writes so many bytes without the end of a line, and then waits.
func endless(size int) func(*actor) {
	return func(a *actor) {
		_, _ = a.stdout.WriteString(strings.Repeat("x", size))
		a.wait()
	}
}

// elsewhere serves honestly, but in another place than the host gave it.
func elsewhere(network string, address func() string) func(*actor) {
	return func(a *actor) {
		l := must(net.Listen(network, address()))
		a.say(a.handshake(l))
		a.serve(l)
	}
}

// outside is a path of a socket that a host did not make.
func outside() string { return filepath.Join(os.Getenv(token), fmt.Sprint("outside", os.Getpid())) }

func climbing(a *actor) {
	path := filepath.Join(filepath.Dir(filepath.Dir(folder())), "s")
	l := must(net.Listen("unix", path))
	_ = os.Remove(path) // the host shall not find it left
	a.say(line("unix", folder()+"/../../s", a.certificate()))
	a.serve(l)
}

func linked(a *actor) {
	path := outside()
	l := must(net.Listen("unix", path))
	link := filepath.Join(folder(), "s")
	if err := os.Symlink(path, link); err != nil {
		panic(err)
	}
	a.say(line("unix", link, a.certificate()))
	a.serve(l)
}

func file(a *actor) {
	path := filepath.Join(folder(), "s")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		panic(err)
	}
	a.say(line("unix", path, a.certificate()))
	a.wait()
}

func late(a *actor) {
	l := a.listen()
	for i := range 200 {
		a.say(fmt.Sprint("line ", i))
	}
	a.say(a.handshake(l))
	a.serve(l)
}

func twice(a *actor) {
	l := a.listen()
	a.say(a.handshake(l))
	a.say(line("tcp", "192.0.2.1:443", ""))
	a.serve(l)
}
