package core

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"regexp"
	"strconv"
	"strings"
)

// defaultPrefix begins the numbers of an account whose operator chose none.
const defaultPrefix = "sp"

// numberHash is how many characters of a number are its hash.
const numberHash = 16

var prefixForm = regexp.MustCompile(`^[0-9A-Za-z]{1,8}$`)

// Number is the name under which a purchase is known at the gateway: the prefix, a hash of account
// and ref, and the generation; at most 32 characters of [0-9A-Za-z-]. It is computed, so that a
// journal that was lost finds its orders again, and it never changes because something failed.
func Number(prefix, account string, ref Ref, generation int) string {
	h := sha256.New()
	for _, text := range []string{account, string(ref)} {
		_ = binary.Write(h, binary.BigEndian, uint32(len(text))) // a hash takes everything
		_, _ = h.Write([]byte(text))
	}
	hash := strings.ToLower(base32.StdEncoding.EncodeToString(h.Sum(nil)))[:numberHash]
	return prefix + hash + "-g" + strconv.Itoa(generation)
}

// generationOf is the generation that a number ends with; 0 if it is none of ours.
func generationOf(number string) int {
	_, text, _ := strings.Cut(number, "-g")
	generation, _ := strconv.Atoi(text) // what is none is 0
	return generation
}

func numberClaim(number string) string { return "number:" + number }
func orderClaim(id OrderID) string     { return "order:" + string(id) }

// number is that of the purchase as it is on record, or as it would be.
func (b *Buyer) number(ctx context.Context, ref Ref) (string, error) {
	generation := 1
	intent, known, err := b.journal.Lookup(ctx, IntentKey{Account: b.account, Op: OpCreateOrder, Key: string(ref)})
	if err != nil {
		return "", journalError(OpListOrders, err)
	}
	if known {
		generation = intent.generation()
	}
	return Number(b.prefix, b.account, ref, generation), nil
}

// named gives an order that carries one of our numbers, or that we know to be ours, the caller's ref.
func (b *Buyer) named(ctx context.Context, o Order) Order {
	claim := orderClaim(o.ID)
	if o.Ref != "" {
		claim = numberClaim(string(o.Ref))
	}
	if intent, known, err := b.journal.Holder(ctx, b.account, claim); err == nil && known {
		o.Ref = Ref(intent.Key)
	}
	return o
}
