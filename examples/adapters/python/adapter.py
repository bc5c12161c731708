#!/usr/bin/env python3
"""A Sampan adapter in Python: 1688 behind the gateway dajisaas. The folder to copy for one of your own.

Start reading at ENDPOINTS, the table of everything that it may call; then Adapter, one method per
operation, and Adapter._call, the one door to the wire. ask.py makes what is sent, answer.py says what an
answer proves, trade1688.py reads an order; the three sampan_*.py know nothing of dajisaas.

What is on the wire, and how well it is known, is that of adapters/dajisaas, the Go adapter of the same
gateway. No sign holds a time, so a captured request stays good for ever: a late one can still take
effect, and no look-up proves that an order was not made.
"""

import sampan_serve  # first: from here on, what is printed cannot break the start

import re

import answer
import ask
import sampan_http
import trade1688
from sampan.v1 import adapter_pb2 as pb
from sampan_json import Unreadable, obj
from sampan_serve import AdapterError, invalid, not_offered

NAME, VERSION = "dajisaas-python", "0.1.0"
DEFAULT_BASE_URL = "https://openapi.dajisaas.com"

NESTED_SIGN = ('how objects and lists enter the sign is not documented; if the sign is refused, auth = "secret" '
               "is the documented alternative, for debugging")

# operation: path (all are POST), what is not documented; then evidence and page (zh: wiki.dajisaas.com, en:
# wiki-en.dajisaas.com)
ENDPOINTS = {
    "quote": ("/alibaba/createOrder/preview", NESTED_SIGN),  # DOC en api-194164767
    "create_order": (  # DOC en api-194164768
        "/alibaba/trade/createCrossOrder", "the answer for several orders is not documented; over 50 lines one create "
        "becomes several orders and ends in doubt. " + NESTED_SIGN),
    "list_orders": (  # DOC zh api-341849148
        "/alibaba/trade/getBuyerOrderList", "of the words for a status only success is documented"),
    "get_order": ("/alibaba/trade/get/buyerView", ""),  # SEED, zh api-164891585
    "pay": (  # DOC zh api-194158434
        "/alibaba/trade/pay/protocolPay/preparePay", "the answer is not documented, so the order is read again after it; "
        "without a password-free agreement of the account nothing is paid"),
    "confirm_receipt": (  # DOC en api-194164772
        "/alibaba/trade/receiveGoods/confirm", "the answer of a success is not documented. " + NESTED_SIGN),
    "cancel_order": ("/alibaba/trade/cancel", "unpaid orders only"),  # DOC en api-194164769
}

NO_TRACE = ("dajisaas has no trace endpoint in any menu: carriers and tracking numbers come from the order detail, "
            "scans do not")
NO_REFUND = "dajisaas has no refund endpoint in any menu (wiki, all languages); ask for the refund in 1688's own pages"

# What a machine may do about a write whose answer was lost: look it up. None has a fence.
LOOKUPS = {
    "create_order": "the list finds an order by the number that we gave it",
    "pay": "the order's status shows whether it is paid",
    "cancel_order": "the order's status shows it, and a second cancel adds nothing",
    "confirm_receipt": "the order's status shows it, and it cannot be undone",
}

PAGE_SIZE = 20  # dajisaas' own limit is UNKNOWN, and a page that it cut short would pass for the last one

# The values of the filter orderStatus, UPSTREAM but for success (DOC). For any other status the list is read
# without this filter.
STATUS_WORDS = {pb.STATUS_AWAITING_PAYMENT: "waitbuyerpay", pb.STATUS_PAID: "waitsellersend",
                pb.STATUS_COMPLETED: "success", pb.STATUS_CANCELLED: "cancel"}

SETTINGS = {"base_url": str, "app_key": str, "app_secret": str, "auth": str, "allow_private": bool}


def new(account, settings_json):
    """The adapter of an account. Its errors name the setting, never a value."""
    s = sampan_serve.read_settings(settings_json, SETTINGS)
    for name, where in (("app_key", "the appKey of your application at dajisaas"),
                        ("app_secret", "the appSecret of your application at dajisaas, such as env:DAJI_SECRET")):
        if not s.get(name):
            raise invalid("settings." + name, "is missing; set it to " + where)
    auth = s.get("auth") or "sign"
    if auth not in ("sign", "secret"):
        raise invalid("settings.auth", 'is not known; use "sign", or "secret" for debugging')
    gateway = sampan_http.Gateway(s.get("base_url") or DEFAULT_BASE_URL, s.get("allow_private", False))
    return Adapter(gateway, s["app_key"], s["app_secret"], auth == "sign")


class Adapter:
    """One account. It keeps nothing between calls, so any number of threads may use it."""

    def __init__(self, gateway, app_key, app_secret, signed):
        self._gateway, self._key, self._secret, self._signed = gateway, app_key, app_secret, signed

    def _call(self, call, op, body, attempt=None, private=()):
        """The one door to the wire. With an attempt it is a write: it is sent at most once, and its error is
        NOT_DONE only if nothing was sent, or if the answer is one that answer.refusal knows."""
        sealed, proof = ask.sealed(body, self._key, self._secret, self._signed)
        status, said = self._gateway.send(call, "POST", ENDPOINTS[op][0], sealed, attempt)
        return answer.judge(answer.Answer(status, said, attempt is not None, (self._secret, self._key, proof, *private)))

    def describe(self, call):
        operations = {op: pb.Capability(support=pb.SUPPORT_SUPPORTED, reason=note) for op, (_, note) in ENDPOINTS.items()}
        operations["track"] = pb.Capability(support=pb.SUPPORT_EMULATED, reason=NO_TRACE)
        for op, capability in operations.items():
            known = pb.EFFECT_CLASS_LOOKUP if op in LOOKUPS else pb.EFFECT_CLASS_READ
            capability.effect.CopyFrom(pb.Effect(**{"class": known, "why": LOOKUPS.get(op, "it changes nothing")}))
        operations["refund"] = operations["get_refund"] = pb.Capability(reason=NO_REFUND)
        return pb.Description(adapter=NAME, version=VERSION, market="1688", gateway="dajisaas", operations=operations,
                              idempotency=pb.IDEMPOTENCY_LOOKUP_BY_REF, max_lines_per_order=ask.MAX_LINES, options=ask.OPTIONS)

    def quote(self, r, call):
        """Asks what a purchase would cost; it changes nothing."""
        body = {"flow": ask.option(r.options, "flow", "general"),
                "addressParam": ask.address(r.address), "cargoParamList": ask.cargo(r.lines)}
        got = self._call(call, "quote", body, private=ask.private(r.address))
        return got.read(answer.quoted, got, r)

    def create_order(self, r, call):
        """Makes an unpaid order of one seller. The ref is sent as thirdOrderId, comes back as outOrderId, and
        the list finds orders by it. Over 50 lines 1688 makes several orders, and no document says how the
        answer names them: such an answer is in doubt."""
        if not r.ref:
            raise invalid("ref", "is missing; an order whose answer is lost is found by it")
        body = {"thirdOrderId": r.ref, "flow": ask.option(r.options, "flow", "general"), "message": r.message,
                "isvBizType": ask.option(r.options, "isv_biz_type", "cross"),
                "addressParam": ask.address(r.address), "cargoParamList": ask.cargo(r.lines)}
        got = self._call(call, "create_order", body, r.attempt, ask.private(r.address))
        try:
            return got.read(answer.created, got, r)
        except AdapterError as e:
            e.detail.append("if the order was made, the order list has it under the ref " + r.ref)
            e.detail.extend("the answer names the order " + number for number in answer.named(got.data))
            raise

    def list_orders(self, r, call):
        """Reads one page; a cursor is a page number. Every order is held against the filters once more, so a
        page may hold fewer orders than it counts. dajisaas documents no total: the list ends with a page that
        is short or empty."""
        if r.id:
            return self._list_one(r, call)
        size = min(r.page_size, PAGE_SIZE) if r.page_size > 0 else PAGE_SIZE
        if r.cursor and not re.fullmatch("[1-9][0-9]{0,5}", r.cursor):
            raise invalid("cursor", "is not one of this adapter's; take it from the page before")
        page = int(r.cursor or 1)
        body = {"createStartTime": ask.filter_time(r.created_from_ms), "createEndTime": ask.filter_time(r.created_to_ms),
                "orderStatus": STATUS_WORDS.get(r.status, ""), "outOrderId": r.ref, "page": page, "pageSize": size}
        got = self._call(call, "list_orders", body)
        found = got.read(answer.listed, got)
        return pb.OrderPage(orders=[o for o in found if fits(o, r)], next=str(page + 1) if len(found) >= size else "")

    def _list_one(self, r, call):
        """The list of one id, which the gateway's list cannot filter by."""
        try:
            found = self.get_order(pb.GetOrderRequest(order=pb.OrderRef(id=r.id)), call)
        except AdapterError as e:
            if e.code == pb.ERROR_CODE_NOT_FOUND:
                return pb.OrderPage()
            raise
        return pb.OrderPage(orders=[found] if fits(found, r) else [])

    def get_order(self, r, call):
        """Reads one order afresh. The id goes as text; the receipt takes it as a number."""
        number = ask.number_of(r.order)
        got = self._call(call, "get_order", {"webSite": "1688", "orderId": number})
        found = got.read(trade1688.order)
        if found.order.id != number:
            raise got.bad("it holds another order than the one asked for")
        return found

    def track(self, r, call):
        """Takes carriers and numbers from the order detail. There are no scans to be had."""
        return pb.Tracking(order=r.order, parcels=self.get_order(r, call).parcels, note=NO_TRACE)

    def pay(self, r, call):
        """Debits one order by the account's password-free agreement. Because the answer is not documented,
        the order is read again after it: settled is what that read says, never what the answer says."""
        try:
            got = self._call(call, "pay", {"orderId": ask.number_of(r.order)}, r.attempt)
        except AdapterError as e:
            raise self._sure_of_refusal(e, r, call)
        try:
            spoke = got.data is not None
            refused = answer.paid(got.data)
        except Unreadable:
            spoke, refused = False, None
        if refused:
            raise got.failed(refused)
        try:
            found = self.get_order(r, call)
        except AdapterError as e:  # its kind is that of the read and says nothing of the payment
            raise got.bad("the order cannot be read after it: " + e.message)
        payment = pb.Payment(order=r.order, amount=found.totals.payable if found.totals.HasField("payable") else None,
                             paid_ms=found.times.paid_ms, upstream_status=found.upstream_status)
        if found.status in trade1688.PAID:
            payment.state = pb.PAYMENT_STATE_SETTLED
        elif found.status == pb.STATUS_AWAITING_PAYMENT and spoke:
            payment.state = pb.PAYMENT_STATE_ACCEPTED
        else:
            raise got.bad("it does not say that it paid, and the order is " + pb.Status.Name(found.status))
        return payment

    def _sure_of_refusal(self, e, r, call):
        """Holds the market's refusal of a payment against a fresh read: it is certain only while the order is
        unpaid."""
        if e.outcome != pb.OUTCOME_NOT_DONE or e.code != pb.ERROR_CODE_REFUSED or e.gateway_code != str(answer.REFUSED):
            return e
        try:
            if self.get_order(r, call).status == pb.STATUS_AWAITING_PAYMENT:
                return e
        except AdapterError:
            pass  # then nobody has seen that it is unpaid
        e.outcome = pb.OUTCOME_UNSPECIFIED
        e.message = "1688 refused to pay, but the order is not seen to be unpaid; look at the order"
        return e

    def cancel_order(self, r, call):
        """Cancels an unpaid order. The id is named orderId, as the example, the curl and the English page have
        it; the Chinese table says tradeID. The remark is required."""
        body = {"webSite": "1688", "orderId": ask.number_of(r.order),
                "cancelReason": "buyerCancel", "remark": r.reason or "buyerCancel"}
        got = self._call(call, "cancel_order", body, r.attempt)
        said = got.read(lambda data: answer.verdict(obj(data)))
        if said.success is False:
            raise got.failed(said)
        if said.success is None:
            raise got.bad("it does not say whether it succeeded")
        return pb.Cancellation(order=r.order, state=pb.CANCEL_STATE_DONE)

    def confirm_receipt(self, r, call):
        """Releases the money to the seller and cannot be undone. It takes ids as JSON integers, unlike every
        other call. Without lines the sub-orders are left out, which means the whole order (UPSTREAM)."""
        body = {"orderId": int(ask.number_of(r.order)), "orderEntryIds": ask.line_numbers(r.line_ids) or None}
        got = self._call(call, "confirm_receipt", body, r.attempt)
        if got.data is None:  # code 200 alone is a success too: it is declared as an empty object
            return pb.Receipt(order=r.order)
        for said in got.read(answer.confirmed):
            if said.success is False:
                raise got.failed(said)
        return pb.Receipt(order=r.order)

    def refund(self, r, call):
        raise not_offered(NO_REFUND)

    def get_refund(self, r, call):
        raise not_offered(NO_REFUND)


def fits(o, r):
    """Holds an order against the filters: the gateway may pass over one that it does not know."""
    if r.ref and o.ref != r.ref or r.id and o.order.id != r.id or r.status and o.status != r.status:
        return False
    created = o.times.created_ms
    return not created or (not r.created_from_ms or created >= r.created_from_ms) and (not r.created_to_ms or created < r.created_to_ms)


if __name__ == "__main__":
    sampan_serve.serve(NAME, VERSION, new)
