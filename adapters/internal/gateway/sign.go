package gateway

import (
	"crypto/md5"
	"crypto/rand"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// SignFunc makes the signature of one call. The texts are exactly those of the headers.
type SignFunc func(accessKey, timestamp, nonce, secret string) string

// Sign is the upper-case hexadecimal MD5 of the four values in this order, without names or
// separators. Method, path, query, body and user-id are not in it.
//
// Source: CLIENT (one independent public client of this gateway). The manual (DOC doc-en
// doc-6055770) says only that key, timestamp and nonce enter the signature; its rule is UNKNOWN.
// If PandaPon tells another, replace this function; testdata/signing/pandapon.json holds it.
func Sign(accessKey, timestamp, nonce, secret string) string {
	sum := md5.Sum([]byte(accessKey + timestamp + nonce + secret))
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

const (
	nonceLength   = 32 // DOC doc-en doc-6055770
	nonceAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
)

// newNonce draws 32 letters and digits. A byte past the last full alphabet is drawn again, so
// that all characters are equally likely.
func newNonce() string {
	const usable = 256 - 256%len(nonceAlphabet)
	nonce := make([]byte, 0, nonceLength)
	random := make([]byte, 2*nonceLength)
	for {
		_, _ = rand.Read(random) // never fails: it ends the program instead
		for _, b := range random {
			if int(b) < usable {
				nonce = append(nonce, nonceAlphabet[int(b)%len(nonceAlphabet)])
			}
			if len(nonce) == nonceLength {
				return string(nonce)
			}
		}
	}
}

// timestamp writes t in the unit of the settings. The gateway admits 600 s of difference (DOC).
func timestamp(t time.Time, unit string) string {
	if unit == "s" {
		return strconv.FormatInt(t.Unix(), 10)
	}
	return strconv.FormatInt(t.UnixMilli(), 10)
}
