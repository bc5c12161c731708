package gateway

import (
	"encoding/json"
	"os"
	"regexp"
	"testing"
	"time"
)

func TestSignatureVectors(t *testing.T) {
	text, err := os.ReadFile("../../../testdata/signing/pandapon.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Vectors []struct {
			Name, Timestamp, Nonce, Secret, Signature string
			AccessKey                                 string `json:"access_key"`
		}
	}
	if err := json.Unmarshal(text, &file); err != nil || len(file.Vectors) < 5 {
		t.Fatalf("got %d vectors, %v", len(file.Vectors), err)
	}
	for _, v := range file.Vectors {
		if got := Sign(v.AccessKey, v.Timestamp, v.Nonce, v.Secret); got != v.Signature {
			t.Errorf("%s: got %s, want %s", v.Name, got, v.Signature)
		}
	}
}

func TestNonceIs32LettersAndDigits(t *testing.T) {
	form, seen, used := regexp.MustCompile(`^[A-Za-z0-9]{32}$`), map[string]bool{}, map[rune]int{}
	for range 2000 {
		nonce := newNonce()
		if !form.MatchString(nonce) || seen[nonce] {
			t.Fatalf("32 letters and digits, never the same: got %q", nonce)
		}
		seen[nonce] = true
		for _, r := range nonce {
			used[r]++
		}
	}
	if len(used) != len(nonceAlphabet) {
		t.Errorf("every character is drawn: got %d of %d", len(used), len(nonceAlphabet))
	}
}

// Trap 126.
func TestTimestampUnits(t *testing.T) {
	at := time.UnixMilli(1715669977082)
	for unit, want := range map[string]string{"": "1715669977082", "ms": "1715669977082", "s": "1715669977"} {
		if got := timestamp(at, unit); got != want {
			t.Errorf("unit %q: got %s, want %s", unit, got, want)
		}
	}
}
