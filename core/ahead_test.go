package core

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// shelf is a list of orders, newest first, in numbered pages, that changes while it is read.
type shelf struct {
	mu      sync.Mutex
	ids     []OrderID
	size    int
	reads   int
	highest int
	change  func(s *shelf) // after a read, under the lock
	pause   func(page int)
	fail    func(page int) error
}

func (s *shelf) list(ctx context.Context, r ListOrdersRequest) (OrderPage, error) {
	n := pageOf(r.Cursor)
	if s.pause != nil {
		s.pause(n)
	}
	if err := ctx.Err(); err != nil {
		return OrderPage{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads++
	s.highest = max(s.highest, n)
	if s.fail != nil {
		if err := s.fail(n); err != nil {
			return OrderPage{}, err
		}
	}
	page := OrderPage{Total: len(s.ids)}
	from, to := min((n-1)*s.size, len(s.ids)), min(n*s.size, len(s.ids))
	for _, id := range s.ids[from:to] {
		page.Orders = append(page.Orders, Order{OrderRef: OrderRef{ID: id}})
	}
	if n*s.size < len(s.ids) {
		page.Next = strconv.Itoa(n + 1)
	}
	if s.change != nil {
		s.change(s)
	}
	return page, nil
}

func pageOf(cursor string) int {
	n, _ := strconv.Atoi(cursor)
	return max(n, 1)
}

func laterPage(cursor string, pages int) string { return strconv.Itoa(max(pageOf(cursor)+pages, 1)) }

func newShelf(orders, size int) *shelf {
	s := &shelf{size: size}
	for n := range orders {
		s.ids = append(s.ids, OrderID(fmt.Sprint("o", n)))
	}
	return s
}

func (s *shelf) readAhead(ctx context.Context, ahead int) (given []OrderID, err error) {
	for page, err := range PagesAhead(ctx, ahead, s.list, laterPage, ListOrdersRequest{}) {
		if err != nil {
			return given, err
		}
		for _, o := range page.Orders {
			given = append(given, o.ID)
		}
	}
	return given, nil
}

func TestAListThatStandsIsGivenAsItIs(t *testing.T) {
	for _, orders := range []int{0, 1, 9, 10, 11, 100, 1003} {
		for _, ahead := range []int{0, 1, 2, 5} {
			s := newShelf(orders, 10)
			given, err := s.readAhead(t.Context(), ahead)
			require.NoError(t, err)
			require.True(t, slices.Equal(s.ids, given), "%d orders, %d ahead: %v", orders, ahead, given)
			require.LessOrEqual(t, s.highest, max(1, (orders+9)/10), "nothing behind the end is asked for")
			require.Equal(t, max(1, (orders+9)/10), s.reads, "each page is read once")
		}
	}
}

func TestPagesAreOnTheirWayTogether(t *testing.T) {
	s := newShelf(100, 10)
	together := make(chan struct{}, 3)
	s.pause = func(page int) {
		if page == 1 {
			return
		}
		together <- struct{}{}
		for len(together) < 3 && page <= 4 {
			time.Sleep(time.Millisecond)
		}
		if page > 4 {
			<-together
		}
	}
	next, stop := 0, errors.New("enough")
	_, err := func() (int, error) {
		for _, err := range PagesAhead(t.Context(), 3, s.list, laterPage, ListOrdersRequest{}) {
			if err != nil {
				return next, err
			}
			if next++; next == 4 {
				return next, stop
			}
		}
		return next, nil
	}()
	require.ErrorIs(t, err, stop, "pages 2, 3 and 4 wait for each other")
}

// An order that is there from the beginning to the end is given, and once, however the list changes: page
// by page, and ahead where totals can tell.
func TestNoOrderIsLostOrTwiceInAListThatChanges(t *testing.T) {
	for name, row := range map[string]struct {
		ahead        int
		gains, loses bool
	}{
		"page by page": {0, true, true}, "ahead, gaining": {4, true, false}, "ahead, losing": {4, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(300) {
				holdsWhileChanging(t, rand.New(rand.NewPCG(seed, 7)), row.ahead, row.gains, row.loses)
			}
		})
	}
}

func holdsWhileChanging(t *testing.T, random *rand.Rand, ahead int, gains, loses bool) {
	t.Helper()
	s := newShelf(200+random.IntN(100), 10)
	all, gone := slices.Clone(s.ids), map[OrderID]bool{}
	s.pause = func(int) { runtime.Gosched() }
	s.change = func(s *shelf) {
		if gains && random.IntN(4) == 0 {
			s.ids = slices.Insert(s.ids, 0, OrderID(fmt.Sprint("new", s.reads)))
		}
		for range random.IntN(15) - 11 {
			if n := random.IntN(len(s.ids)); loses {
				gone[s.ids[n]] = true
				s.ids = slices.Delete(s.ids, n, n+1)
			}
		}
	}
	given, err := s.readAhead(t.Context(), ahead)
	require.NoError(t, err)
	seen := map[OrderID]bool{}
	for _, id := range given {
		require.False(t, seen[id], "%s came twice", id)
		seen[id] = true
	}
	for _, id := range all {
		require.True(t, gone[id] || seen[id], "%s was lost", id)
	}
}

func TestWhoStopsReadingEndsTheReadingAhead(t *testing.T) {
	before := runtime.NumGoroutine()
	s := newShelf(10_000, 10)
	for page, err := range PagesAhead(t.Context(), 4, s.list, laterPage, ListOrdersRequest{}) {
		require.NoError(t, err)
		if page.Orders[0].ID == "o50" {
			break
		}
	}
	s.mu.Lock()
	require.LessOrEqual(t, s.highest, 6+4, "bounded")
	s.mu.Unlock()
	for end := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	require.LessOrEqual(t, runtime.NumGoroutine(), before)
}

func TestAFailureAheadIsTriedOnceMoreInItsTurn(t *testing.T) {
	s := newShelf(100, 10)
	failures := 0
	s.fail = func(page int) error {
		if page == 5 && failures < 1 {
			failures++
			return &Error{Code: RateLimited, Outcome: NotDone}
		}
		return nil
	}
	given, err := s.readAhead(t.Context(), 4)
	require.NoError(t, err)
	require.Equal(t, s.ids, given)
	s.fail = func(page int) error {
		if page == 5 {
			return &Error{Code: RateLimited, Outcome: NotDone}
		}
		return nil
	}
	given, err = s.readAhead(t.Context(), 4)
	require.ErrorIs(t, err, RateLimited)
	require.Equal(t, s.ids[:40], given, "what came before it stands")
}
