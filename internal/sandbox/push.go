package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// Push tells the sandbox to push the messages of one gateway's market to a URL. What is doubled, lost
// and put in another order follows from the sandbox's seed.
type Push struct {
	Gateway string `json:"gateway"` // "pandapon" or "dajisaas"
	Market  string `json:"market"`  // "taobao" or "1688"
	URL     string `json:"url"`
	// Double and Lose are how many of a hundred messages come twice, and never.
	Double int `json:"double"`
	Lose   int `json:"lose"`
	// Shuffle delivers what waits in any order.
	Shuffle bool `json:"shuffle"`
	// Hold keeps messages until Flush; otherwise they are delivered at once, or after Late.
	Hold bool   `json:"hold"`
	Late string `json:"late"`

	late time.Duration
	rng  *rand.Rand
}

// Delivery is one message that was posted.
type Delivery struct {
	Seq   int    `json:"seq"`
	Type  string `json:"type"`
	Order string `json:"order_id"`
	// Status is the receiver's; 0 if it did not answer in a second.
	Status int `json:"status"`
}

// pushTries is the first time and five retries (DOC). They are half an hour apart there, and here one
// Flush.
const pushTries = 6

// pushPatience is how long the receiver may take (DOC).
const pushPatience = time.Second

// parcelOfNews is one message that waits to be posted.
type parcelOfNews struct {
	seq         int
	kind, order string
	to          *Push
	header      http.Header
	body        []byte
	tries       int
}

// PushTo begins to push. The same gateway and market again replaces what was there; an empty URL ends it.
func (s *Sandbox) PushTo(p Push) error {
	if known := pushForms[p.Gateway+"/"+p.Market]; known == nil {
		return fmt.Errorf("sandbox: no messages are known of gateway %q and market %q", p.Gateway, p.Market)
	}
	if u, err := url.Parse(p.URL); p.URL != "" && (err != nil || u.Scheme == "" || u.Host == "") {
		return fmt.Errorf("sandbox: %q is no URL to push to", p.URL)
	}
	if p.Late != "" {
		late, err := time.ParseDuration(p.Late)
		if err != nil {
			return fmt.Errorf("sandbox: push: %w", err)
		}
		p.late = late
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p.rng = rand.New(rand.NewPCG(s.ids.seed, uint64(len(p.Gateway+p.Market))))
	s.pushes = slices.DeleteFunc(s.pushes, func(old *Push) bool { return old.Gateway == p.Gateway && old.Market == p.Market })
	if p.URL != "" {
		s.pushes = append(s.pushes, &p)
	}
	for _, o := range s.orders { // what is old is no news
		o.told = o.mark()
	}
	return nil
}

// notice queues a message for everything that changed since it was last called. It is called under the
// lock, after whatever may change an order.
func (s *Sandbox) notice(now time.Time) {
	if len(s.pushes) == 0 {
		return
	}
	for _, o := range s.orders {
		before, after := o.told, o.mark()
		o.told = after
		for _, change := range changesBetween(before, after) {
			s.queue(o, change, "", now)
		}
	}
}

// PushType pushes one message of a type, such as one of MessageTypes, about an order, whether anything
// changed or not.
func (s *Sandbox) PushType(orderID, messageType string) error {
	return s.act(orderID, func(o *order, now time.Time) error {
		s.queue(o, changeNamed, messageType, now)
		return nil
	})
}

// queue signs a message and decides what becomes of it.
func (s *Sandbox) queue(o *order, change change, messageType string, now time.Time) {
	for _, to := range s.pushes {
		if to.Gateway != o.gateway || to.Market != o.market {
			continue
		}
		form := pushForms[o.gateway+"/"+o.market]
		if messageType == "" {
			messageType = form.types[change]
		}
		if messageType == "" {
			continue // this market tells nothing of it
		}
		s.pushed++
		header, body := form.write(s, o, messageType, now)
		news := parcelOfNews{seq: s.pushed, kind: messageType, order: o.id, to: to, header: header, body: body}
		if to.rng.IntN(100) < to.Lose {
			continue
		}
		s.news = append(s.news, news)
		if to.rng.IntN(100) < to.Double {
			s.news = append(s.news, news)
		}
		if !to.Hold {
			time.AfterFunc(to.late, func() { s.Flush(context.Background()) })
		}
	}
}

// Flush posts everything that waits, and says what the receivers answered. What was not answered with
// 200 waits for the next Flush, five times.
func (s *Sandbox) Flush(ctx context.Context) []Delivery {
	s.pushing.Lock() // one at a time, or the order would be the scheduler's
	defer s.pushing.Unlock()
	s.mu.Lock()
	waiting := s.news
	s.news = nil
	if len(waiting) > 0 && waiting[0].to.Shuffle {
		waiting[0].to.rng.Shuffle(len(waiting), func(i, j int) { waiting[i], waiting[j] = waiting[j], waiting[i] })
	}
	s.mu.Unlock()
	var done []Delivery
	var again []parcelOfNews
	for _, news := range waiting {
		status := news.post(ctx)
		done = append(done, Delivery{Seq: news.seq, Type: news.kind, Order: news.order, Status: status})
		if news.tries++; status != http.StatusOK && news.tries < pushTries {
			again = append(again, news)
		}
	}
	s.mu.Lock()
	s.news = append(again, s.news...)
	s.mu.Unlock()
	return done
}

func (n parcelOfNews) post(ctx context.Context) int {
	ctx, cancel := context.WithTimeout(ctx, pushPatience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, n.to.URL, bytes.NewReader(n.body))
	if err != nil {
		return 0
	}
	r.Header = n.header.Clone()
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 1<<16)) // the status decides
	_ = answer.Body.Close()
	return answer.StatusCode
}

func (s *Sandbox) pushJSON(body []byte) error {
	var p Push
	if err := json.Unmarshal(body, &p); err != nil {
		return fmt.Errorf("sandbox: push: %w", err)
	}
	return s.PushTo(p)
}
