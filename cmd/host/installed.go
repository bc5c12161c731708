package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"

	"github.com/spf13/cobra"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/plugin/lockfile"
)

// installed is where pinned adapters are: sampan.lock and the folder "adapters" beside the
// configuration.
type installed struct{ lock, folder string }

func (a *app) installed() installed {
	beside := filepath.Dir(a.config)
	return installed{filepath.Join(beside, lockfile.Name), filepath.Join(beside, "adapters")}
}

// file is where the binary of a sum is kept.
func (p installed) file(sum string) string { return filepath.Join(p.folder, sum) }

// store puts a binary under its sum, in one step: one that runs is never written over.
func (p installed) store(b binary) error {
	if err := os.MkdirAll(p.folder, 0o700); err != nil {
		return core.Invalid("adapters", "the folder cannot be made: %v", err)
	}
	from, err := os.Open(b.file)
	if err != nil {
		return err
	}
	defer func() { _ = from.Close() }() // it was only read
	to, err := os.CreateTemp(p.folder, ".new-")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(to.Name()) }() // gone already if it was renamed
	_, err = io.Copy(to, from)
	if err := errors.Join(err, to.Chmod(0o500), to.Sync(), to.Close()); err != nil {
		return err
	}
	return os.Rename(to.Name(), p.file(b.sum))
}

// pinned is an adapter of sampan.lock as this machine has it.
type pinned struct {
	Name string `json:"name"`
	lockfile.Adapter
	// State is "ok", "missing", "exchanged", or "not for this machine".
	State string `json:"state"`
}

var pinnedColumns = []column[pinned]{
	{title: "adapter", text: func(p pinned) string { return p.Name }},
	{title: "level", text: func(p pinned) string { return p.Level }},
	{title: "sha256 here", text: func(p pinned) string { return short(p.SHA256[lockfile.Platform()]) }},
	{title: "signed", text: func(p pinned) string {
		if p.Publisher == "" {
			return "no"
		}
		return "yes"
	}},
	{title: "state", text: func(p pinned) string { return p.State }},
}

func short(sum string) string { return sum[:min(16, len(sum))] }

// state looks at the bytes themselves.
func (p installed) state(a lockfile.Adapter) string {
	sum, err := a.Sum()
	if err != nil {
		return "not for this machine"
	}
	f, err := os.Open(p.file(sum))
	if err != nil {
		return "missing"
	}
	defer func() { _ = f.Close() }() // it was only read
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil || hex.EncodeToString(h.Sum(nil)) != sum {
		return "exchanged"
	}
	return "ok"
}

func (a *app) pinnedAdapters() ([]pinned, error) {
	place := a.installed()
	lock, err := lockfile.Load(place.lock)
	if err != nil {
		return nil, err
	}
	var all []pinned
	for name, entry := range lock.Adapters {
		all = append(all, pinned{name, entry, place.state(entry)})
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Name < all[j].Name })
	return all, nil
}

func (a *app) pinnedListCommand() *cobra.Command {
	return &cobra.Command{Use: "list", Short: "list the adapters of sampan.lock", Args: takes(),
		RunE: func(*cobra.Command, []string) error {
			a.running = true
			all, err := a.pinnedAdapters()
			if err != nil {
				return err
			}
			if len(all) == 0 && a.output == "table" {
				fmt.Fprintln(a.out, "No adapter is installed; the built-in ones are there without.")
				return nil
			}
			return showList(a, all, pinnedColumns)
		}}
}

func (a *app) verifyCommand() *cobra.Command {
	return &cobra.Command{Use: "verify", Short: "hold every installed adapter against its sum", Args: takes(),
		RunE: func(*cobra.Command, []string) error {
			a.running = true
			all, err := a.pinnedAdapters()
			if err != nil {
				return err
			}
			if err := showList(a, all, pinnedColumns); err != nil {
				return err
			}
			for _, p := range all {
				if p.State == "exchanged" || p.State == "missing" {
					return &core.Error{Code: core.Denied, Outcome: core.NotDone, Field: "adapters." + p.Name, Message: "its binary is " + p.State + "; install it again from a source that you trust"}
				}
			}
			return nil
		}}
}

func (a *app) removeCommand() *cobra.Command {
	return &cobra.Command{Use: "remove NAME", Short: "take an adapter out of sampan.lock", Args: takes("NAME"),
		RunE: func(_ *cobra.Command, args []string) error {
			a.running = true
			place := a.installed()
			lock, err := lockfile.Load(place.lock)
			if err != nil {
				return err
			}
			entry, known := lock.Adapters[args[0]]
			if !known {
				return core.Invalid("name", "%q is not installed; see host adapters list", args[0])
			}
			delete(lock.Adapters, args[0])
			if err := lock.Save(place.lock); err != nil {
				return err
			}
			if sum, err := entry.Sum(); err == nil && !inUse(lock, sum) {
				_ = os.Remove(place.file(sum)) // no lock names it any more
			}
			fmt.Fprintf(a.out, "%s is no longer pinned.\n", args[0])
			return nil
		}}
}

func inUse(lock lockfile.File, sum string) bool {
	for _, entry := range lock.Adapters {
		if got, err := entry.Sum(); err == nil && got == sum {
			return true
		}
	}
	return false
}
