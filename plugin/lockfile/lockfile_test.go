package lockfile

import (
	"crypto/ed25519"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sampan-go/sampan/core"
)

func TestAFileIsReadAsItWasWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), Name)
	empty, err := Load(path)
	require.NoError(t, err)
	require.Empty(t, empty.Adapters)
	sum := strings.Repeat("ab", 32)
	empty.Adapters["tea"] = Adapter{Protocol: 1, Level: "pay", SHA256: map[string]string{Platform(): sum, "plan9_arm": sum}}
	require.NoError(t, empty.Save(path))
	got, err := Load(path)
	require.NoError(t, err)
	require.Equal(t, empty, got)
	found, err := got.Adapters["tea"].Sum()
	require.NoError(t, err)
	require.Equal(t, sum, found)
	_, err = Adapter{}.Sum()
	require.ErrorContains(t, err, Platform())
	left, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, left, 1, "nothing of the writing stays behind")
}

func TestAFileThatSaysSomethingElseIsRefused(t *testing.T) {
	for name, text := range map[string]string{
		"not TOML": "{", "an unknown word": "form = 1\nhello = 2\n", "another form": "form = 2\n",
		"no sum": "form = 1\n[adapters.a]\nprotocol = 1\n[adapters.a.sha256]\nlinux_amd64 = \"12\"\n",
		"a path": "form = 1\n[adapters.\"../a\"]\nprotocol = 1\n",
	} {
		path := filepath.Join(t.TempDir(), Name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		_, err := Load(path)
		require.ErrorIs(t, err, core.InvalidInput, name)
		require.ErrorContains(t, err, "sampan.lock", name)
	}
}

func TestASignatureIsOfOneNamePlatformAndSum(t *testing.T) {
	public, private, err := ed25519.GenerateKey(nil)
	require.NoError(t, err)
	publisher := base64.StdEncoding.EncodeToString(public)
	sum := strings.Repeat("ab", 32)
	signature := Sign(private, "tea", "linux_amd64", sum)
	require.NoError(t, Verify(publisher, "tea", "linux_amd64", sum, signature+"\n"))
	for what, err := range map[string]error{
		"another name":     Verify(publisher, "coffee", "linux_amd64", sum, signature),
		"another platform": Verify(publisher, "tea", "linux_arm64", sum, signature),
		"another sum":      Verify(publisher, "tea", "linux_amd64", strings.Repeat("ac", 32), signature),
		"no signature":     Verify(publisher, "tea", "linux_amd64", sum, ""),
		"rubbish":          Verify(publisher, "tea", "linux_amd64", sum, "!!"),
		"no key":           Verify("", "tea", "linux_amd64", sum, signature),
	} {
		require.ErrorIs(t, err, core.InvalidInput, what)
	}
}
