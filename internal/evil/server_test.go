package evil

import (
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/sampan-go/sampan/plugin"
)

// startRows are adapters that go wrong before the first call of the host's caller.
func startRows() []row {
	rows := []row{
		{name: "exit 0 at once", adapter: func(*actor) { os.Exit(0) }, want: notStarted, says: []string{"exit status 0"}},
		{name: "exit 3 with last words", adapter: func(*actor) { complain("no licence"); os.Exit(3) }, want: notStarted, says: []string{"exit status 3", "no licence"}},
		{name: "exit right after the handshake", adapter: func(a *actor) { a.say(a.handshake(a.listen())) }, want: notStarted},
		{name: "exit in Configure", answers: answers{"Configure": exit}, want: notStarted, says: []string{"exit status 5"}},
		{name: "panic in Configure", answers: answers{"Configure": crash}, want: notStarted, says: []string{"panic: evil"}},
		{name: "Configure is never answered", answers: answers{"Configure": silent}, want: notStarted},
		{name: "Configure answers rubbish", answers: answers{"Configure": answer([]byte("\xff\xff\xff"))}, want: []string{"open: bad_answer not_done"}},
		{name: "Configure says the secret", answers: answers{"Configure": answer(message(1, number(1, 5), text(5, "wrong: "+secret), text(9, secret)))},
			want: []string{"open: denied not_done"}, says: []string{"[redacted]"}},
		{name: "exit in Describe", answers: answers{"Describe": exit}, want: []string{"open: ok", "describe: unavailable not_done"}, says: []string{"exit status 5"}},
		{name: "no handshake in time", adapter: (*actor).wait, config: inTime(300 * time.Millisecond), want: notStarted, says: []string{"300ms"}},
		{name: "no connection in time", adapter: func(a *actor) { a.say(a.handshake(a.listen())); a.wait() }, config: inTime(300 * time.Millisecond), want: notStarted, says: []string{"300ms"}},
		{name: "a start that fails for ever", adapter: func(*actor) { os.Exit(1) }, supervised: true, want: notStarted},
		{name: "a child outlives the start", adapter: func(*actor) { leaveChild(false); os.Exit(1) }, want: notStarted},
	}
	return inGroup("start", rows, nil)
}

// impatient is for adapters that never answer.
func impatient(c *plugin.Config) { c.ReadTimeout, c.WriteTimeout = time.Second, time.Second }

func inTime(d time.Duration) func(*plugin.Config) {
	return func(c *plugin.Config) { c.StartTimeout = d }
}

// serverRows are adapters that start as they should and then do not speak as they should.
func serverRows() []row {
	lost := []string{"open: ok", "get: unavailable not_done", "pay: unavailable in_doubt"}
	unread := []string{"open: ok", "get: bad_answer not_done", "pay: bad_answer in_doubt"}
	rows := []row{
		{name: wellBehaved, want: []string{"open: ok", "describe: ok", "create: ok", "get: ok", "list: ok", "pages: ok", "pay: ok", "track: ok",
			"refund: ok", "refund?: ok", "cancel: ok", "quote: ok", "confirm: ok", "fence: ok"}},
		{name: "an answer of 64 MiB", answers: both(huge(64 << 20)), want: unread, times: 3, says: []string{"too large"}},
		{name: "an answer just over 8 MiB", answers: both(huge(8<<20 + 1)), want: unread, times: 3, says: []string{"too large"}},
		{name: "an answer that says 4 GiB", answers: both(announced(1<<32-1, 0)), want: unread},
		{name: "a page of 7 MiB that is as it should be", answers: answers{"ListOrders": lazily(largePage)}, want: []string{"open: ok", "list: ok"}, unseen: true},
		{name: "a text of 7.9 MiB", answers: answers{"GetOrder": lazily(func() []byte { return order(text(7, strings.Repeat("x", 79<<20/10))) }),
			"Pay": lazily(func() []byte { return payment(number(2, 1), text(6, strings.Repeat("x", 79<<20/10))) })}, want: unread, times: 3},
		{name: "8 MiB of empty messages", answers: answers{"GetOrder": lazily(func() []byte { return message(1, empties(8, 4_000_000)) }),
			"ListOrders": lazily(func() []byte { return message(1, empties(1, 4_000_000)) }), "Pay": lazily(func() []byte { return empties(1, 4_000_000) })},
			want: []string{"open: ok", "get: bad_answer not_done", "list: bad_answer not_done", "pay: bad_answer in_doubt"}, times: 2},
		{name: "metadata of 10 MB", answers: both(metadata(10<<20, false)), want: []string{"open: ok", "get: unavailable not_done", "pay: unavailable in_doubt"}, times: 2},
		{name: "trailers of 10 MB", answers: both(metadata(10<<20, true)), want: []string{"open: ok", "get: unavailable not_done", "pay: unavailable in_doubt"}, times: 2},
		{name: "a status text of 512 KB", answers: both(status(2, strings.Repeat("x", 1<<19))), want: lost},
		{name: "one byte at a time", answers: both(slowly), config: impatient, want: lost},
		{name: "half a message and silence", answers: both(announced(1000, 10)), config: impatient, want: lost},
		{name: "never an answer", answers: both(silent), config: impatient, want: lost},
		{name: "the stream ends in the middle", answers: both(cutOff), want: unread},
		{name: "the end without a status", answers: both(func(w http.ResponseWriter, _ *http.Request) { begin(w) }), want: unread},
		{name: "a status that does not exist", answers: both(status(4242, "what")), want: lost},
		{name: "a status that is no number", answers: both(func(w http.ResponseWriter, _ *http.Request) {
			begin(w)
			w.Header().Set(http.TrailerPrefix+"Grpc-Status", "fine")
		}), want: unread},
		{name: "all well and no message", answers: both(status(0, "")), want: unread},
		{name: "two messages", answers: answers{"GetOrder": answer(order(), order()), "Pay": answer(payment(number(2, 1)), payment(number(2, 1)))}, want: unread},
		{name: "done, and then not implemented", answers: answers{"GetOrder": contradiction(order()), "Pay": contradiction(payment(number(2, 1)))},
			want: []string{"open: ok", "get: bad_answer not_done", "pay: bad_answer in_doubt"}},
		{name: "an answer that is compressed", answers: both(compressed), want: unread},
		{name: "an answer of another kind", answers: both(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>hello</html>") }), want: unread},
		{name: "a web page that says 503", answers: both(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "busy", http.StatusServiceUnavailable) }), want: lost},
		{name: "HTTP/1", adapter: func(a *actor) { a.protocols = []string{"http/1.1"}; a.behave() }, want: notStarted},
		{name: "GOAWAY at once", adapter: raw("\x00\x00\x00\x04\x00\x00\x00\x00\x00" + "\x00\x00\x08\x07\x00\x00\x00\x00\x00" + "\x00\x00\x00\x00\x00\x00\x00\x00"), want: notStarted, or: []string{"open: bad_answer not_done"}},
		{name: "frames that are rubbish", adapter: raw(strings.Repeat("\xff", 4096)), want: notStarted},
		{name: "exit in a read", answers: answers{"GetOrder": exit}, want: []string{"open: ok", "get: unavailable not_done", "pay: unavailable not_done"}, says: []string{"exit status 5"}},
		{name: "exit in a write", answers: answers{"Pay": exit}, want: []string{"open: ok", "pay: unavailable in_doubt", "get: unavailable not_done"}, says: []string{"exit status 5"}},
		{name: "panic in a write", answers: answers{"Pay": crash}, want: []string{"open: ok", "pay: unavailable in_doubt", "get: unavailable not_done"}, says: []string{"panic: evil", "exit status 2"}},
		{name: "exit in a write that is supervised", answers: answers{"Pay": exit}, supervised: true, want: []string{"open: ok", "pay: unavailable in_doubt", "get: ok"}},
		{name: "exit in every read that is supervised", answers: answers{"GetOrder": exit}, supervised: true, want: []string{"open: ok", "get: unavailable not_done"}},
		{name: "frozen in a write", answers: answers{"Pay": freeze}, config: impatient, want: []string{"open: ok", "pay: unavailable in_doubt"}},
		{name: "Shutdown is refused and SIGTERM ignored", answers: answers{"Shutdown": status(7, "no")}, want: served},
		{name: "Shutdown is never answered", answers: answers{"Shutdown": silent}, want: served},
		{name: "a child holds every pipe", answers: answers{"Pay": func(w http.ResponseWriter, r *http.Request) { leaveChild(true); exit(w, r) }},
			want: []string{"open: ok", "pay: unavailable in_doubt"}},
		{name: "the runtime's broker is flooded", answers: answers{"StartStream": flooding(func(i int) []byte {
			return append(number(1, int64(i)), append(text(2, "unix"), text(3, strings.Repeat("x", 1000))...)...)
		})}, want: []string{"open: ok", "again: ok", "again: ok"}},
	}
	return inGroup("server", rows, nil)
}

// both answers a read and a write in the same way.
func both(h http.HandlerFunc) answers { return answers{"GetOrder": h, "Pay": h} }

func complain(text string) { fmt.Fprintln(os.Stderr, text) }

func exit(http.ResponseWriter, *http.Request) { os.Exit(5) }

// crash panics where no server catches it.
func crash(http.ResponseWriter, *http.Request) {
	go panic("evil")
	select {}
}

func silent(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func freeze(http.ResponseWriter, *http.Request) {
	_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
	time.Sleep(time.Minute)
}

// huge sends one message of a size.
func huge(size int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		begin(w)
		_, _ = w.Write(frame(text(15, strings.Repeat("x", size)))) // it breaks off when the host has enough
		end(w, 0, "")
	}
}

// largePage has the most of what an honest adapter may send for seven orders.
func largePage() []byte {
	var orders [][]byte
	for i := range 7 {
		orders = append(orders, message(1, reference(2, fmt.Sprint(i)), text(17, `"`+strings.Repeat("x", 1<<20-2)+`"`)))
	}
	return message(1, orders...)
}

// announced says a size and sends less.
func announced(size uint32, sent int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		begin(w)
		_, _ = w.Write([]byte{0, byte(size >> 24), byte(size >> 16), byte(size >> 8), byte(size)})
		_, _ = w.Write(make([]byte, sent))
		flush(w)
		<-r.Context().Done()
	}
}

// empties are messages of two bytes that take a hundred times as much room in the host.
func empties(field byte, n int) []byte {
	return []byte(strings.Repeat(string([]byte{field<<3 | 2, 0}), n))
}

func metadata(size int, after bool) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		prefix := ""
		if after {
			prefix = http.TrailerPrefix
			begin(w)
			flush(w)
		}
		for i := range size >> 13 {
			w.Header().Set(fmt.Sprint(prefix, "X-", i), strings.Repeat("x", 1<<13))
		}
		if !after {
			begin(w)
		}
		_, _ = w.Write(frame(order()))
		end(w, 0, "")
	}
}

func slowly(w http.ResponseWriter, r *http.Request) {
	begin(w)
	for _, b := range frame(order(text(7, strings.Repeat("x", 1000)))) {
		if _, err := w.Write([]byte{b}); err != nil {
			return
		}
		flush(w)
		time.Sleep(10 * time.Millisecond)
	}
}

func cutOff(w http.ResponseWriter, _ *http.Request) {
	begin(w)
	_, _ = w.Write(frame(order())[:8])
	flush(w)
	panic(http.ErrAbortHandler)
}

func contradiction(result []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		begin(w)
		_, _ = w.Write(frame(result))
		end(w, 12, "not implemented")
	}
}

func compressed(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Grpc-Encoding", "gzip")
	begin(w)
	sent := frame([]byte("\x1f\x8b\x08\x00"))
	sent[0] = 1
	_, _ = w.Write(sent)
	end(w, 0, "")
}

// raw speaks TLS, and then what no server of HTTP/2 says.
func raw(sent string) func(*actor) {
	return func(a *actor) {
		l := a.listen()
		a.say(a.handshake(l))
		for {
			c := must(l.Accept())
			go func() {
				secure := tls.Server(c, a.tls())
				_, _ = io.WriteString(secure, sent)
				_, _ = io.Copy(io.Discard, secure)
			}()
		}
	}
}

// leaveChild starts a process that outlives this one, if nobody ends it. One that holds the pipes has
// also left the group: only the pipes must not keep the host waiting then, so it ends soon itself.
func leaveChild(holdsPipes bool) {
	child := exec.Command("/bin/sleep", "60")
	if holdsPipes {
		child = exec.Command("/bin/sleep", "2")
		child.Stdout, child.Stderr = os.Stdout, os.Stderr
		child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		child.Env = []string{}
	}
	if err := child.Start(); err != nil {
		panic(err)
	}
}

// flooding sends messages until nobody reads them.
func flooding(next func(int) []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		begin(w)
		for i := 0; r.Context().Err() == nil; i++ {
			if _, err := w.Write(frame(next(i))); err != nil {
				return
			}
			flush(w)
		}
	}
}
