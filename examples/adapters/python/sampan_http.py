"""HTTP for adapters: one request per write, on one fresh connection, and the proof of what was not sent.

Start reading at Gateway.send. Nothing is repeated, no redirect is followed, and no proxy of the
environment is used. Copy this file beside your adapter. The standard library only.
"""

import http.client
import ipaddress
import re
import socket
import ssl
import threading
import time
import urllib.parse

from sampan.v1 import adapter_pb2 as pb
from sampan_serve import AdapterError, check_attempt, invalid

MAX_BODY = 4 << 20
READ_SECONDS, DIAL_SECONDS = 15, 10
BASE_URL = "settings.base_url"


class Gateway:
    """The door to one gateway. It is safe for many threads."""

    def __init__(self, base_url, allow_private=False):
        self._allow_private = allow_private
        self._base = _parse_base(base_url, allow_private)
        self._plain = self._base.scheme == "http"
        self._port = self._base.port or (80 if self._plain else 443)
        self._tls = None if self._plain else ssl.create_default_context()
        if self._tls:
            self._tls.minimum_version = ssl.TLSVersion.TLSv1_2

    def send(self, call, method, path, body, attempt=None):
        """Sends one JSON request and gives (status, body), whatever the status but 1xx and 3xx.

        With an attempt it is a write: it is sent at most once, not after attempt.not_after_ms, and its
        error is NOT_DONE only if not one byte of the request was given to the connection; every other
        error leaves it in doubt. Error texts name method, path and host, never a header or a body.
        """
        exchange = _Exchange(self, call, method, path, attempt)
        try:
            return exchange.run(body)
        finally:
            exchange.close()

    def _connect(self, exchange):
        """One connection, and only to an address that was looked at: it is dialled by number, so a name
        that changes its address gains nothing."""
        try:
            found = socket.getaddrinfo(self._base.hostname, self._port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):  # the second is a name with a part that is too long
            raise exchange.failure(pb.ERROR_CODE_UNAVAILABLE, "the host's name cannot be resolved") from None
        last = "the connection failed"
        for family, kind, protocol, _, address in found:
            problem = _forbidden(ipaddress.ip_address(address[0].partition("%")[0]), self._allow_private, self._plain)
            if problem:
                raise exchange.failure(pb.ERROR_CODE_INVALID_INPUT, problem, BASE_URL)
            try:
                connection = socket.socket(family, kind, protocol)
            except OSError as e:  # such as IPv6 on a machine without it: the next address may do
                last = _reason(e)
                continue
            try:
                exchange.hold(connection)
                connection.settimeout(min(DIAL_SECONDS, exchange.seconds()))
                connection.connect(address)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connection.settimeout(exchange.seconds())
                return self._tls.wrap_socket(connection, server_hostname=self._base.hostname) if self._tls else connection
            except ssl.SSLCertVerificationError:
                raise exchange.failure(pb.ERROR_CODE_UNAVAILABLE, "the server's certificate is not accepted") from None
            except ssl.SSLError:
                raise exchange.failure(pb.ERROR_CODE_UNAVAILABLE, "the server does not speak TLS as it should") from None
            except OSError as e:
                last = _reason(e)
                connection.close()
        raise exchange.failure(pb.ERROR_CODE_UNAVAILABLE, last)


class _Request(http.client.HTTPConnection):
    """A connection that is made already, is never made again, and notes when it is given the first byte."""

    auto_open = 0

    def __init__(self, connection, exchange):
        super().__init__("given")
        self.sock, self._exchange = connection, exchange

    def send(self, data):
        self._exchange.admit()
        super().send(data)


class _Exchange:
    """One request and its answer, its time, and what is known of it."""

    def __init__(self, gateway, call, method, path, attempt):
        self._gateway, self._call, self._method, self._path, self._attempt = gateway, call, method, path, attempt
        self._sent, self._cut, self._plug, self._lock = False, False, None, threading.Lock()
        self._closing = []
        most = READ_SECONDS
        if attempt is not None:
            check_attempt(attempt)
            most = min(60, (attempt.not_after_ms - time.time_ns() // 1_000_000) / 1000)
        self._until = time.monotonic() + call.remaining(most)
        self._timer = threading.Timer(self.seconds(), self._pull)
        self._timer.daemon = True
        self._timer.start()
        call.on_end(self._pull)

    def run(self, body):
        connection = self._gateway._connect(self)
        self._closing.append(connection)
        request = _Request(connection, self)
        base = self._gateway._base
        try:
            request.request(self._method, base.path + self._path, body, {
                "Host": base.netloc, "Content-Type": "application/json", "Accept": "application/json",
                "User-Agent": "sampan-python", "Connection": "close"})
            return self._read(request.getresponse())
        except OSError as e:
            raise self.failure(pb.ERROR_CODE_UNAVAILABLE, _reason(e)) from None
        except http.client.IncompleteRead:
            raise self.failure(pb.ERROR_CODE_UNAVAILABLE, "the answer broke off") from None
        except (http.client.HTTPException, ValueError):
            raise self.failure(pb.ERROR_CODE_BAD_ANSWER, "the answer is not HTTP as it should be") from None

    def _read(self, answer):
        self._closing.append(answer)
        if answer.status < 200 or 300 <= answer.status < 400:
            raise self.failure(pb.ERROR_CODE_BAD_ANSWER, "HTTP %d, which is not followed; check base_url" % answer.status)
        if answer.getheader("Content-Encoding", "identity").lower() not in ("", "identity"):
            raise self.failure(pb.ERROR_CODE_BAD_ANSWER, "the answer is compressed in a way that was not asked for")
        body = answer.read(MAX_BODY + 1)
        if len(body) > MAX_BODY:
            raise self.failure(pb.ERROR_CODE_BAD_ANSWER, "the answer is larger than %d MiB" % (MAX_BODY >> 20))
        if answer.length or self._cut:  # bytes that were announced are missing
            raise self.failure(pb.ERROR_CODE_UNAVAILABLE, "the answer broke off")
        return answer.status, body

    def admit(self):
        """Is asked before every piece of the request, and has the last word before the first."""
        if self._sent:
            return
        if self._attempt is not None:
            check_attempt(self._attempt)
        if self._cut or self._call.over():
            raise self.failure(pb.ERROR_CODE_CANCELED, "the call's time was over")
        self._sent = True  # from here on nobody can know that the gateway has not seen it

    def seconds(self):
        return max(0.001, self._until - time.monotonic())

    def hold(self, connection):
        """Keeps a second handle of the connection, by which another thread can end it at any moment."""
        with self._lock:
            self._release()
            self._plug = connection.dup()
            if self._cut:
                self._shut()

    def _pull(self):
        with self._lock:
            self._cut = True
            self._shut()

    def _shut(self):
        try:
            if self._plug is not None:
                self._plug.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # it is not connected yet, or no longer

    def _release(self):
        if self._plug is not None:
            self._plug.close()
            self._plug = None

    def close(self):
        self._timer.cancel()
        with self._lock:
            self._release()
        for one in self._closing:
            one.close()

    def failure(self, code, reason, field=""):
        if self._call.over():
            code, reason = pb.ERROR_CODE_CANCELED, "the call was cancelled, or the host's time was over"
        elif self._cut:
            code, reason = pb.ERROR_CODE_UNAVAILABLE, "no answer in time"
        outcome, known = pb.OUTCOME_NOT_DONE, ""
        if self._attempt is not None:
            known = "; nothing was sent"
            if self._sent:
                outcome, known = pb.OUTCOME_UNSPECIFIED, "; the request was sent; look up what became of it before sending again"
        message = "%s %s at %s: %s%s" % (self._method, self._path, self._gateway._base.netloc, reason, known)
        return AdapterError(code, message, outcome, field)


def _reason(e):
    """The kind of a failure in words of ours: the library's may hold anything."""
    for kind, words in ((TimeoutError, "no answer in time"), (socket.timeout, "no answer in time"),
                        (ConnectionRefusedError, "the connection was refused"),
                        (http.client.RemoteDisconnected, "the connection was closed without an answer"),
                        (ConnectionResetError, "the connection was reset"),
                        (BrokenPipeError, "the connection was closed while sending")):
        if isinstance(e, kind):
            return words
    return "the connection failed"


# ---- where may be connected to

_EXAMPLE = 'give it as "https://api.example.com", with a path prefix if the gateway has one'


def _parse_base(text, allow_private):
    """Refuses what is no plain address of a gateway. The text is never repeated: it may hold a password."""
    try:
        base = urllib.parse.urlsplit(text)
        port = base.port
    except ValueError:
        raise invalid(BASE_URL, "is not a URL; " + _EXAMPLE) from None
    if not re.fullmatch(r"[!-~]+", text) or port == 0:
        raise invalid(BASE_URL, "is not a URL; " + _EXAMPLE)
    if base.scheme == "http" and not allow_private:
        raise invalid(BASE_URL, "must start with https://; plain http is for the sandbox only, together with allow_private = true")
    if base.scheme not in ("https", "http"):
        raise invalid(BASE_URL, "must start with https://; " + _EXAMPLE)
    if "@" in text:
        raise invalid(BASE_URL, "must not hold a user name or a password; the keys have settings of their own")
    if not base.hostname or not re.fullmatch(r"[A-Za-z0-9.\-\[\]:]+", base.netloc):
        raise invalid(BASE_URL, "names no host; " + _EXAMPLE)
    if "?" in text or "#" in text:
        raise invalid(BASE_URL, "must end with the host or a path prefix")
    path = base.path.rstrip("/")
    if not re.fullmatch(r"(/[A-Za-z0-9_.~-]+)*", path) or re.search(r"/\.\.?(/|$)", path):
        raise invalid(BASE_URL, "has a path prefix with escapes, empty parts or dots; write the plain prefix, such as /pandapon")
    try:
        problem = _forbidden(ipaddress.ip_address(base.hostname), allow_private, base.scheme == "http")
    except ValueError:
        problem = ""  # a name; its addresses are looked at when it is dialled
    if problem:
        raise invalid(BASE_URL, problem)
    return base._replace(path=path)


# No addresses of public hosts (IANA special-purpose registries). Of IPv6 only 2000::/3 is handed out.
_RESERVED = [ipaddress.ip_network(n) for n in (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
    "224.0.0.0/4", "240.0.0.0/4", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")]
_PUBLIC_V6 = ipaddress.ip_network("2000::/3")


def _forbidden(ip, allow_private, plain):
    """Why an address may not be dialled, or ""."""
    ip = getattr(ip, "ipv4_mapped", None) or ip
    if plain and not ip.is_loopback:
        return "uses plain http, which is allowed to this machine's loopback address only; use https"
    public = ip in _PUBLIC_V6 if ip.version == 6 else True
    if not allow_private and (not public or any(ip.version == n.version and ip in n for n in _RESERVED)):
        return ("leads to %s, which is no public address; give the gateway's public address, "
                "or set allow_private = true for the sandbox" % ip)
    return ""
