package effect

import (
	"net/netip"
	"syscall"
)

// guard decides which addresses may be dialled. It is asked with the address that the connection
// really goes to, after name resolution, so a name that changes its address gains nothing.
type guard struct{ allowPrivate, plain bool }

// addressError is a refusal of the guard.
type addressError string

func (e addressError) Error() string { return string(e) }

// control is a net.Dialer.Control.
func (g guard) control(_, address string, _ syscall.RawConn) error {
	dialled, err := netip.ParseAddrPort(address)
	if err != nil {
		return addressError("leads to something that is no IP address")
	}
	return g.check(dialled.Addr())
}

func (g guard) check(ip netip.Addr) error {
	if g.plain && !ip.Unmap().IsLoopback() {
		return addressError("uses plain http, which is allowed to this machine's loopback address only; use https")
	}
	if kind := reserved(ip); kind != "" && !g.allowPrivate {
		return addressError("leads to " + ip.WithZone("").String() + ", " + kind +
			"; give the gateway's public address, or set allow_private = true for the sandbox")
	}
	return nil
}

// publicV6 is the only part of IPv6 that is handed out to public hosts.
var publicV6 = netip.MustParsePrefix("2000::/3")

// reservedRanges are no addresses of public hosts (IANA special-purpose registries).
var reservedRanges = []struct {
	prefix netip.Prefix
	kind   string
}{
	{netip.MustParsePrefix("0.0.0.0/8"), "an unspecified address"},
	{netip.MustParsePrefix("10.0.0.0/8"), "a private address"},
	{netip.MustParsePrefix("100.64.0.0/10"), "an address of a provider's inner network"}, // 100.100.100.200: Alibaba metadata
	{netip.MustParsePrefix("127.0.0.0/8"), "a loopback address"},
	{netip.MustParsePrefix("169.254.0.0/16"), "a link-local or metadata address"},
	{netip.MustParsePrefix("172.16.0.0/12"), "a private address"},
	{netip.MustParsePrefix("192.0.0.0/24"), "a protocol address"}, // 192.0.0.192: Oracle metadata
	{netip.MustParsePrefix("192.0.2.0/24"), "an example address"},
	{netip.MustParsePrefix("192.88.99.0/24"), "a 6to4 relay address"},
	{netip.MustParsePrefix("192.168.0.0/16"), "a private address"},
	{netip.MustParsePrefix("198.18.0.0/15"), "a benchmarking address"},
	{netip.MustParsePrefix("198.51.100.0/24"), "an example address"},
	{netip.MustParsePrefix("203.0.113.0/24"), "an example address"},
	{netip.MustParsePrefix("224.0.0.0/4"), "a multicast address"},
	{netip.MustParsePrefix("240.0.0.0/4"), "a reserved or broadcast address"},
	{netip.MustParsePrefix("::/128"), "an unspecified address"},
	{netip.MustParsePrefix("::1/128"), "a loopback address"},
	{netip.MustParsePrefix("::/96"), "an IPv4-compatible address"},
	{netip.MustParsePrefix("::ffff:0.0.0.0/96"), "an IPv4-mapped address"},
	{netip.MustParsePrefix("64:ff9b::/96"), "a NAT64 address"},
	{netip.MustParsePrefix("64:ff9b:1::/48"), "a NAT64 address"},
	{netip.MustParsePrefix("fc00::/7"), "a private (ULA) address"}, // fd00:ec2::254: AWS metadata
	{netip.MustParsePrefix("fe80::/10"), "a link-local address"},
	{netip.MustParsePrefix("fec0::/10"), "a site-local address"},
	{netip.MustParsePrefix("ff00::/8"), "a multicast address"},
	{netip.MustParsePrefix("2001::/23"), "a tunnel or protocol address"}, // Teredo 2001::/32
	{netip.MustParsePrefix("2001:db8::/32"), "an example address"},
	{netip.MustParsePrefix("2002::/16"), "a 6to4 address"},
	{netip.MustParsePrefix("3fff::/20"), "an example address"},
}

// reserved names what an address is that is not a public host's; "" for a public one.
func reserved(ip netip.Addr) string {
	ip = ip.WithZone("")
	for _, r := range reservedRanges {
		if r.prefix.Contains(ip) {
			return r.kind
		}
	}
	if ip.Is6() && !publicV6.Contains(ip) {
		return "not a public address"
	}
	return ""
}
