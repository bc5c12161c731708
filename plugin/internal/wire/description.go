package wire

import (
	"github.com/sampan-go/sampan/core"
	"github.com/sampan-go/sampan/plugin/internal/pb"
)

// DescriptionTo makes the message of a Description.
func DescriptionTo(d core.Description) *pb.Description {
	m := &pb.Description{Adapter: d.Adapter, Version: d.Version, Market: string(d.Market), Gateway: d.Gateway,
		Operations: make(map[string]*pb.Capability, len(d.Operations)), Idempotency: pb.Idempotency(d.Idempotency),
		MaxLinesPerOrder: int32Of(d.Limits.LinesPerOrder), MaxPageSize: int32Of(d.Limits.PageSize), Options: d.Options}
	for op, c := range d.Operations {
		m.Operations[string(op)] = capabilityTo(c)
	}
	for _, e := range d.Endpoints {
		m.Endpoints = append(m.Endpoints, endpointTo(e))
	}
	if d.Messages != nil {
		m.Messages = &pb.MessageReading{Headers: d.Messages.Headers, Note: d.Messages.Note}
	}
	return m
}

func endpointTo(e core.Endpoint) *pb.Endpoint {
	return &pb.Endpoint{Name: e.Name, Method: e.Method, Path: e.Path, Capability: capabilityTo(e.Capability), Typed: string(e.Typed),
		Spends: e.Spends, Unit: e.Unit, Evidence: e.Evidence, Note: e.Note}
}

func endpointFrom(m *pb.Endpoint) core.Endpoint {
	return core.Endpoint{Name: text(m.GetName()), Method: text(m.GetMethod()), Path: text(m.GetPath()), Capability: capabilityFrom(m.GetCapability()),
		Typed: core.Operation(text(m.GetTyped())), Spends: m.GetSpends(), Unit: text(m.GetUnit()), Evidence: text(m.GetEvidence()), Note: short(m.GetNote())}
}

func capabilityTo(c core.Capability) *pb.Capability {
	return &pb.Capability{Support: pb.Support(c.Support), Enabled: c.Enabled, Reason: c.Reason, Effect: effectTo(c.Effect)}
}

// DescriptionFrom reads a Description.
func DescriptionFrom(m *pb.Description) (core.Description, error) {
	var read decoder
	if len(m.GetOperations()) > maxEntries {
		read.fail("operations", "has %d entries, at most %d are taken", len(m.GetOperations()), maxEntries)
		return core.Description{}, read.err
	}
	d := core.Description{Adapter: text(m.GetAdapter()), Version: text(m.GetVersion()), Market: core.Market(text(m.GetMarket())),
		Gateway: text(m.GetGateway()), Operations: make(map[core.Operation]core.Capability, len(m.GetOperations())),
		Idempotency: known(m.GetIdempotency(), core.NativeKey),
		Limits:      core.Limits{LinesPerOrder: max(0, int(m.GetMaxLinesPerOrder())), PageSize: max(0, int(m.GetMaxPageSize()))},
		Options:     read.table("options", m.GetOptions())}
	for op, c := range m.GetOperations() {
		d.Operations[core.Operation(text(op))] = capabilityFrom(c)
	}
	for _, e := range entries(&read, "endpoints", m.GetEndpoints()) {
		d.Endpoints = append(d.Endpoints, endpointFrom(e))
	}
	if r := m.GetMessages(); r != nil {
		d.Messages = &core.MessageReading{Note: short(r.GetNote())}
		for _, name := range entries(&read, "messages.headers", r.GetHeaders()) {
			d.Messages.Headers = append(d.Messages.Headers, text(name))
		}
	}
	return d, read.err
}

// capabilityFrom reads a Capability. A degree of support that this host does not know is none.
func capabilityFrom(m *pb.Capability) core.Capability {
	c := core.Capability{Support: known(m.GetSupport(), core.Provisional), Enabled: m.GetEnabled(), Reason: short(m.GetReason()), Effect: effectFrom(m.GetEffect())}
	if _, ours := pb.Support_name[int32(m.GetSupport())]; !ours && c.Reason == "" {
		c.Reason = "the adapter says how well in a word of a newer contract than this host's; upgrade the host"
	}
	return c
}
