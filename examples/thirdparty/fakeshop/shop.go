// Command fakeshop plays the corner shop, and lets host conform steer it: the worst can be tried without
// money. It imports the standard library only, and nothing of the adapter: a stand-in that signs with the
// code under test proves nothing.
//
// It prints its address, and serves until it is ended.
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	key    = "corner-key"
	secret = "corner-secret"
)

// prices are the goods, in fen a piece.
var prices = map[string]int64{"tea": 1250, "rice": 899}

type order struct {
	ID        string `json:"id"`
	Ref       string `json:"ref"`
	Status    string `json:"status"`
	TotalFen  int64  `json:"total_fen"`
	CreatedMs int64  `json:"created_ms"`
	PaidMs    int64  `json:"paid_ms,omitempty"`
	Parcel    string `json:"parcel,omitempty"`
	Lines     []line `json:"lines"`
}

type line struct {
	Product  string `json:"product"`
	Pieces   int64  `json:"pieces"`
	PriceFen int64  `json:"price_fen"`
}

// shop is all that the shop knows, and what conform counts in it.
type shop struct {
	mu       sync.Mutex
	address  string
	orders   []*order
	fault    string
	requests int
	writes   int
	effects  int
	signedMs int64
}

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "where to serve")
	flag.Parse()
	l, err := net.Listen("tcp", *listen)
	if err != nil {
		log.Fatal(err)
	}
	s := &shop{address: "http://" + l.Addr().String()}
	fmt.Println(s.address)
	log.Fatal(http.Serve(l, s.handler()))
}

func (s *shop) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /orders", s.read(s.list))
	mux.HandleFunc("GET /orders/{id}", s.read(s.get))
	mux.HandleFunc("POST /orders", s.write(s.create))
	mux.HandleFunc("POST /orders/{id}/payment", s.write(s.pay))
	mux.HandleFunc("POST /orders/{id}/cancellation", s.write(s.cancel))
	mux.HandleFunc("GET /control/counts", s.counts)
	mux.HandleFunc("POST /control/fault", s.steer(func(what map[string]string) { s.fault = what["fault"] }))
	mux.HandleFunc("POST /control/settle", s.steer(func(map[string]string) {})) // everything is settled at once
	mux.HandleFunc("POST /control/ship", s.steer(func(what map[string]string) {
		if o := s.find(what["order"]); o != nil {
			o.Status, o.Parcel = "sent", "CS"+o.ID
		}
	}))
	return mux
}

// answer is a status and what is said with it.
type answer struct {
	status int
	body   any
}

func refuse(status int, code, message string) answer {
	return answer{status, map[string]string{"code": code, "message": message}}
}

func ok(o *order) answer { return answer{http.StatusOK, map[string]any{"order": o}} }

// admit counts a request and checks its signature.
func (s *shop) admit(r *http.Request, body []byte) bool {
	s.requests++
	at := r.Header.Get("X-Time")
	s.signedMs, _ = strconv.ParseInt(at, 10, 64)
	mac := hmac.New(sha256.New, []byte(secret))
	io.WriteString(mac, strings.Join([]string{at, r.Method, r.URL.EscapedPath(), string(body)}, "\n"))
	return r.Header.Get("X-Key") == key && hmac.Equal([]byte(hex.EncodeToString(mac.Sum(nil))), []byte(r.Header.Get("X-Sign")))
}

func (s *shop) read(do func(*http.Request) answer) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if !s.admit(r, nil) {
			send(w, refuse(http.StatusUnauthorized, "signature", "wrong key or signature"))
			return
		}
		send(w, do(r))
	}
}

func (s *shop) write(do func(*http.Request, []byte) answer) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
		if err != nil {
			return
		}
		fault, said := s.take(r, body, do)
		goWrong(w, fault, said)
	}
}

// take does a write, or not, as the fault says.
func (s *shop) take(r *http.Request, body []byte, do func(*http.Request, []byte) answer) (fault string, said answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writes++
	if !s.admit(r, body) {
		return "", refuse(http.StatusUnauthorized, "signature", "wrong key or signature")
	}
	fault, s.fault = s.fault, ""
	switch fault {
	case "refuse-before":
		return "", refuse(http.StatusUnprocessableEntity, "closed", "the shop is closed")
	case "too-many-requests":
		return "", refuse(http.StatusTooManyRequests, "slow", "slow down")
	case "error-before":
		return "", refuse(http.StatusInternalServerError, "error", "something broke")
	case "drop-before":
		return fault, answer{}
	}
	said = do(r, body)
	if said.status == http.StatusOK {
		s.effects++
	}
	return fault, said
}

// goWrong sends the answer of a write, or what a fault makes of it.
func goWrong(w http.ResponseWriter, fault string, said answer) {
	switch fault {
	case "late-answer":
		time.Sleep(2 * time.Second)
	case "hang":
		time.Sleep(time.Minute) // longer than anybody waits
	case "error-after":
		said = refuse(http.StatusInternalServerError, "error", "something broke")
	case "garbage":
		io.WriteString(w, "<html>welcome</html>")
		return
	case "truncated":
		text, _ := json.Marshal(said.body)
		w.Header().Set("Content-Length", strconv.Itoa(len(text)))
		w.Write(text[:len(text)/2])
		return
	case "drop-before", "drop-after":
		if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
			conn.Close()
		}
		return
	}
	send(w, said)
}

func send(w http.ResponseWriter, said answer) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(said.status)
	json.NewEncoder(w).Encode(said.body)
}

func (s *shop) find(id string) *order {
	for _, o := range s.orders {
		if o.ID == id {
			return o
		}
	}
	return nil
}

func (s *shop) get(r *http.Request) answer {
	o := s.find(r.PathValue("id"))
	if o == nil {
		return refuse(http.StatusNotFound, "no_order", "there is no such order")
	}
	return ok(o)
}

// list is newest first; the cursor is the id of the last one that was shown.
func (s *shop) list(r *http.Request) answer {
	q := r.URL.Query()
	limit, err := strconv.Atoi(q.Get("limit"))
	if err != nil || limit < 1 || limit > 50 {
		limit = 50
	}
	page, next, started := []*order{}, "", q.Get("after") == ""
	for i := len(s.orders) - 1; i >= 0; i-- {
		o := s.orders[i]
		if started && (q.Get("ref") == "" || o.Ref == q.Get("ref")) {
			if len(page) == limit {
				next = page[limit-1].ID
				break
			}
			page = append(page, o)
		}
		started = started || o.ID == q.Get("after")
	}
	return answer{http.StatusOK, map[string]any{"orders": page, "next": next}}
}

func (s *shop) create(_ *http.Request, body []byte) answer {
	var asked struct {
		Ref   string `json:"ref"`
		Lines []line `json:"lines"`
	}
	if json.Unmarshal(body, &asked) != nil || len(asked.Lines) == 0 {
		return refuse(http.StatusUnprocessableEntity, "form", "the order cannot be read")
	}
	o := &order{ID: strconv.Itoa(1001 + len(s.orders)), Ref: asked.Ref, Status: "unpaid", CreatedMs: time.Now().UnixMilli(), Lines: asked.Lines}
	for i, l := range o.Lines {
		price, known := prices[l.Product]
		if !known || l.Pieces < 1 {
			return refuse(http.StatusUnprocessableEntity, "goods", "there are no such goods")
		}
		o.Lines[i].PriceFen = price
		o.TotalFen += price * l.Pieces
	}
	s.orders = append(s.orders, o)
	return ok(o)
}

func (s *shop) pay(r *http.Request, body []byte) answer {
	var asked struct {
		TotalFen int64 `json:"total_fen"`
	}
	o := s.find(r.PathValue("id"))
	switch {
	case o == nil:
		return refuse(http.StatusNotFound, "no_order", "there is no such order")
	case o.Status != "unpaid":
		return refuse(http.StatusUnprocessableEntity, "status", "the order is "+o.Status)
	case json.Unmarshal(body, &asked) != nil || asked.TotalFen != o.TotalFen:
		return refuse(http.StatusUnprocessableEntity, "amount", "the order costs another amount")
	}
	o.Status, o.PaidMs = "paid", time.Now().UnixMilli()
	return ok(o)
}

func (s *shop) cancel(r *http.Request, _ []byte) answer {
	o := s.find(r.PathValue("id"))
	switch {
	case o == nil:
		return refuse(http.StatusNotFound, "no_order", "there is no such order")
	case o.Status != "unpaid":
		return refuse(http.StatusUnprocessableEntity, "status", "the order is "+o.Status)
	}
	o.Status = "cancelled"
	return ok(o)
}

func (s *shop) counts(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	signed := s.signedMs
	if signed == 0 {
		signed = time.Now().UnixMilli() // not 0: the shop's signatures hold a time
	}
	send(w, answer{http.StatusOK, map[string]any{"address": s.address, "requests": s.requests, "writes": s.writes, "effects": s.effects, "signed_at_ms": signed}})
}

func (s *shop) steer(do func(map[string]string)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var what map[string]string
		if err := json.NewDecoder(r.Body).Decode(&what); err != nil {
			send(w, refuse(http.StatusBadRequest, "form", err.Error()))
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		do(what)
		send(w, answer{http.StatusOK, struct{}{}})
	}
}
