package sandbox

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Server is a Sandbox that listens.
type Server struct {
	*Sandbox
	url  string
	http *http.Server
	done chan error
}

// Start listens on addr (such as "127.0.0.1:0") and serves in a goroutine until
// Close.
func Start(addr string, o Options) (*Server, error) {
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("sandbox: listen on %s: %w", addr, err)
	}
	box := New(o)
	srv := &Server{
		Sandbox: box,
		url:     "http://" + listener.Addr().String(),
		http:    &http.Server{Handler: box, ReadHeaderTimeout: 10 * time.Second},
		done:    make(chan error, 1),
	}
	go func() { srv.done <- srv.http.Serve(listener) }()
	return srv, nil
}

// URL is the root of the server, without a slash at the end.
func (s *Server) URL() string { return s.url }

// PandaPonURL is the base URL to give to a PandaPon client.
func (s *Server) PandaPonURL() string { return s.url + "/" + gatewayPandaPon }

// DajisaasURL is the base URL to give to a dajisaas client.
func (s *Server) DajisaasURL() string { return s.url + "/" + gatewayDajisaas }

// Close stops listening and cuts every connection, hanging answers included.
// It must be called once.
func (s *Server) Close() error {
	err := s.http.Close()
	if serveErr := <-s.done; !errors.Is(serveErr, http.ErrServerClosed) {
		return errors.Join(err, serveErr)
	}
	return err
}
