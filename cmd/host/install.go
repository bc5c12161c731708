package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/plugin"
	"github.com/sampan-go/sampan/plugin/lockfile"
)

// largestBinary bounds one program in an archive.
const largestBinary = 512 << 20

// installation is what install and upgrade are told.
type installation struct {
	name, publisher, signature, level string
}

func (a *app) installCommand() *cobra.Command {
	var how installation
	c := &cobra.Command{Use: "install FILE", Short: "pin an adapter program, so that exactly it may run", Args: takes("FILE"),
		Long: `Copies an adapter program into the folder "adapters" beside the configuration and writes its SHA-256
into sampan.lock. From then on accounts may name it, and only those bytes run: the sum is taken from the
very copy that is started.

FILE is a binary, or an archive (.tar.gz, .tgz, .zip) with one binary per platform, named
NAME_OS_ARCH: tea_linux_amd64, tea_darwin_arm64. A signature is base64, beside the binary as
FILE.sig or in the archive as NAME_OS_ARCH.sig.`,
		RunE: func(c *cobra.Command, args []string) error {
			return a.install(c.Context(), args[0], how, false)
		}}
	how.flags(c)
	c.Flags().StringVar(&how.publisher, "publisher", "", "ed25519 public key (base64) that this and every later version must be signed with")
	return c
}

func (a *app) upgradeCommand() *cobra.Command {
	var how installation
	c := &cobra.Command{Use: "upgrade FILE", Short: "pin another version of an installed adapter", Args: takes("FILE"),
		RunE: func(c *cobra.Command, args []string) error {
			return a.install(c.Context(), args[0], how, true)
		}}
	how.flags(c)
	return c
}

func (how *installation) flags(c *cobra.Command) {
	c.Flags().StringVar(&how.name, "name", "", "the adapter's name; the file's if none is given")
	c.Flags().StringVar(&how.signature, "signature", "", "file with the signature; FILE.sig if there is one")
	c.Flags().StringVar(&how.level, "level", "", "the conformance level that was shown (host conform)")
}

func (a *app) install(ctx context.Context, file string, how installation, upgrade bool) error {
	a.running = true
	ctx, cancel := context.WithTimeout(ctx, a.timeout)
	defer cancel()
	place := a.installed()
	lock, err := lockfile.Load(place.lock)
	if err != nil {
		return err
	}
	if how.name == "" {
		how.name = nameOfFile(file)
	}
	if err := lockfile.ValidName(how.name); err != nil {
		return err
	}
	before, known := lock.Adapters[how.name]
	switch {
	case upgrade && !known:
		return core.Invalid("name", "%q is not installed; use host adapters install", how.name)
	case !upgrade && known:
		return core.Invalid("name", "%q is installed already; use host adapters upgrade, or another --name", how.name)
	case upgrade:
		how.publisher = before.Publisher
	}
	binaries, err := readBinaries(file, how)
	if err != nil {
		return err
	}
	defer binaries.remove()
	entry, err := a.pin(ctx, place, binaries, how)
	if err != nil {
		return err
	}
	lock.Adapters[how.name] = entry
	if err := lock.Save(place.lock); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "%s is pinned in %s for %s. An account may use it now:\n\n  [accounts.NAME]\n  adapter = %q\n",
		how.name, place.lock, strings.Join(binaries.platforms(), ", "), how.name)
	return nil
}

// pin verifies every binary, sees that this machine's is an adapter, and stores it.
func (a *app) pin(ctx context.Context, place installed, binaries binaries, how installation) (lockfile.Adapter, error) {
	entry := lockfile.Adapter{Protocol: plugin.ProtocolVersion, Level: how.level, Publisher: how.publisher, SHA256: map[string]string{}}
	for _, b := range binaries {
		if how.publisher != "" {
			if err := lockfile.Verify(how.publisher, how.name, b.platform, b.sum, b.signature); err != nil {
				return entry, err
			}
		}
		entry.SHA256[b.platform] = b.sum
	}
	own, ok := binaries.own()
	if !ok {
		return entry, core.Invalid("file", "holds no binary for this machine (%s_%s)", how.name, lockfile.Platform())
	}
	if err := plugin.Probe(ctx, plugin.Config{Adapter: how.name, Command: []string{own.file}, SHA256: own.sum, Logger: a.logger()}); err != nil {
		return entry, err
	}
	return entry, place.store(own)
}

// binary is one platform's program, read from the file or unpacked from the archive.
type binary struct {
	platform, file, sum, signature string
	unpacked                       bool
}

type binaries []binary

func (bs binaries) platforms() (names []string) {
	for _, b := range bs {
		names = append(names, b.platform)
	}
	return names
}

func (bs binaries) own() (binary, bool) {
	for _, b := range bs {
		if b.platform == lockfile.Platform() {
			return b, true
		}
	}
	return binary{}, false
}

func (bs binaries) remove() {
	for _, b := range bs {
		if b.unpacked {
			_ = os.Remove(b.file) // a private copy
		}
	}
}

// nameOfFile is the adapter's name as its file says it: "adapter-tea_linux_amd64.tar.gz" is tea.
func nameOfFile(file string) string {
	name := filepath.Base(file)
	for _, end := range []string{".tar.gz", ".tgz", ".zip", ".exe"} {
		name = strings.TrimSuffix(name, end)
	}
	name, _, _ = strings.Cut(strings.TrimPrefix(name, "adapter-"), "_")
	return strings.ToLower(name)
}

func readBinaries(file string, how installation) (binaries, error) {
	switch {
	case strings.HasSuffix(file, ".zip"):
		return unpack(file, how.name, zipEntries)
	case strings.HasSuffix(file, ".tar.gz"), strings.HasSuffix(file, ".tgz"):
		return unpack(file, how.name, tarEntries)
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, core.Invalid("file", "%v", err)
	}
	defer func() { _ = f.Close() }() // it was only read
	b, err := copyBinary(f, lockfile.Platform())
	if err != nil {
		return nil, err
	}
	if how.signature == "" {
		how.signature = file + ".sig"
	}
	signature, err := os.ReadFile(how.signature)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, core.Invalid("signature", "%v", err)
	}
	b.signature = string(signature)
	return binaries{b}, nil
}

// copyBinary makes a private copy while it takes the sum.
func copyBinary(from io.Reader, platform string) (binary, error) {
	to, err := os.CreateTemp("", "sampan-install-")
	if err != nil {
		return binary{}, err
	}
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(to, h), io.LimitReader(from, largestBinary+1))
	if err := errors.Join(err, to.Chmod(0o500), to.Close()); err != nil {
		return binary{}, core.Invalid("file", "cannot be read: %v", err)
	}
	if n > largestBinary {
		_ = os.Remove(to.Name()) // a private copy
		return binary{}, core.Invalid("file", "holds a binary that is larger than any adapter")
	}
	return binary{platform: platform, file: to.Name(), sum: hex.EncodeToString(h.Sum(nil)), unpacked: true}, nil
}

// unpack takes the binaries and signatures of an archive; anything else in it is left alone, and no
// path of it is ever used.
func unpack(file, name string, entries func(string, func(string, io.Reader) error) error) (binaries, error) {
	var found binaries
	signatures := map[string]string{}
	err := entries(file, func(entry string, content io.Reader) error {
		platform, ok := strings.CutPrefix(strings.TrimSuffix(filepath.Base(entry), ".exe"), name+"_")
		if !ok {
			return nil
		}
		if platform, signed := strings.CutSuffix(platform, ".sig"); signed {
			text, err := io.ReadAll(io.LimitReader(content, 1<<10))
			signatures[strings.TrimSuffix(platform, ".exe")] = string(text)
			return err
		}
		b, err := copyBinary(content, platform)
		if err == nil {
			found = append(found, b)
		}
		return err
	})
	for i := range found {
		found[i].signature = signatures[found[i].platform]
	}
	if err == nil && len(found) == 0 {
		err = core.Invalid("file", "holds no binary named %s_OS_ARCH, such as %s_%s", name, name, lockfile.Platform())
	}
	if err != nil {
		found.remove()
		return nil, err
	}
	return found, nil
}

func zipEntries(file string, each func(string, io.Reader) error) error {
	z, err := zip.OpenReader(file)
	if err != nil {
		return core.Invalid("file", "%v", err)
	}
	defer func() { _ = z.Close() }() // it was only read
	for _, entry := range z.File {
		content, err := entry.Open()
		if err == nil {
			err = errors.Join(each(entry.Name, content), content.Close())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func tarEntries(file string, each func(string, io.Reader) error) error {
	f, err := os.Open(file)
	if err != nil {
		return core.Invalid("file", "%v", err)
	}
	defer func() { _ = f.Close() }() // it was only read
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		return core.Invalid("file", "%v", err)
	}
	t := tar.NewReader(unzipped)
	for {
		head, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return core.Invalid("file", "%v", err)
		}
		if head.Typeflag != tar.TypeReg {
			continue
		}
		if err := each(head.Name, t); err != nil {
			return err
		}
	}
}
