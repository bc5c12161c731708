package model

import (
	"fmt"
	"strings"
)

// Story tells the counterexample in plain words, one numbered line a step. It
// is empty where nothing was found.
func (r *Result) Story() string {
	if r.Found == Nothing {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s. It looks harmless: %s.\n", r.Protocol.ID, r.Protocol.Name, r.Protocol.Why)
	fmt.Fprintf(&b, "Q is %d ticks. %s\n", r.Protocol.Quarantine.ticks(), skewInWords(r.Example.Skew))
	now, ticks, line := r.Example.start, 0, 0
	for _, st := range r.Example.steps {
		if st.event == tick {
			ticks++
		} else {
			line++
			fmt.Fprintf(&b, "%3d. tick %d: %s\n", line, ticks, r.Protocol.tell(&now, st))
		}
		now = st.next
	}
	fmt.Fprintf(&b, "     The end: %s.\n", r.Found)
	return b.String()
}

func skewInWords(skew int) string {
	switch {
	case skew < 0:
		return fmt.Sprintf("The gateway's clock is %d tick behind the journal's.", -skew)
	case skew > 0:
		return fmt.Sprintf("The gateway's clock is %d tick ahead of the journal's.", skew)
	}
	return "All clocks agree."
}

func hostName(h uint8) string { return "host " + string(rune('A'+h)) }

// tell says what happens in step st, taken in state s.
func (p *Protocol) tell(s *state, st step) string {
	if st.event < lose {
		return hostName(st.host) + " " + p.tellHost(s, st)
	}
	request := fmt.Sprintf("the request of attempt %d", st.attempt)
	switch st.event {
	case lose:
		return "the network loses " + request
	case accept:
		return "the gateway accepts " + request
	case refuseLate:
		return "the gateway refuses " + request + ", its signature is too old; " + answerInWords(st, "records that the attempt had no effect")
	case refuseCopy:
		return "the gateway refuses a second copy of " + request + "; " + answerInWords(st, "takes the refusal as proof that the attempt had no effect")
	case failInside:
		return "the gateway drops " + request + " by a failure of its own"
	case answerKnown:
		return "the gateway knows the number and answers " + request + " with the first order; " + answerInWords(st, "records it")
	case makeOrder:
		return fmt.Sprintf("the gateway carries out %s: ORDER %d, %s; %s",
			request, st.next.orders, listedInWords(st), answerInWords(st, "records Done"))
	default:
		return fmt.Sprintf("event %d, which has no words yet", st.event)
	}
}

func answerInWords(st step, then string) string {
	if st.lost {
		return "its answer reaches nobody"
	}
	return "the sender gets the answer and " + then
}

func listedInWords(st step) string {
	if st.late {
		return fmt.Sprintf("in the list only %d tick later", listLag)
	}
	return "in the list at once"
}

func (p *Protocol) tellHost(s *state, st step) string {
	own := s.rows[0]
	if p.Ref == CheckThenInsert {
		own = s.rows[st.host]
	}
	switch st.event {
	case reserve:
		if s.anyRow(noRow) && (s.rows[0] != row{} || s.rows[1] != row{}) {
			return "had checked before there was a row, and inserts a second row for the same purchase"
		}
		return "reserves the purchase in the journal"
	case begin:
		if p.Journal == AfterAnswer {
			return fmt.Sprintf("finds nothing in the journal and signs a request, attempt %d", st.attempt)
		}
		return fmt.Sprintf("records attempt %d as Sending and signs it", st.attempt)
	case send:
		return fmt.Sprintf("sends attempt %d%s%s", st.attempt, p.copiesInWords(), signedInWords(p, s.hosts[st.host]))
	case timeOut:
		return fmt.Sprintf("waits no longer for the answer to attempt %d", st.attempt)
	case lookUp:
		return p.tellLookUp(own, st)
	case adopt:
		return "takes the order it saw as its own and records Done"
	case resend:
		return fmt.Sprintf("%sbegins attempt %d", p.resendInWords(s, st), st.attempt)
	case closeNotApplied:
		return "concludes that nothing will happen any more and records NotApplied"
	case askPerson:
		return "stops and asks a person"
	case keepWaiting:
		return "learns nothing from that and will look again"
	case ignore:
		return "finds that the journal has moved on, and changes nothing"
	case crash:
		return "crashes " + crashInWords(s.hosts[st.host])
	default:
		return fmt.Sprintf("does event %d, which has no words yet", st.event)
	}
}

func (p *Protocol) copiesInWords() string {
	if p.Transport == TwoCopies {
		return "; its HTTP client puts a second copy on the wire"
	}
	return ""
}

func signedInWords(p *Protocol, h host) string {
	switch {
	case p.Gateway != Fence:
		return ""
	case p.Signing == WhenSent:
		return ", signed just now"
	case h.age > 0:
		return fmt.Sprintf(", signed %d ticks ago", h.age)
	}
	return ""
}

func (p *Protocol) tellLookUp(own row, st step) string {
	why := "looks the purchase up"
	if own.status == sending {
		why = fmt.Sprintf("finds attempt %d still Sending with its lease over, and looks the purchase up", own.attempt)
	}
	sight := "the list does not show it"
	if st.next.hosts[st.host].found {
		sight = "the list shows an order"
	}
	if !st.next.hosts[st.host].settled {
		return why + ": " + sight
	}
	return fmt.Sprintf("%s after the quarantine: %s", why, sight)
}

func (p *Protocol) resendInWords(s *state, st step) string {
	h := s.hosts[st.host]
	switch {
	case h.doing == looked && p.Update == Overwrite && s.rows[0].attempt != h.attempt:
		return "does not see that the journal has moved on, writes over it and "
	case h.doing == looked:
		return "believes the look-up and "
	case p.Resend == AfterLease:
		return "finds the lease over, believes the other host dead and "
	case p.Resend == AfterTimeOut:
		return "takes the time-out for a failure and "
	}
	return ""
}

func crashInWords(h host) string {
	return [...]string{
		idle:     "while it has nothing to do",
		recorded: "before sending",
		waiting:  "after sending",
		looked:   "after its look-up",
	}[h.doing]
}
