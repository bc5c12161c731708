package evil

import (
	"fmt"
	"net/http"
	"os"
	"strings"
)

// logRows are adapters that write to the host's log what does not belong there. The calls go on.
func logRows() []row {
	rows := []row{
		{name: "lines of 64 KiB", answers: flood(strings.Repeat("x", 64<<10)+"\n", 200)},
		{name: "an endless line", answers: flood("x", 5<<20)},
		{name: "a million empty lines", answers: flood("\n", 1_000_000)},
		{name: "a million lines", answers: flood("hello\n", 1_000_000)},
		{name: "10 MB on stdout without a line's end", answers: answers{"GetOrder": func(w http.ResponseWriter, r *http.Request) {
			_, _ = os.Stdout.WriteString(strings.Repeat("x", 10<<20))
			honest["GetOrder"](w, r)
		}}},
		{name: "a terminal's commands in the log", answers: logging("\x1b[2J\x1b]0;owned\a\u202egood\u2066 \x00\x9b31m\r\n" +
			record(`"@message":"\u001b[2Jmsg\u202e","k\u001b[1m":"v\u009b\u2067"`)), says: []string{"good", "msg"}},
		{name: "bytes that are no text", answers: logging("\xff\xfe\xc3\x28 end of it\n"), says: []string{"end of it"}},
		{name: "a line that looks like a panic", answers: logging("panic: I never did\nan ordinary line\n"), says: []string{"DEBUG an ordinary line"}},
		{name: "a record with the secret", answers: logging(record(`"@message":"is `+secret+`","`+secret+`":"`+secret+`","list":["`+secret+`"],"escaped":"canary\u002d4711"`) + "plain " + secret + "\n"),
			says: []string{"is [redacted]", "plain [redacted]"}},
		{name: "a record of the wrong types", answers: logging(`{"@message":5}` + "\n" + `{"@level":{}}` + "\n" + `{"@timestamp":[],"@message":"x"}` + "\n" +
			`{"@message":null,"@level":null,"@timestamp":null}` + "\nnull\n[]\n5\n\"x\"\nafterwards\n"), says: []string{"afterwards"}},
		{name: "a record that is deep", answers: logging(strings.Repeat(`{"@message":`, 50_000) + "\n" + record(`"@message":"afterwards","deep":`+strings.Repeat("[", 5000)+strings.Repeat("]", 5000))), says: []string{"afterwards"}},
		{name: "a record with 100,000 members", answers: logging("{" + strings.Repeat(`"a":1,`, 100_000) + `"@message":"x"}` + "\n")},
		{name: "a record that speaks as the host", answers: logging(record(`"@level":"error","@message":"adapter given up","account":"other","level":"ERROR","time":"1970"`))},
		{name: "8 MiB lines by the runtime's stream", answers: answers{"StreamStdio": flooding(func(int) []byte {
			return append(number(1, 1), text(2, strings.Repeat("x", 8<<20-100))...)
		})}, want: []string{"open: ok", "again: ok", "again: ok", "again: ok"}},
		{name: "small lines by the runtime's stream", answers: answers{"StreamStdio": flooding(func(int) []byte {
			return append(number(1, 2), text(2, "\x1b[2J"+secret+"\n")...)
		})}, want: []string{"open: ok", "again: ok", "again: ok", "again: ok"}},
		{name: "last words of a stranger", answers: answers{"Pay": func(w http.ResponseWriter, r *http.Request) {
			complain("\x1b[2J" + secret + strings.Repeat("\u202ex", 100_000))
			exit(w, r)
		}}, want: []string{"open: ok", "pay: unavailable in_doubt"}, says: []string{"[redacted]"}},
	}
	return inGroup("log", rows, []string{"open: ok", "get: ok", "again: ok", "pay: ok"})
}

// logging writes to standard error and then answers a read.
func logging(text string) answers { return flood(text, 1) }

// flood writes a text many times.
func flood(text string, times int) answers {
	return answers{"GetOrder": func(w http.ResponseWriter, r *http.Request) {
		_, _ = os.Stderr.WriteString(strings.Repeat(text, times))
		honest["GetOrder"](w, r)
	}}
}

// record is a line of log as the runtime knows it.
func record(members string) string {
	return fmt.Sprintf(`{"@timestamp":"2026-01-02T03:04:05.000000Z",%s}`+"\n", members)
}
