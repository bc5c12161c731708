package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/plugin/lockfile"
)

func (a *app) keyCommand() *cobra.Command {
	return &cobra.Command{Use: "key FILE", Short: "make a publisher's key, for adapters that you hand over", Args: takes("FILE"),
		Long: `Writes a new ed25519 private key to FILE, which must not exist yet, and prints the public key. Operators
install your adapter with --publisher and that public key; every later version must be signed with it.`,
		RunE: func(_ *cobra.Command, args []string) error {
			public, err := newKey(args[0])
			if err != nil {
				return err
			}
			fmt.Fprintln(a.out, public)
			fmt.Fprintf(a.err, "The private key is in %s: keep it to yourself, and keep a copy. The line above is the public key.\n", args[0])
			return nil
		}}
}

// newKey gives the public key in base64.
func newKey(file string) (string, error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return "", err
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return "", err
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", core.Invalid("file", "cannot be made: %v", err)
	}
	if err := errors.Join(pem.Encode(f, &pem.Block{Type: "PRIVATE KEY", Bytes: der}), f.Close()); err != nil {
		return "", core.Invalid("file", "cannot be written: %v", err)
	}
	return base64.StdEncoding.EncodeToString(public), nil
}

func (a *app) signCommand() *cobra.Command {
	var key, name, platform string
	c := &cobra.Command{Use: "sign FILE --key KEY", Short: "sign an adapter program, as its publisher", Args: takes("FILE"),
		Long: `Writes FILE.sig, which stands beside the binary or in the archive when it is installed. The signature holds
for these bytes, this name and this platform. Both are taken from the file's name if it is NAME_OS_ARCH
(tea_linux_amd64); else the platform is this machine's.`,
		RunE: func(_ *cobra.Command, args []string) error { return a.sign(args[0], key, name, platform) }}
	c.Flags().StringVar(&key, "key", "", "the publisher's private key (host adapters key)")
	c.Flags().StringVar(&name, "name", "", "the adapter's name; the file's if none is given")
	c.Flags().StringVar(&platform, "platform", "", "OS_ARCH, such as linux_amd64")
	_ = c.MarkFlagRequired("key")
	return c
}

func (a *app) sign(file, key, name, platform string) error {
	private, err := readKey(key)
	if err != nil {
		return err
	}
	if name == "" {
		name = nameOfFile(file)
	}
	if err := lockfile.ValidName(name); err != nil {
		return err
	}
	if platform == "" {
		platform = platformOfFile(file)
	}
	f, err := os.Open(file)
	if err != nil {
		return core.Invalid("file", "%v", err)
	}
	defer func() { _ = f.Close() }() // it was only read
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return core.Invalid("file", "cannot be read: %v", err)
	}
	text := lockfile.Sign(private, name, platform, hex.EncodeToString(h.Sum(nil))) + "\n"
	if err := os.WriteFile(file+".sig", []byte(text), 0o644); err != nil {
		return core.Invalid("file", "the signature cannot be written: %v", err)
	}
	fmt.Fprintf(a.out, "%s.sig signs %s for %s\n", file, name, platform)
	return nil
}

func readKey(file string) (ed25519.PrivateKey, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, core.Invalid("key", "%v", err)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, core.Invalid("key", "%s holds no key in PEM form; make one with host adapters key", file)
	}
	any, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	private, ok := any.(ed25519.PrivateKey)
	if err != nil || !ok {
		return nil, core.Invalid("key", "%s holds no ed25519 private key; make one with host adapters key", file)
	}
	return private, nil
}

// platformOfFile is the OS_ARCH at the end of a file's name, else this machine's.
func platformOfFile(file string) string {
	if _, platform, ok := strings.Cut(strings.TrimSuffix(filepath.Base(file), ".exe"), "_"); ok && strings.Contains(platform, "_") {
		return platform
	}
	return lockfile.Platform()
}
