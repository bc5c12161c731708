package lockfile

import (
	"crypto/ed25519"
	"encoding/base64"
	"strings"

	"github.com/sampan-go/sampan/core"
)

// Sign signs one platform's binary of an adapter by its sum. The result is base64.
func Sign(key ed25519.PrivateKey, name, platform, sum string) string {
	return base64.StdEncoding.EncodeToString(ed25519.Sign(key, signedText(name, platform, sum)))
}

// Verify refuses a binary that the publisher did not sign for this name and platform.
func Verify(publisher, name, platform, sum, signature string) error {
	key, err := base64.StdEncoding.DecodeString(publisher)
	if err != nil || len(key) != ed25519.PublicKeySize {
		return core.Invalid("publisher", "is not an ed25519 public key in base64 (32 bytes)")
	}
	if strings.TrimSpace(signature) == "" {
		return core.Invalid("signature", "is missing: %s is pinned to a publisher, so every version must be signed", name)
	}
	text, err := base64.StdEncoding.DecodeString(strings.TrimSpace(signature))
	if err != nil || !ed25519.Verify(key, signedText(name, platform, sum), text) {
		return core.Invalid("signature", "is not the publisher's over this binary of %s for %s; do not run it", name, platform)
	}
	return nil
}
