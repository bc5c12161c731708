"""Reads the trade object of 1688, as dajisaas' detail and list pass it through.

Amounts are yuan with decimals, except baseInfo.discount, which is whole fen. Nothing is taken from
sums: totals that do not add up are passed on as they came. The facts and their sources are those of
adapters/trade1688; left out here are refunds[] and raw_json.
"""

import re

from sampan.v1 import adapter_pb2 as pb
from sampan_json import Unreadable, at, clean, embedded, fen, ident, millis, obj, rows, text, unit_yuan, whole, yuan

MAX_LINES = 500


def order(value):
    """One trade object as pb.Order. Unreadable: it is none, its id is missing, or an amount cannot be
    read exactly. Unknown words and members, and times in no known form, are no errors."""
    trade = obj(embedded(value))
    base = _part(trade, "baseInfo")
    if base is None:
        raise Unreadable("it has no baseInfo")
    number = _order_id(base)
    logistics = _part(trade, "nativeLogistics") or {}
    paid = _paid(trade, base)
    totals = _totals(base)
    items = _parts(trade, "productItems")
    if len(items) > MAX_LINES:
        raise Unreadable("productItems: over %d lines" % MAX_LINES)
    lines = [at("productItems[%d]" % i, _line, item, paid) for i, item in enumerate(items)]
    word = clean(base.get("status"))
    status = _order_status(word, paid, lines)
    made = pb.Order(
        ref=at("baseInfo.outOrderId", ident, base.get("outOrderId")), order=pb.OrderRef(id=number), marketplace_ids=[number],
        market="1688", status=status, upstream_status=word, lines=lines, totals=totals, times=_times(base, status, paid),
        seller_id=at("baseInfo.sellerID", ident, base.get("sellerID")), seller_name=clean(base.get("sellerLoginId")),
        parcels=[_parcel(obj(p), lines) for p in _parts(logistics, "logisticsItems")])
    address = _address(logistics, _part(base, "receiverInfo") or {})
    if address is not None:
        made.address.CopyFrom(address)
    return made


def money(amount):
    """A pb.Money, or None where the amount is not known."""
    return None if amount is None else pb.Money(amount=amount, currency="CNY")


def _part(of, name):
    """A member that is an object, or a text that holds one; None where there is none."""
    value = at(name, embedded, of.get(name))
    return None if value is None else at(name, obj, value)


def _parts(of, name):
    return at(name, rows, at(name, embedded, of.get(name)))


# ---- ids


def _order_id(base):
    """The string twin first: gateways that pass through JavaScript round the number."""
    found = _either(_exact_id(base.get("idOfStr")), _exact_id(base.get("id")))
    if not found:
        raise Unreadable("baseInfo.id: no exact id")
    return found


def _line_id(item):
    """The string twin, else the id in the address of the line's snapshot, which is text and so exact,
    else the number. A line may have none."""
    found = re.search(r"[?&]order_entry_id=([0-9]{1,19})(?:[&#]|$)", clean(item.get("productSnapshotUrl")).strip())
    return _either(_exact_id(item.get("subItemIDString")), found.group(1) if found else "", _exact_id(item.get("subItemID")))


def _either(*found):
    """The first that says something."""
    return next((one for one in found if one), "")


def _exact_id(value):
    digits = text(value).strip()
    return digits if re.fullmatch(r"[0-9]{1,19}", digits) and digits.strip("0") else ""


# ---- status

# 1688's words for where an order or a line stands (UPSTREAM but for success and cancel). The list is open.
STATUSES = {
    "waitbuyerpay": pb.STATUS_AWAITING_PAYMENT,
    "waitsellersend": pb.STATUS_PAID,
    "waitlogisticstakein": pb.STATUS_SHIPPED,
    "waitbuyerreceive": pb.STATUS_SHIPPED,
    "waitbuyersign": pb.STATUS_SHIPPED,
    "signinsuccess": pb.STATUS_RECEIVED,
    "confirmgoods": pb.STATUS_RECEIVED,
    "success": pb.STATUS_COMPLETED,
    "cancel": pb.STATUS_CANCELLED,
    "terminated": pb.STATUS_CLOSED,
}

# The statuses that only a paid order has.
PAID = {pb.STATUS_PAID, pb.STATUS_PARTLY_SHIPPED, pb.STATUS_SHIPPED, pb.STATUS_RECEIVED, pb.STATUS_COMPLETED}


def _status(word, paid=False):
    """1688 says cancel before and after payment."""
    status = STATUSES.get(word.strip().lower().replace("_", ""), pb.STATUS_UNSPECIFIED)
    return pb.STATUS_CLOSED if status == pb.STATUS_CANCELLED and paid else status


def _order_status(word, paid, lines):
    """Sees the lines too: the order's word does not tell that only some were sent."""
    status = _status(word, paid)
    found = {line.status for line in lines}
    sent = {pb.STATUS_SHIPPED, pb.STATUS_RECEIVED, pb.STATUS_COMPLETED}
    if status == pb.STATUS_SHIPPED and pb.STATUS_PAID in found or status == pb.STATUS_PAID and found & sent:
        return pb.STATUS_PARTLY_SHIPPED
    return status


def _paid(trade, base):
    """Whether the order was paid for certain: by its word, or by a pay status of paid, paid back or handed
    on to the seller. A payTime alone proves nothing: it is sent on orders that were cancelled unpaid."""
    return _status(text(base.get("status"))) in PAID or any(
        one.get("payStatus") in ("2", "4", "6")
        for terms in (trade.get("tradeTerms"), base.get("newStepOrderList")) for one in _loose(terms, "payStatus"))


def _loose(value, *names):
    """A list of objects whose loss costs neither money nor an id, with the members named as texts. What has
    another shape is left out."""
    found = []
    try:
        for one in rows(embedded(value)):
            try:
                one = obj(embedded(one))
                found.append({name: text(one.get(name)) for name in names})
            except Unreadable:
                pass
    except Unreadable:
        pass
    return found


# ---- sums, times, lines, parcels, address


def _totals(base):
    """Each sum as it is sent. discount keeps its sign: a price that the seller lowered is negative."""
    if text(base.get("currency")) not in ("", "CNY", "RMB", "156"):
        raise Unreadable("baseInfo.currency: the amounts are not in yuan")
    discount = at("baseInfo.discount", fen, base.get("discount"))
    refunded = at("baseInfo.refund", yuan, base.get("refund"))
    return pb.Totals(payable=money(at("baseInfo.totalAmount", yuan, base.get("totalAmount"))),
                     goods=money(at("baseInfo.sumProductPayment", yuan, base.get("sumProductPayment"))),
                     shipping=money(at("baseInfo.shippingFee", yuan, base.get("shippingFee"))),
                     discount=money(None if discount == "0.00" else discount),
                     refunded=money(refunded if refunded and refunded != "0.00" and refunded[0] != "-" else None))


def _times(base, status, paid):
    """A moment only where the status says that it was one: gateways send completeTime for whatever ended
    an order."""
    ended = millis(base.get("completeTime"))
    return pb.Times(created_ms=millis(base.get("createTime")), shipped_ms=millis(base.get("allDeliveredTime")),
                    received_ms=millis(base.get("receivingTime")) or millis(base.get("confirmedTime")),
                    paid_ms=millis(base.get("payTime")) if paid else 0,
                    completed_ms=ended if status == pb.STATUS_COMPLETED else 0,
                    cancelled_ms=ended if status in (pb.STATUS_CANCELLED, pb.STATUS_CLOSED) else 0)


def _line(value, paid):
    item = obj(value)
    attributes = {}
    try:
        pieces = whole(item.get("quantity")) or 0
    except Unreadable:
        pieces = -1
    if pieces < 0:  # goods that are sold by a fraction of a unit: not known, and what was sent is kept
        pieces, attributes["quantity"] = 0, clean(item.get("quantity"))
    for info in _loose(item.get("skuInfos"), "name", "value"):  # it only describes the goods
        if clean(info["name"]):
            attributes[clean(info["name"])] = clean(info["value"])
    word = clean(item.get("status"))
    return pb.Line(id=_line_id(item), product_id=at("productID", ident, item.get("productID")),
                   sku_id=at("skuID", ident, item.get("skuID")), spec_id=at("specId", ident, item.get("specId")),
                   name=clean(item.get("name")), quantity=pieces, unit=clean(item.get("unit")),
                   unit_price=money(at("price", unit_yuan, item.get("price"))),
                   amount=money(at("itemAmount", yuan, item.get("itemAmount"))),
                   status=_status(word, paid), upstream_status=word, attributes=attributes)


def _parcel(item, lines):
    """Sellers write 不需要物流 ("needs no carrier") where the waybill stands; subItemIds also names
    sub-items that are no line. type 2: handed over without a carrier."""
    number = text(item.get("logisticsBillNo")).strip()
    if text(item.get("type")) == "2" or not re.fullmatch(r"[A-Za-z0-9-]{4,64}", number) or not re.search("[0-9]", number):
        number = ""
    known, found = {line.id for line in lines}, []
    for one in (part.strip() for part in text(item.get("subItemIds")).split(",")):
        if one and one in known and one not in found:
            found.append(one)
    return pb.Parcel(carrier=clean(item.get("logisticsCompanyName")), carrier_code=clean(item.get("logisticsCompanyNo")),
                     number=number, line_ids=found)


def _address(native, receiver):
    """That of nativeLogistics; receiverInfo fills what is missing there. None where neither says anything."""
    def first(name, other):
        return _either(clean(native.get(name)), clean(receiver.get(other)))

    found = pb.Address(
        name=first("contactPerson", "toFullName"), mobile=first("mobile", "toMobile"), phone=first("telephone", "toPhone"),
        province=clean(native.get("province")), city=clean(native.get("city")), district=clean(native.get("area")),
        town=clean(native.get("town")), street=clean(native.get("address")), postcode=first("zip", "toPost"),
        district_code=first("areaCode", "toDivisionCode"))
    area = clean(receiver.get("toArea"))
    # toArea holds province, city and district too, so that it stands alone or not at all.
    if not (found.province or found.city or found.district or found.town or found.street):
        found.street = area
    return found if found.ByteSize() else None
