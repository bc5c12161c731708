package sandbox

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"strconv"
)

// counter gives out ids in steps. The ids of 1688 step by a million, because in
// the examples all ids of one buyer share their last six digits.
type counter struct{ next, step int64 }

func (c *counter) take() string {
	id := strconv.FormatInt(c.next, 10)
	c.next += c.step
	return id
}

// ids are the sequences of both gateways. With seed 0 they start at the ids of
// the documents' examples.
type ids struct {
	seed, answers uint64

	taobaoOrder, taobaoNo, taobaoSub    counter
	taobaoPurchase, taobaoOuter         counter
	taobaoRefund, aliRefund             counter
	aliOrder, aliRow, aliNo, aliLineRow counter
	dajiOrder, dajiPurchase             counter
	waybill, parcel                     counter
}

func newIDs(seed uint64) ids {
	off := seedOffset(seed)
	at := func(first, step, span int64) counter {
		return counter{next: first + off%span*step, step: step}
	}
	const million, long, short = 1_000_000, 100_000_000_000, 100_000_000
	return ids{
		seed:           seed,
		taobaoOrder:    at(1031992847890383164, 1, long),
		taobaoNo:       at(1031992847781331418, 1, long),
		taobaoSub:      at(1031992851828834889, 1, long),
		taobaoPurchase: at(200027842447, 1, short),
		taobaoOuter:    at(3682557363260579405, million, long),
		taobaoRefund:   at(110002685755, 1, short),
		aliRefund:      at(7257793022991577, 1, short),
		aliOrder:       at(2542285634920880794, million, long),
		aliRow:         at(1232742280964604571, 1, long),
		aliNo:          at(1232742280398373686, 1, long),
		aliLineRow:     at(1232742281220457079, 1, long),
		dajiOrder:      at(2257164624870311973, million, long),
		dajiPurchase:   at(200049919063, 1, short),
		waybill:        at(78753196186473, 1, short),
		parcel:         at(107450035961376, 1, short),
	}
}

// seedOffset spreads seeds (splitmix64); seed 0 stays 0.
func seedOffset(seed uint64) int64 {
	if seed == 0 {
		return 0
	}
	z := seed + 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return int64((z ^ z>>31) >> 1)
}

// trace is the next request id: n lower-case hex digits.
func (i *ids) trace(n int) string {
	i.answers++
	sum := md5.Sum(fmt.Appendf(nil, "%d/%d", i.seed, i.answers))
	return hex.EncodeToString(sum[:])[:n]
}

// number writes an id as an exact JSON integer.
func number(id string) int64 {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		panic("sandbox: id is no integer: " + id)
	}
	return n
}
