package plugin

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/plugin/internal/pb"
	"github.com/sampan-go/sampan/plugin/internal/wire"
)

// Contract is what an adapter program speaks: which version of plugin/proto, and which calls of it that
// are no operation of its Description.
type Contract struct {
	Major, Minor int
	Features     []string
}

// FeatureProveFence is the feature of an adapter that is a core.FenceProver.
const FeatureProveFence = string(opProveFence)

// FeatureInvoke is the feature of an adapter that is a core.Invoker.
const FeatureInvoke = string(core.OpInvoke)

// FeatureMessage is the feature of an adapter that is a core.MessageParser.
const FeatureMessage = string(core.OpMessage)

// Has reports whether the adapter has a feature. One of version 1.0 names none, whatever it has.
func (c Contract) Has(feature string) bool { return slices.Contains(c.Features, feature) }

// String is such as "1.1 (prove_fence)".
func (c Contract) String() string {
	version := fmt.Sprintf("%d.%d", c.Major, c.Minor)
	if len(c.Features) == 0 {
		return version
	}
	return version + " (" + strings.Join(c.Features, ", ") + ")"
}

// Contract asks the adapter which contract it speaks. Another major version never gets this far: Open
// refuses it. No minor version is refused: what one side lacks answers Unsupported.
func (c *Client) Contract(ctx context.Context) (Contract, error) {
	return call(ctx, c, reading(core.OpDescribe), describeTimeout, c.service.Describe, &pb.DescribeRequest{},
		func(m *pb.DescribeResponse) (Contract, error) { return present(m.GetDescription(), contractFrom) })
}

func contractFrom(m *pb.Description) (Contract, error) {
	contract := Contract{Major: ProtocolVersion, Minor: max(0, int(m.GetContractMinor()))}
	for _, feature := range m.GetFeatures() {
		contract.Features = append(contract.Features, wire.Text(feature))
	}
	return contract, nil
}

// features are those of an adapter.
func features(a core.Adapter) (all []string) {
	if _, ok := a.(core.FenceProver); ok {
		all = append(all, FeatureProveFence)
	}
	if _, ok := a.(core.Invoker); ok {
		all = append(all, FeatureInvoke)
	}
	if _, ok := a.(core.MessageParser); ok {
		all = append(all, FeatureMessage)
	}
	return all
}
