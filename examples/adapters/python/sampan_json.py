"""Reads JSON as strangers send it: ids exact, money as text, times in many forms, JSON in strings.

loads() keeps every number as the text that was sent (Num); no float is ever made. The readers below
take null, and refuse (never guess) what they do not read. An error names the place and never a value:
the message holds addresses and phones. Copy this file beside your adapter. The standard library only.
"""

import calendar
import decimal
import functools
import json
import re
import unicodedata

MAX_STRING, MAX_ELEMENTS, MAX_NUMBER = 64 << 10, 10_000, 64


class Unreadable(Exception):
    """What is wrong, without a value of the message."""


class Num(str):
    """A number, as the text that was sent."""


def loads(data):
    """One JSON value. Refused are bytes after it, invalid UTF-8, two names of an object that are equal
    or differ only in case, NaN, and sizes that nobody sends in earnest."""
    try:
        text = data.decode("utf-8") if isinstance(data, bytes) else data
        return json.loads(text, parse_int=_number, parse_float=_number, parse_constant=_refuse, object_pairs_hook=_object)
    except Unreadable:
        raise
    except (ValueError, RecursionError):  # UnicodeDecodeError is a ValueError
        raise Unreadable("not one JSON value") from None


_HALF = re.compile("[\ud800-\udfff]")  # half of a surrogate pair, which is no text


def _number(token):
    if len(token) > MAX_NUMBER:
        raise Unreadable("a number over %d bytes" % MAX_NUMBER)
    return Num(token)


def _refuse(_):
    raise Unreadable("not one JSON value")


def _object(pairs):
    found, folded = {}, set()
    for name, value in pairs:
        if name.casefold() in folded:
            raise Unreadable("a name that is there twice")
        if isinstance(value, str) and len(value) > MAX_STRING or isinstance(value, list) and len(value) > MAX_ELEMENTS:
            raise Unreadable("a text or a list that is too long")
        folded.add(name.casefold())
        found[name] = _HALF.sub("\ufffd", value) if isinstance(value, str) and not isinstance(value, Num) else value
    return found


def at(place, read, *args):
    """read(*args), with the place in its error."""
    try:
        return read(*args)
    except Unreadable as e:
        raise Unreadable("%s: %s" % (place, e)) from None


# ---- members


def obj(value):
    """An object; {} for null."""
    if value is not None and not isinstance(value, dict):
        raise Unreadable("not an object")
    return value or {}


def rows(value):
    """A list, or one object in the place of a list of one; [] for null."""
    if value is not None and not isinstance(value, (list, dict)):
        raise Unreadable("not a list")
    return [value] if isinstance(value, dict) else value or []


def embedded(value):
    """An object or a list that gateways also send as a text which holds its JSON; None for null and ""."""
    if isinstance(value, str) and not isinstance(value, Num):
        value = value.strip()
        if value and value[0] not in "{[":
            raise Unreadable("a text without an object or a list")
        return loads(value) if value else None
    return value


def text(value):
    """A text; numbers and truths as they were sent, "" for null."""
    if value is None:
        return ""
    if value is True or value is False:
        return "true" if value else "false"
    if not isinstance(value, str):
        raise Unreadable("an object or a list where text is read")
    return str(value)


def ident(value):
    """An id: text as it is, or an integer with its exact digits."""
    if value is None:
        return ""
    if not isinstance(value, str) or len(value.encode("utf-8", "replace")) > 256 or isinstance(value, Num) and not re.fullmatch(r"-?[0-9]{1,19}", value):
        raise Unreadable("not an id")
    return str(value)


def whole(value):
    """A whole number, also 3.0, "3" and Java's 3E+2; None for null and "". """
    if value is None or value == "":
        return None
    if not isinstance(value, str) or not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,2})?", value):
        raise Unreadable("not a whole number")
    number = decimal.Decimal(str(value))
    if number != number.to_integral_value() or abs(number) >= 2**63:
        raise Unreadable("not a whole number")
    return int(number)


def flag(value):
    """True, False, or None where nothing is said."""
    for known in (True, False):
        if value is known or value == ("true" if known else "false"):
            return known
    if value is None or value == "":
        return None
    raise Unreadable("not true or false")


# ---- money: text in, text out; None is "not known"

# Every operation names this context: the default one would round to 28 digits in silence.
_exact = decimal.Context(prec=80, traps=[decimal.Inexact, decimal.InvalidOperation])
MAX_DIGITS, MAX_SCALE = 38, 18  # those of the host's amounts


def yuan(value):
    """An amount in yuan as "232.00". A digit behind the fen is an error: nothing is rounded."""
    number = _amount(value)
    return None if number is None else _plain(number, 2)


def fen(value):
    """An amount in whole fen as yuan: 1196 is "11.96". A point or an exponent is an error: it may be yuan."""
    if value is None or value == "":
        return None
    if not isinstance(value, str) or not re.fullmatch(r"0|-?[1-9][0-9]{0,18}", value) or not -(2**63) <= int(value) < 2**63:
        raise Unreadable("not an amount in whole fen")
    return _plain(decimal.Decimal(str(value)).scaleb(-2, _exact), 2)


def unit_yuan(value):
    """The price of one piece in yuan, with up to 8 decimals."""
    number = _amount(value)
    if number is None:
        return None
    price = _plain(number, 8)
    return price[:-6] + price[-6:].rstrip("0")


def total(amounts):
    """The sum of amounts, None where one of them is not known."""
    if not amounts or None in amounts:
        return None
    return _plain(functools.reduce(_exact.add, map(decimal.Decimal, amounts)), 2)


def _amount(value):
    """A number as gateways print it: Java's 1E+3 and 0E-10 are taken."""
    if value is None or value == "":
        return None
    found = re.fullmatch(r"-?([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]{1,2}))?", value) if isinstance(value, str) else None
    if not found:
        raise Unreadable("not an amount")
    digits, fraction, exponent = found.group(1), found.group(2) or "", int(found.group(3) or 0)
    if len(digits + fraction) > MAX_DIGITS or abs(exponent) > MAX_SCALE or len(fraction) - exponent > MAX_SCALE:
        raise Unreadable("an amount that is too long")
    return decimal.Decimal(str(value))


def _plain(number, places):
    try:
        exact = _exact.quantize(number, decimal.Decimal((0, (1,), -places)))
    except decimal.DecimalException:
        raise Unreadable("an amount with more decimals than its currency has") from None
    if len(exact.as_tuple().digits) - places + 2 > MAX_DIGITS:
        raise Unreadable("an amount that is too long")
    return format(abs(exact) if exact.is_zero() else exact, "f")  # never "-0.00"


# ---- times and texts

_TIME = re.compile(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})[T ]?([0-9]{2}):?([0-9]{2}):?([0-9]{2})"
                   r"(?:\.?([0-9]{3})[0-9]{0,6})?(?:(Z)|([+-])([0-9]{2}):?([0-9]{2}))?")


def millis(value):
    """A time as milliseconds since 1970, 0 where it is missing or in no known form: a time is not worth
    losing an order's money and ids. One without a zone is Beijing's."""
    try:
        written = re.sub(r":\s+", ":", text(value).strip())
    except Unreadable:
        return 0
    if re.fullmatch(r"[0-9]{10}|[0-9]{13}", written):
        return int(written) * (1000 if len(written) == 10 else 1)
    found = _TIME.fullmatch(written)
    if not found:
        return 0
    year, month, day, hour, minute, second = map(int, found.group(1, 2, 3, 4, 5, 6))
    if year < 1 or not 1 <= month <= 12 or not 1 <= day <= calendar.monthrange(year, month)[1] or hour > 23 or minute > 59 or second > 59:
        return 0
    utc, sign, hours, minutes = found.group(8, 9, 10, 11)
    offset = 0 if utc else 8 * 3600
    if sign:
        offset = (int(hours) * 3600 + int(minutes) * 60) * (1 if sign == "+" else -1)
    return (calendar.timegm((year, month, day, hour, minute, second)) - offset) * 1000 + int(found.group(7) or 0)


# Characters that turn the direction of text (Unicode Bidi_Control).
_BIDI = {0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}


def clean(value):
    """A stranger's text, safe for a terminal and a log."""
    out = []
    for c in text(value):
        if c in "\t\n\r\u2028\u2029":
            out.append(" ")
        elif unicodedata.category(c) != "Cc" and ord(c) not in _BIDI:
            out.append(c)
    return "".join(out)
