package plugin

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/plugin/internal/pb"
)

// Attach uses an adapter that its author started with "serve --debug": for a debugger, and INSECURE.
// There is no TLS, and nobody verified the program that gets the account's secrets; Attach says so in
// the log. The socket must lie in a folder that only this user can enter. Close ends the connection
// and not the adapter. Errors are those of Open. Nothing attaches unless it is told to.
func Attach(ctx context.Context, c Config, socket string) (*Client, error) {
	c = c.withDefaults()
	if c.Adapter == "" {
		c.Adapter = "at " + socket
	}
	if c.SHA256 != "" {
		return nil, core.Invalid("adapter", "is pinned by its bytes, and a running one has none to look at; take the pin away to debug it")
	}
	if err := privateSocket(socket); err != nil {
		return nil, core.Invalid("adapter", "cannot be attached: %v", err)
	}
	conn, err := grpc.NewClient("unix:"+socket, append(hostOptions(), grpc.WithTransportCredentials(insecure.NewCredentials()))...)
	if err != nil {
		return nil, core.Invalid("adapter", "cannot be attached: %v", err)
	}
	c.Logger.Warn("INSECURE: attached to a running adapter, without TLS and unverified; for its author only",
		"account", c.Account, "adapter", c.Adapter, "socket", socket)
	client := newClient(c, pb.NewAdapterServiceClient(conn), nil, conn.Close)
	client.conn = conn
	if err := client.configure(ctx); err != nil {
		_ = client.Close() // the reason to give is why it could not be configured
		return nil, err
	}
	return client, nil
}

// privateSocket refuses a socket that another user of this machine may have put there.
func privateSocket(socket string) error {
	if !passesSockets {
		return errors.New("this system has no sockets in private folders")
	}
	if !filepath.IsAbs(socket) {
		return errors.New("the path of its socket must be absolute")
	}
	folder, err := os.Lstat(filepath.Dir(socket))
	if err == nil && (!folder.IsDir() || folder.Mode().Perm()&0o077 != 0 || !ownedByUs(folder)) {
		return errors.New("the folder of its socket can be entered by other users")
	}
	file, err := os.Lstat(socket)
	if err != nil {
		return errors.New("there is no socket " + socket + "; start the adapter with serve --debug, which names it")
	}
	if file.Mode().Type() != os.ModeSocket || !ownedByUs(file) {
		return errors.New(socket + " is no socket of this user")
	}
	return nil
}
