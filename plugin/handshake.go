package plugin

import (
	"context"
	"errors"
	"time"

	goplugin "github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/sampan-go/sampan/plugin/internal/pb"
)

// ProtocolVersion is the major version of the contract. Two sides of different major versions
// refuse each other.
const ProtocolVersion = 1

// ContractMinor is the minor version of the contract. A minor version only adds, so that every one is
// served; see Client.Contract.
const ContractMinor = 1

// MaxMessage is the most that one message may have in either direction, in bytes.
const MaxMessage = 8 << 20

// The deadlines of calls that have none of their own.
const (
	configureTimeout = 5 * time.Second
	describeTimeout  = 5 * time.Second
)

// handshake keeps a person from starting an adapter by hand and a host from starting a program
// that is none. It protects nothing; mutual TLS does.
var handshake = goplugin.HandshakeConfig{
	ProtocolVersion:  ProtocolVersion,
	MagicCookieKey:   "SAMPAN_ADAPTER",
	MagicCookieValue: "8f4f2f0c-adapter-of-one-account",
}

// pluginName is the one service that go-plugin dispenses.
const pluginName = "adapter"

// service is both ends of the gRPC service for go-plugin.
type service struct {
	goplugin.NetRPCUnsupportedPlugin
	server pb.AdapterServiceServer
}

var _ goplugin.GRPCPlugin = (*service)(nil)

func (s *service) GRPCServer(_ *goplugin.GRPCBroker, g *grpc.Server) error {
	if s.server == nil {
		return errors.New("plugin: the host's side serves nothing")
	}
	pb.RegisterAdapterServiceServer(g, s.server)
	return nil
}

func (s *service) GRPCClient(_ context.Context, _ *goplugin.GRPCBroker, conn *grpc.ClientConn) (any, error) {
	return pb.NewAdapterServiceClient(conn), nil
}
