"""What an answer of dajisaas proves, and what it holds. Start reading at judge()."""

import collections
import re

import trade1688
from sampan.v1 import adapter_pb2 as pb
from sampan_http import BASE_URL
from sampan_json import Unreadable, at, clean, embedded, fen, flag, ident, loads, obj, rows, text, total, unit_yuan, whole, yuan
from sampan_serve import AdapterError
from trade1688 import money

OK, REFUSED = 200, 1009  # the documented codes; 0 is taken for success by one client and is not documented
MAX_ROWS = 1000

# These stand in refusals of the account. 激活 (activate) is that of an application that was not activated
# (CLIENT (note)); the others are INFERRED and change the kind of the error alone.
KEY_WORDS = ("激活", "签名", "appkey", "appsecret", "sign error")

# What an HTTP status says where no refusal is proved.
STATUSES = (
    (401, 401, pb.ERROR_CODE_DENIED, "dajisaas does not accept the account; check app_key and app_secret"),
    (403, 403, pb.ERROR_CODE_DENIED, "dajisaas does not permit this call; check what the application may do"),
    (429, 429, pb.ERROR_CODE_RATE_LIMITED, "too many calls; wait at least 5 seconds"),
    (500, 599, pb.ERROR_CODE_UNAVAILABLE, "dajisaas failed; try later"),
)


def judge(a):
    """Gives the answer if it is a success: HTTP 2xx and the gateway's own code 200; neither proves it alone.
    Otherwise raises: NOT_DONE where refusal() knows the answer, and whatever it does not know is in doubt."""
    if a.fine and a.code == OK:
        return a
    raise refusal(a) or failure(a)


def refusal(a):
    """The answers that prove that a write did not happen, or None."""
    inner = _inner(a.data)
    if a.readable and a.status < 500 and a.code == REFUSED and inner.success is False:  # DOC en api-194164772
        if inner.code == "4003":
            return a.refused(pb.ERROR_CODE_NOT_FOUND, "1688 does not know the order")
        return a.refused(pb.ERROR_CODE_REFUSED, "1688 refused")
    # The gateway's own refusal with a real HTTP status, before any effect. A body of other people's (a
    # proxy's page), or one that carries data, is none.
    if not a.readable or a.code == OK or a.data is not None or not a.words:
        return None
    if a.status == 400 and any(word in a.words.lower() for word in KEY_WORDS):  # CLIENT (note)
        return a.refused(pb.ERROR_CODE_DENIED, "dajisaas does not accept the account; check app_key and app_secret, "
                         "and that the platform has activated the application")
    if a.status == 400:  # CLIENT (note): parameters
        return a.refused(pb.ERROR_CODE_REFUSED, "dajisaas refused the request")
    if a.status == 404:  # CLIENT (note): a path
        return a.refused(pb.ERROR_CODE_INVALID_INPUT, "dajisaas does not know the path of this call; check base_url", BASE_URL)
    return None


def failure(a):
    """An answer that proves nothing."""
    for low, high, kind, message in STATUSES:
        if low <= a.status <= high:
            return a.error(kind, message)
    if a.code is None:
        return a.error(pb.ERROR_CODE_BAD_ANSWER, "HTTP %d with a body that is not dajisaas' answer" % a.status)
    if a.code == OK:
        return a.error(pb.ERROR_CODE_BAD_ANSWER, "HTTP %d contradicts the answer's own code 200" % a.status)
    return a.error(pb.ERROR_CODE_REFUSED, "dajisaas answered with a code that does not prove a refusal")


class Answer:
    """An answer that came, and how to speak of it without what is private in the call."""

    def __init__(self, status, body, write, private):
        self.status, self.write, self._body, self._private = status, write, body, private
        self.code, self.words, self.data, self.request_id = None, "", None, ""
        try:
            envelope = loads(body)
            if not isinstance(envelope, dict):
                raise Unreadable("not an object")
            self.words = _first(envelope, "message", "msg", "error", "detail")  # failures have other names for it
            self.request_id = self._shown(envelope.get("traceId"), 64)
            self.code, self.data, self.readable = whole(envelope.get("code")), envelope.get("data"), True
        except Unreadable:
            self.readable, self.words, self.request_id = False, "", ""

    @property
    def fine(self):
        return 200 <= self.status < 300

    def read(self, reader, *args):
        """reader(data, *args); what it cannot read is a bad answer."""
        try:
            if self.data is None:
                raise Unreadable("it has no data")
            return reader(self.data, *args)
        except Unreadable as e:
            raise self.bad(str(e)) from None

    def bad(self, why):
        """An answer that came and cannot be understood. A write that was answered so has probably happened."""
        return AdapterError(pb.ERROR_CODE_BAD_ANSWER, "dajisaas' answer is not of the expected form: " + why,
                            gateway_request_id=self.request_id)

    def failed(self, verdict):
        """A failure inside an answer with code 200, of which no document says that nothing happened."""
        message = "1688 says that it failed"
        if self.write:
            message += ", in a form that no document calls a refusal; look at the order before anything is sent again"
        said = self.problem(verdict)
        return AdapterError(pb.ERROR_CODE_REFUSED, message, gateway_code=said.code, gateway_message=said.message,
                            gateway_request_id=self.request_id)

    def problem(self, verdict):
        return pb.GatewayError(code=self._shown(verdict.code, 32), message=self._shown(verdict.words, 300), request_id=self.request_id)

    def refused(self, kind, message, field=""):
        return self.error(kind, message, pb.OUTCOME_NOT_DONE, field)

    def error(self, kind, message, outcome=pb.OUTCOME_UNSPECIFIED, field=""):
        """An error with what the gateway said."""
        code, words = "HTTP %d" % self.status, ""
        if self.readable:
            inner = _inner(self.data)
            words = ", ".join(part for part in (self.words, inner.words, inner.code) if part)
            code = str(self.code) if self.fine and self.code is not None else code
        elif self.status >= 400 and self._body.strip()[:1] not in (b"", b"<", b"{", b"[", b'"'):
            words = self._body[:200].decode("utf-8", "replace")  # words: no page, and no JSON that may repeat what was sent
        return AdapterError(kind, message, outcome, field, gateway_code=code, gateway_message=self._shown(words, 300),
                            gateway_request_id=self.request_id)

    def _shown(self, said, most):
        """What a gateway said, fit to be shown: gateways repeat what they do not like. Cut last, so that no
        cut leaves half of what is private."""
        said = clean(said)
        for private in self._private:
            if len(private) > 1:
                said = said.replace(private, "[redacted]").replace(private.lower(), "[redacted]")
        said = re.sub(r"\b1[3-9][0-9]{9}\b", "[redacted]", said, flags=re.ASCII)  # a mobile number
        return said.encode("utf-8")[:most].decode("utf-8", "ignore")


# How an object inside an answer says that it failed; success is None where it does not say. Each operation
# has other names for the rest.
Verdict = collections.namedtuple("Verdict", "success code words")


def verdict(members):
    return Verdict(flag(members.get("success")), _first(members, "errorCode", "resultCode", "code"),
                   _first(members, "errorMessage", "errorMsg", "errorInfo", "message"))


def _inner(data):
    """data.result of a business failure."""
    try:
        return verdict(obj(obj(data).get("result")))
    except Unreadable:
        return Verdict(None, "", "")


def _first(members, *names):
    return next((found for found in [text(members.get(name)).strip() for name in names] if found), "")


# ---- what the operations find


def created(data, a, r):
    """The order that create made. An id is believed only where nothing in the answer contradicts it."""
    made = obj(data)
    if verdict(made).success is False:
        raise a.failed(verdict(made))
    number = ident(made.get("orderId"))
    if not is_number(number):
        raise Unreadable("it names no single order (1688 may have made several)")
    payable = at("totalSuccessAmount", fen, made.get("totalSuccessAmount"))  # fen, while detail and list speak of yuan
    return pb.Order(ref=r.ref, order=pb.OrderRef(id=number), marketplace_ids=[number], market="1688",
                    status=pb.STATUS_AWAITING_PAYMENT, totals=pb.Totals(payable=money(payable)),
                    lines=_taken_lines(a, r, at("failedOfferList", rows, made.get("failedOfferList"))))


def named(data):
    """The order that an answer names although it cannot be believed, for a person; a list of none or one."""
    try:
        return [n for n in [ident(obj(data).get("orderId"))] if is_number(n)]
    except Unreadable:
        return []


def _taken_lines(a, r, failed):
    """None where all were taken: the answer does not repeat them. Otherwise those that were asked for, with
    what 1688 said against the ones that it left out. The member's shape is UPSTREAM's; dajisaas documents it
    as null only."""
    if not failed:
        return []
    lines = [pb.Line(product_id=x.product_id, sku_id=x.sku_id, spec_id=x.spec_id, quantity=x.quantity) for x in r.lines]
    for i, one in enumerate(map(obj, failed)):
        offer, spec = ident(one.get("offerId")), ident(one.get("specId"))
        hit = [line for line, asked in zip(lines, r.lines) if same(asked, offer, spec)]
        if not hit:
            raise Unreadable("failedOfferList[%d] is none of the lines that were asked for" % i)
        for line in hit:
            line.problem.CopyFrom(a.problem(verdict(one)))
    if all(line.HasField("problem") for line in lines):
        raise Unreadable("it names an order and says that every line failed")
    return lines


def listed(data, a):
    """The orders of a page. A missing list fails: silence would pass for proof that there is no order."""
    page = obj(data)
    if verdict(page).success is False:
        raise a.failed(verdict(page))
    if "result" not in page:
        raise Unreadable("it has no list of orders")
    found = at("result", rows, at("result", embedded, page["result"]))
    if len(found) > MAX_ROWS:
        raise Unreadable("it has over %d orders" % MAX_ROWS)
    return [at("order %d of the page" % i, trade1688.order, one) for i, one in enumerate(found)]


def paid(data):
    """What the answer of pay says, UPSTREAM's: a Verdict that refuses, or None. dajisaas documents nothing."""
    said = obj(data)
    result = at("result", obj, at("result", embedded, said.get("result")))
    for one in (said, result):
        if verdict(one).success is False:
            return verdict(one)
    return verdict(result) if flag(result.get("paySuccess")) is False else None


def confirmed(data):
    """What the answer of a receipt says, the inner one first: documented for a failure, and of a success it is
    only known to lack one."""
    said = obj(data)
    return verdict(obj(at("result", embedded, said.get("result")))), verdict(said)


def quoted(data, a, r):
    """The member is misspelt on the wire; each part is one order that 1688 would make. Its sums are fen, and
    its goods yuan. A refusal is a problem, and leaves the totals out: they would be those of less than was
    asked for."""
    preview = obj(data)
    parts = [obj(part) for part in at("orderPreviewResuslt", rows, preview.get("orderPreviewResuslt"))]
    quote = pb.Quote(orders=len(parts))
    if verdict(preview).success is False:
        quote.problem.CopyFrom(a.problem(verdict(preview)))
    elif not parts:
        raise Unreadable("it holds no preview")
    for i, part in enumerate(parts):
        bad = verdict(part).success is False or flag(part.get("status")) is False or text(part.get("resultCode"))
        if bad and not quote.HasField("problem"):  # also a code that nobody knows: on success it is null
            quote.problem.CopyFrom(a.problem(verdict(part)))
        for j, goods in enumerate(at("cargoList", rows, part.get("cargoList"))):
            quote.lines.append(at("line %d of part %d" % (j, i), _quote_line, obj(goods), a, r))
    if quote.HasField("problem") or any(line.HasField("problem") for line in quote.lines):
        return quote

    def summed(name):  # a sum that one of the parts leaves out is not known
        return money(total([at(name, fen, part.get(name)) for part in parts]))

    quote.totals.CopyFrom(pb.Totals(payable=summed("sumPayment"), goods=summed("sumPaymentNoCarriage"),
                                    shipping=summed("sumCarriage"), discount=summed("discountFee")))
    return quote


def _quote_line(goods, a, r):
    """Takes the quantity from the request: the answer does not repeat it."""
    offer, spec = ident(goods.get("offerId")), ident(goods.get("specId"))
    asked = [line for line in r.lines if same(line, offer, spec)]
    line = pb.QuoteLine(product_id=offer, sku_id=ident(goods.get("skuId")), spec_id=spec,
                        quantity=asked[0].quantity if len(asked) == 1 else 0,
                        unit_price=money(at("finalUnitPrice", unit_yuan, goods.get("finalUnitPrice"))),
                        amount=money(at("amount", yuan, goods.get("amount"))))
    if verdict(goods).success is False or text(goods.get("resultCode")):
        line.problem.CopyFrom(a.problem(verdict(goods)))
    return line


def same(line, offer, spec):
    """Whether an answer's offer and variant are those of an asked line. An answer may leave one out."""
    return bool(offer or spec) and (not offer or offer == line.product_id) and (not spec or spec == line.spec_id)


def is_number(number):
    """The digits of an int64 that is not 0, as 1688 numbers orders and goods."""
    return re.fullmatch("[1-9][0-9]{0,18}", number) is not None and int(number) < 2**63
