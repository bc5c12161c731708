"""What is sent to dajisaas: each function makes one part of a body, and refuses what dajisaas would take
otherwise than it was meant. No error repeats a value."""

import datetime
import hashlib
import json
import re

from answer import is_number
from sampan_serve import invalid

MAX_LINES = 100  # documented: one create takes 100 SKUs of one supplier
BEIJING = datetime.timezone(datetime.timedelta(hours=8))

OPTIONS = {
    "flow": "how 1688 sells: general (the default), fenxiao, saleproxy, paired, boutiquefenxiao, boutiquepifa; "
            "passed on as it is",
    "isv_biz_type": "the kind of business (isvBizType): cross (the default) or cross_daigou; passed on as it is",
}

# The first two digits of district codes (GB/T 2260).
PROVINCES = {
    "11": "北京", "12": "天津", "13": "河北", "14": "山西", "15": "内蒙古", "21": "辽宁", "22": "吉林", "23": "黑龙江",
    "31": "上海", "32": "江苏", "33": "浙江", "34": "安徽", "35": "福建", "36": "江西", "37": "山东", "41": "河南",
    "42": "湖北", "43": "湖南", "44": "广东", "45": "广西", "46": "海南", "50": "重庆", "51": "四川", "52": "贵州",
    "53": "云南", "54": "西藏", "61": "陕西", "62": "甘肃", "63": "青海", "64": "宁夏", "65": "新疆", "71": "台湾",
    "81": "香港", "82": "澳门",
}


def sealed(body, app_key, app_secret, signed):
    """A whole body: what is asked, the appKey, and the sign or the secret, never both; and the one of them.
    Empty texts are left out: clients disagree on whether these enter the sign."""
    members = {name: value for name, value in body.items() if value not in ("", None)}
    members["appKey"] = app_key
    name, proof = ("sign", sign(members, app_secret)) if signed else ("appSecret", app_secret)
    members[name] = proof
    return compact(members).encode("utf-8"), proof


def sign(members, app_secret):
    """dajisaas' flat rule, as three independent clients implement it (CLIENT A, B, C): key=value by key in
    code unit order, raw values, joined with "&", then "&secret=" and the secret, as upper-case hex MD5. For
    objects and lists the rule is UNKNOWN; they enter as their compact JSON, exactly as sent."""
    hashed = "".join("%s=%s&" % (name, value if isinstance(value, str) else compact(value))
                     for name, value in sorted(members.items()) if name != "sign")
    return hashlib.md5((hashed + "secret=" + app_secret).encode("utf-8")).hexdigest().upper()


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def number_of(order):
    if not is_number(order.id):
        raise invalid("order.id", "is not an order number of 1688, which has digits only")
    return order.id


def line_numbers(ids):
    """As JSON integers, with all their digits."""
    for i, line in enumerate(ids):
        if not is_number(line):
            raise invalid("lines[%d]" % i, "is not a line number of 1688, which has digits only")
    return [int(line) for line in ids]


def option(given, name, default):
    """One of CreateOrderRequest.options. One that would be ignored may change what is bought."""
    for other in sorted(given):
        if other not in OPTIONS:
            raise invalid("options." + other, "is not known; there are " + " and ".join(OPTIONS))
    return given.get(name) or default


def cargo(lines):
    """The goods of one seller. Those without variants have no specId."""
    if not 1 <= len(lines) <= MAX_LINES:
        raise invalid("lines", "has %d entries; dajisaas takes 1 to %d in one order" % (len(lines), MAX_LINES))
    goods, seller = [], ""
    for i, line in enumerate(lines):
        where = "lines[%d]." % i
        if not is_number(line.product_id):
            raise invalid(where + "product_id", "is not an offer number of 1688 (offerId), which has digits only")
        if line.sku_id and not line.spec_id:
            raise invalid(where + "spec_id", "is missing; dajisaas takes a variant by its specId, and would not see the sku_id")
        if seller and line.seller_id and line.seller_id != seller:
            raise invalid(where + "seller_id", "is another seller's than the lines before; dajisaas takes the goods of one seller in one order")
        if line.quantity < 1:
            raise invalid(where + "quantity", "must be 1 or more")
        seller = line.seller_id or seller
        variant = {"specId": line.spec_id} if line.spec_id else {}
        goods.append({"offerId": int(line.product_id), **variant, "quantity": line.quantity})
    return goods


def address(a):
    """Where goods go. The district code wins over the text, in silence, so it is required and its province is
    held against the text; a code of another city in the same province cannot be seen here."""
    for field in ("name", "mobile", "province", "city", "district", "street", "district_code"):
        if not getattr(a, field).strip():
            raise invalid("address." + field, "is missing; dajisaas needs it")
    province = PROVINCES.get(a.district_code[:2]) if re.fullmatch("[0-9]{6}", a.district_code) else None
    if province is None or not a.province.strip().startswith(province):
        raise invalid("address.district_code", "is not of the province in address.province (in Chinese, such as 浙江省); "
                      "dajisaas follows the code and not the text, so the goods would go elsewhere")
    town = {"townText": a.town} if a.town else {}  # not every district has towns
    return {"fullName": a.name, "mobile": a.mobile, "phone": a.phone or a.mobile, "postCode": a.postcode or "000000",
            "cityText": a.city, "provinceText": a.province, "areaText": a.district, **town,
            "address": a.street, "districtCode": a.district_code}


def private(a):
    """The parts of an address that no error may repeat."""
    return (a.street, a.name, a.mobile, a.phone, a.town, a.district, a.city, a.province, a.postcode)


def filter_time(ms):
    """yyyyMMddHHmmssSSS+0800, which is not how the answers write times; "" where it is open."""
    if ms == 0:
        return ""
    try:
        when = datetime.datetime.fromtimestamp(ms // 1000, BEIJING)
    except (ValueError, OverflowError, OSError):
        raise invalid("created", "is no time that can be asked for") from None
    return when.strftime("%Y%m%d%H%M%S") + "%03d+0800" % (ms % 1000)
