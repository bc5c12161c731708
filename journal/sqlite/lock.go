package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// lock keeps a second host away. The system gives it up when the process ends, however it ends.
type lock struct{ file *os.File }

// takeLock waits for another host to finish, as long as the caller waits, at most patience.
func takeLock(ctx context.Context, path string) (*lock, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, refuse("%s cannot be made: %v", path, err)
	}
	if err := waitFor(ctx, func() error { return lockFile(file) }); err != nil {
		holder, _ := io.ReadAll(io.LimitReader(file, 200)) // who it is only helps
		return nil, errors.Join(refuse("another host has it open (%s); one host at a time may use a SQLite journal. This command sent nothing", strings.TrimSpace(string(holder))), file.Close())
	}
	note := fmt.Sprintf("process %d, since %s\n", os.Getpid(), time.Now().UTC().Format(time.RFC3339))
	if err := errors.Join(file.Truncate(0), writeAt(file, note)); err != nil {
		return nil, errors.Join(refuse("%s cannot be written: %v", path, err), file.Close())
	}
	return &lock{file}, nil
}

// patience is longer than one write of another command takes.
const patience = 75 * time.Second

func waitFor(ctx context.Context, try func() error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		err := try()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func writeAt(file *os.File, text string) error {
	_, err := file.WriteAt([]byte(text), 0)
	return err
}

// release leaves the file where it is: taking it away would let two hosts lock two files.
func (l *lock) release() error {
	if l == nil || l.file == nil {
		return nil
	}
	file := l.file
	l.file = nil
	return file.Close()
}
