package lockfile

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/sampan-go/sampan/core"
)

// Name is the file's name, beside the configuration.
const Name = "sampan.lock"

// form is the newest form of the file that this program knows.
const form = 1

// File is sampan.lock.
type File struct {
	Form     int                `toml:"form"`
	Adapters map[string]Adapter `toml:"adapters"`
}

// Adapter is one adapter that may run.
type Adapter struct {
	// Protocol is the major version of the contract that it speaks.
	Protocol int `toml:"protocol" json:"protocol"`
	// Level is the conformance level that was shown when it was installed; "" is none.
	Level string `toml:"level,omitempty" json:"level,omitempty"`
	// Publisher is the ed25519 public key that every later version must be signed with, in base64.
	Publisher string `toml:"publisher,omitempty" json:"publisher,omitempty"`
	// SHA256 has the sum of each platform's binary in hexadecimal, by Platform.
	SHA256 map[string]string `toml:"sha256" json:"sha256"`
}

// Platform is this machine's, such as "linux_amd64".
func Platform() string { return runtime.GOOS + "_" + runtime.GOARCH }

// Sum is the sum of this machine's binary.
func (a Adapter) Sum() (string, error) {
	sum := a.SHA256[Platform()]
	if sum == "" {
		return "", core.Invalid("sampan.lock", "has no binary of this adapter for %s; install one with host adapters install", Platform())
	}
	return sum, nil
}

var (
	names = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)
	sums  = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

// ValidName refuses a name that is no plain word: it becomes part of a path.
func ValidName(name string) error {
	if !names.MatchString(name) {
		return core.Invalid("name", "%q must be 1 to 40 of a-z, 0-9 and -, and begin with a letter or digit", name)
	}
	return nil
}

// Load reads the file at path strictly. One that does not exist is empty.
func Load(path string) (File, error) {
	f := File{Form: form, Adapters: map[string]Adapter{}}
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return f, nil
	}
	if err != nil {
		return f, core.Invalid("sampan.lock", "cannot be read: %v", err)
	}
	d := toml.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return f, core.Invalid("sampan.lock", "%s is not in the form that this program writes: %v", path, err)
	}
	if f.Form != form {
		return f, core.Invalid("sampan.lock", "%s has form %d, this program knows form %d", path, f.Form, form)
	}
	if f.Adapters == nil {
		f.Adapters = map[string]Adapter{}
	}
	return f, f.check(path)
}

func (f File) check(path string) error {
	for name, a := range f.Adapters {
		if err := ValidName(name); err != nil {
			return core.Invalid("sampan.lock", "%s: the adapter's name %q is not one", path, name)
		}
		for platform, sum := range a.SHA256 {
			if !sums.MatchString(sum) {
				return core.Invalid("sampan.lock", "%s: the sum of %s for %s is not a SHA-256 in hexadecimal", path, name, platform)
			}
		}
	}
	return nil
}

// Save writes the file anew and puts it in the place of the old one in one step.
func (f File) Save(path string) error {
	text, err := toml.Marshal(f)
	if err != nil {
		return err
	}
	head := "# Which adapter programs may run here. Written by host adapters install; keep it in version control.\n"
	if err := writeWhole(path, append([]byte(head), text...), 0o644); err != nil {
		return core.Invalid("sampan.lock", "cannot be written: %v", err)
	}
	return nil
}

// writeWhole makes a new file and renames it: a reader sees the old one or the new one.
func writeWhole(path string, text []byte, mode os.FileMode) error {
	temporary, err := os.CreateTemp(filepath.Dir(path), ".sampan-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(temporary.Name()) }() // gone already if it was renamed
	_, err = temporary.Write(text)
	if err := errors.Join(err, temporary.Chmod(mode), temporary.Sync(), temporary.Close()); err != nil {
		return err
	}
	return os.Rename(temporary.Name(), path)
}

// signedText is what a publisher signs for one binary.
func signedText(name, platform, sum string) []byte {
	return []byte(strings.Join([]string{"sampan adapter", name, platform, sum, ""}, "\n"))
}
