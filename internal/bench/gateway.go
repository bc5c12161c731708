package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// perPage is how many orders a page has.
const perPage = 100

// The samples that the gateway's answers are made of: pages that the gateways published.
const (
	pageSample  = "testdata/wire/1688/pandapon/order_page.response.json"
	tradeSample = "testdata/wire/1688/dajisaas/buyer_view.response.json"
)

// The paths of the gateway, as the adapter has them.
const (
	listPath   = "/v2/alibaba/order/page"
	detailPath = "/alibaba/order/detail"
)

// answers are the gateway's, made before anybody asks.
type answers struct {
	detail []byte
	// page is one page, whose ids are at the offsets in ids.
	page []byte
	ids  []int
	id   string // the id at the first of them
}

// newAnswers makes a page of 100 orders out of the two that were published, and the detail of one.
func newAnswers() (answers, error) {
	var a answers
	sample, err := os.ReadFile(pageSample)
	if err != nil {
		return a, fmt.Errorf("%w: run it in the repository's root", err)
	}
	var page struct {
		Data struct{ Data []json.RawMessage }
	}
	if err := json.Unmarshal(sample, &page); err != nil || len(page.Data.Data) != 2 {
		return a, fmt.Errorf("%s does not hold two orders: %w", pageSample, err)
	}
	var rows [][]byte
	for n := range perPage {
		var row bytes.Buffer
		if err := json.Compact(&row, page.Data.Data[n%2]); err != nil {
			return a, err
		}
		rows = append(rows, row.Bytes())
	}
	a.page = fmt.Appendf(nil, `{"requestId":"2696ba97d30e4a5ca4c451db63f2a470","code":200,"developId":"1","msg":"成功","data":{"total":%s,"code":200,"msg":null,"data":[%s]}}`,
		totalMark, bytes.Join(rows, []byte(",")))
	a.ids, a.id = idsIn(a.page)

	sample, err = os.ReadFile(tradeSample)
	if err != nil {
		return a, err
	}
	var trade struct{ Data json.RawMessage }
	if err := json.Unmarshal(sample, &trade); err != nil {
		return a, err
	}
	var detail bytes.Buffer
	if err := json.Compact(&detail, fmt.Appendf(nil, `{"requestId":"1","code":200,"developId":"1","msg":"成功","data":%s}`, trade.Data)); err != nil {
		return a, err
	}
	a.detail = detail.Bytes()
	return a, nil
}

// totalMark stands where a page's total does; it has the length of every total.
const totalMark = "0000000000"

// idsIn finds where the ids of the orders stand, which every order must have for itself.
func idsIn(page []byte) (places []int, first string) {
	const name = `"tbOrderId":"`
	for at := 0; ; {
		next := bytes.Index(page[at:], []byte(name))
		if next < 0 {
			return places, first
		}
		at += next + len(name)
		places = append(places, at)
		if first == "" {
			first = string(page[at : at+bytes.IndexByte(page[at:], '"')])
		}
	}
}

// numbered gives a copy of the page with the ids and the total of page number n.
func (a answers) numbered(n, total int) []byte {
	page := bytes.Clone(a.page)
	copy(page[bytes.Index(page, []byte(totalMark)):], fmt.Sprintf("%-10d", total))
	for i, at := range a.ids {
		copy(page[at:], fmt.Sprintf("25%0*d", len(a.id)-2, n*perPage+i))
	}
	return page
}

// serveGateway is the gateway's process: it prints its address and serves until its input ends. The
// path begins with the time that it takes and with how many orders there are: /20ms/100000/...
func serveGateway() {
	a, err := newAnswers()
	if err == nil {
		var l net.Listener
		if l, err = (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0"); err == nil {
			fmt.Println("http://" + l.Addr().String())
			go func() {
				_, _ = io.Copy(io.Discard, os.Stdin) // its end is the only message
				os.Exit(0)
			}()
			err = (&http.Server{Handler: a, ReadHeaderTimeout: time.Minute}).Serve(l)
		}
	}
	fmt.Fprintln(os.Stderr, "bench gateway:", err)
	os.Exit(1)
}

// ServeHTTP implements http.Handler.
func (a answers) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	parts := strings.SplitN(r.URL.Path, "/", 4) // "", time, orders, path
	if len(parts) != 4 {
		http.NotFound(w, r)
		return
	}
	delay, err := time.ParseDuration(parts[1])
	orders, err2 := strconv.Atoi(parts[2])
	var asked struct {
		PageNum int `json:"pageNum"`
	}
	body, err3 := io.ReadAll(r.Body)
	if err != nil || err2 != nil || err3 != nil || json.Unmarshal(body, &asked) != nil {
		http.Error(w, "not this gateway's", http.StatusBadRequest)
		return
	}
	time.Sleep(delay)
	answer := a.detail
	if "/"+parts[3] == listPath {
		answer = a.numbered(asked.PageNum, orders)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
	_, _ = w.Write(answer) // a client that went away has stopped measuring
}

// startGateway starts the gateway's process. Its end is that of this process, or stop.
func startGateway(ctx context.Context) (url string, stop func(), err error) {
	own, err := os.Executable()
	if err != nil {
		return "", nil, err
	}
	c := exec.CommandContext(ctx, own, "gateway")
	c.Stderr = os.Stderr
	in, err := c.StdinPipe()
	if err != nil {
		return "", nil, err
	}
	out, err := c.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := c.Start(); err != nil {
		return "", nil, err
	}
	stop = func() {
		_ = in.Close() // it ends at the end of its input
		_ = c.Wait()
	}
	if _, err := fmt.Fscan(out, &url); err != nil {
		stop()
		return "", nil, fmt.Errorf("the gateway did not start: %w", err)
	}
	return url, stop, nil
}
