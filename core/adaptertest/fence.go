package adaptertest

import (
	"errors"
	"fmt"
	"time"

	"github.com/sampan-go/sampan/core"
)

// olderBy is how much older than the declared window the signature is that must be refused, as in
// "host doctor".
const olderBy = 100 * time.Second

// fenceOf is the longest window that Describe declares; 0: the gateway's requests have no time.
func fenceOf(d core.Description) time.Duration {
	var window time.Duration
	for _, c := range d.Operations {
		window = max(window, c.Effect.Fence)
	}
	return window
}

var fenceRules = []rule{
	{name: "what is declared can be proved, by reads alone", check: func(p *probe) {
		if fenceOf(p.d) > 0 {
			checkProof(p)
		}
	}},
	{name: "what is not declared is not proved, and asks nothing", check: func(p *probe) {
		prover, has := p.adapter.(core.FenceProver)
		if !has || fenceOf(p.d) > 0 {
			return
		}
		before := p.mark()
		_, err := prover.ProveFence(p.Context(), core.ProveFenceRequest{Age: time.Hour})
		p.lookRead(opProveFence, err)
		grown := p.since(before)
		p.check(errors.Is(err, core.Unsupported) && grown == mark{}, fmt.Sprintf("%s, %d requests", outcome(err), grown.requests), "Unsupported, and 0 requests",
			"leave ProveFence out where requests carry no time, or declare Effect.Fence")
	}},
}

const opProveFence = core.Operation("prove_fence")

func checkProof(p *probe) {
	prover, ok := p.adapter.(core.FenceProver)
	p.must(ok, "no method ProveFence", "core.FenceProver", "implement ProveFence, or leave Effect.Fence 0")
	before, age := p.mark(), fenceOf(p.d)+olderBy
	proof, err := prover.ProveFence(p.Context(), core.ProveFenceRequest{Age: age})
	p.lookRead(opProveFence, err)
	p.noError(err, "ProveFence")
	p.lookSecrets(errors.New(proof.Gateway + " " + proof.Said.String()))
	p.check(proof.FreshTaken, "the read signed now was not taken: "+proof.Said.String(), "FreshTaken", "make a read that the gateway answers whatever the account holds")
	p.check(proof.OldRefused, "the read signed "+age.String()+" ago was not refused for its age: "+proof.Said.String(), "OldRefused",
		"sign the second read with now - Age, and know the gateway's word for an old signature; if it has none, leave Effect.Fence 0")
	p.check(proof.Gateway != "", "no gateway", "the address that was asked", "set FenceProof.Gateway; a proof holds for no other")
	grown := p.since(before)
	p.check(grown.requests >= 2, fmt.Sprintf("%d requests", grown.requests), "2 requests", "ask the gateway; a proof is not remembered")
	p.check(grown.effects == 0 && (p.h.WriteRequests == nil || grown.writes == 0), fmt.Sprintf("%d writes, %d effects", grown.writes, grown.effects), "0 and 0",
		"prove by a read that changes nothing, such as a list of one entry")
	checkOldSignature(p, age)
}

// checkOldSignature catches a proof whose second signature was refused because it was wrong.
func checkOldSignature(p *probe, age time.Duration) {
	if p.h.SignedAt == nil {
		return // the harness cannot tell
	}
	got, want := p.h.SignedAt(p.TB), p.h.now().Add(-age)
	p.check(got.Sub(want).Abs() < time.Minute, got.UTC(), want, "sign the second read with now - Age and nothing else changed, and send it last")
}
