"""Serves a Sampan adapter that is written in Python. Copy this file, and import it first:

    import sampan_serve  # first: from here on, what is printed cannot break the start
    ...
    sampan_serve.serve("tea", "0.1.0", new)  # new(account, settings_json) gives your adapter

An adapter is any object with methods named as the operations are: describe(call), and
create_order(request, call), pay(request, call), list_orders(request, call) (one page) and so on. A
method gets the contract's request, returns the contract's result (pb.Order, pb.Payment, ...) or
raises AdapterError, and is called by many threads at once. A method that is missing answers
"unsupported".

What this file owes to the host stands in plugin/serve.go and in the contract,
plugin/proto/sampan/v1/adapter.proto. It needs Python 3.9, grpcio, protobuf and cryptography.
"""

import os
import sys

COOKIE, COOKIE_VALUE = "SAMPAN_ADAPTER", "8f4f2f0c-adapter-of-one-account"

# Before anything else is imported: standard output carries one line, the handshake, and nothing that
# the program, a library or a child prints may stand before it.
_handshake_fd = -1
if os.environ.get(COOKIE) == COOKIE_VALUE:
    _handshake_fd = os.dup(1)
    os.dup2(2, 1)
    sys.stdout.reconfigure(line_buffering=True)

# ruff: noqa: E402
import base64
import datetime
import functools
import hashlib
import json
import logging
import re
import signal
import tempfile
import threading
import time
import traceback
from concurrent import futures

try:
    import grpc
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    from sampan.v1 import adapter_pb2 as pb
except ImportError as missing:
    sys.exit("%s has no module %s; install grpcio, protobuf and cryptography "
             "(Debian: python3-grpcio python3-protobuf python3-cryptography)" % (sys.executable, missing.name))

CONTRACT_MINOR = 1  # of sampan/v1/adapter.proto
MAX_MESSAGE = 8 << 20  # in both directions
MAX_LOG_LINE = 32 << 10
WORKERS = 64  # threads; a call that has no thread waits, and its time runs


# ---- errors


class AdapterError(Exception):
    """The verdict on a call. On a write, outcome is pb.OUTCOME_NOT_DONE only where nothing was sent,
    or where the gateway refused with a word that is known to mean "no effect". No member may hold a
    body, an address, a phone, a key or a signature."""

    def __init__(self, code, message, outcome=pb.OUTCOME_UNSPECIFIED, field="", detail=(),
                 gateway_code="", gateway_message="", gateway_request_id=""):
        super().__init__(message)
        self.code, self.message, self.outcome, self.field = code, message, outcome, field
        self.detail = list(detail)
        self.gateway_code, self.gateway_message = gateway_code, gateway_message
        self.gateway_request_id = gateway_request_id


def invalid(field, message):
    """The request or the settings are wrong; nothing was sent."""
    return AdapterError(pb.ERROR_CODE_INVALID_INPUT, message, pb.OUTCOME_NOT_DONE, field)


def not_offered(reason):
    """The gateway or the adapter has no such operation; reason says why, and what to set."""
    return AdapterError(pb.ERROR_CODE_UNSUPPORTED, reason, pb.OUTCOME_NOT_DONE)


def check_attempt(attempt):
    """Refuses a write that must not be sent now. Call it last before the first byte, too."""
    if attempt.no < 1 or attempt.signed_at_ms <= 0 or attempt.not_after_ms <= 0:
        raise invalid("attempt", "is missing: a write needs number, signing time and deadline")
    if time.time_ns() // 1_000_000 > attempt.not_after_ms:
        raise AdapterError(pb.ERROR_CODE_CANCELED, "the attempt's time was over before it was sent; "
                           "call again with the same ref", pb.OUTCOME_NOT_DONE, "attempt.not_after")


def check_words(request):
    """Refuses a word of a newer contract: read as "none" it would ask for something else."""
    for field in request.DESCRIPTOR.fields:
        if field.enum_type and getattr(request, field.name) not in field.enum_type.values_by_number:
            raise AdapterError(pb.ERROR_CODE_UNSUPPORTED, "is a word of a newer contract than this adapter's",
                               pb.OUTCOME_NOT_DONE, field.name)


def read_settings(text, known):
    """The account's settings as a dict. known has the type of each name, str or bool. Strict, because
    a setting that is silently ignored may be a limit that is not there. No error repeats a value."""
    try:
        settings = json.loads(text or b"{}")
    except ValueError:
        settings = None
    if not isinstance(settings, dict):
        raise invalid("settings", "cannot be read as a JSON object")
    for name in sorted(settings):
        value = settings[name]
        if name not in known:
            raise invalid("settings." + name, "is not a setting of this adapter; it knows " + ", ".join(sorted(known)))
        if value is not None and not isinstance(value, known[name]):
            raise invalid("settings." + name, "must be " + {str: "text", bool: "true or false"}[known[name]])
    return {name: value for name, value in settings.items() if value is not None}


# ---- one call


class Call:
    """What an operation may know of the call that it serves."""

    def __init__(self, op, write, context):
        self.op, self.write, self._context = op, write, context

    def over(self):
        """True once nobody waits any more: cancelled, or the host's deadline has passed."""
        return not self._context.is_active()

    def remaining(self, most):
        """Seconds until the host's deadline, and never more than most."""
        left = self._context.time_remaining()
        return most if left is None else max(0.0, min(most, left))

    def on_end(self, act):
        """Runs act when the call ends in whatever way; at once if it has ended."""
        if not self._context.add_callback(act):
            act()


class _Service:
    """The adapter's end of every call: exceptions become verdicts, here and nowhere else."""

    def __init__(self, new):
        self._new, self._adapter, self._configuring = new, None, threading.Lock()

    def handler(self):
        """One row per method of the contract."""
        rows = {}
        for method in pb.DESCRIPTOR.services_by_name["AdapterService"].methods:
            streams = method.name == "ListOrders"
            kind = grpc.unary_stream_rpc_method_handler if streams else grpc.unary_unary_rpc_method_handler
            rows[method.name] = kind(functools.partial(self.pages if streams else self.answer, method),
                                     request_deserializer=getattr(pb, method.input_type.name).FromString,
                                     response_serializer=getattr(pb, method.output_type.name).SerializeToString)
        return grpc.method_handlers_generic_handler("sampan.v1.AdapterService", rows)

    def answer(self, method, request, context):
        op = re.sub(r"(?<!^)(?=[A-Z])", "_", method.name).lower()  # CreateOrder: create_order
        write = "attempt" in method.input_type.fields_by_name  # writes carry one, and only writes
        reply = getattr(pb, method.output_type.name)
        result = [f.name for f in method.output_type.fields if f.name != "error"]
        try:
            done = self._do(op, request, Call(op, write, context))
            return reply(**{result[0]: done}) if result else reply()
        except AdapterError as e:
            return reply(error=_verdict(e, op, write))
        except BaseException as e:  # also what a library exits with: one bad call must not take others along
            stack = _stack(e)
            mark = hashlib.sha256(stack.encode()).hexdigest()[:8]
            log.error("exception in %s: %s (stack %s): %s", op, type(e).__name__, mark, stack)
            fault = AdapterError(pb.ERROR_CODE_UNSPECIFIED, "the adapter raised %s (stack %s in its log)" % (type(e).__name__, mark))
            return reply(error=_verdict(fault, op, write))

    def pages(self, method, request, context):
        """Page after page until the last, max_pages, an error, or until the host stops reading."""
        sent = 0
        while True:
            reply = self.answer(method, request, context)
            following = reply.page.next
            if following and following == request.cursor:
                lost = AdapterError(pb.ERROR_CODE_BAD_ANSWER, "the list does not move on: the next page is the one just read")
                reply = pb.ListOrdersResponse(error=_verdict(lost, "list_orders", False))
            yield reply
            sent += 1
            if reply.HasField("error") or not following or sent == request.max_pages:
                return
            request.cursor = following

    def _do(self, op, request, call):
        if op == "configure":
            return self._configure(request)
        if self._adapter is None:
            raise invalid("settings", "are missing: the host has not called Configure")
        operation = getattr(self._adapter, op, None)
        if operation is None:
            raise not_offered("this adapter does not implement it")
        if call.over():
            raise AdapterError(pb.ERROR_CODE_CANCELED, "the call was over before it began", pb.OUTCOME_NOT_DONE)
        if op == "describe":
            description = operation(call)
            description.contract_minor = CONTRACT_MINOR
            description.features.extend(f for f in ("prove_fence",) if hasattr(self._adapter, f))
            return description
        check_words(request)
        if call.write:
            check_attempt(request.attempt)
        return operation(request, call)

    def _configure(self, request):
        with self._configuring:
            if self._adapter is not None:
                raise invalid("settings", "were given already; start a new process for other settings")
            self._adapter = self._new(request.account, request.settings_json)


def _verdict(e, op, write):
    outcome = e.outcome if write else pb.OUTCOME_NOT_DONE
    return pb.Error(code=e.code, outcome=outcome, op=op, field=_short(e.field), message=_short(e.message),
                    gateway_code=_short(e.gateway_code), gateway_message=_short(e.gateway_message),
                    gateway_request_id=_short(e.gateway_request_id), detail=[_short(d) for d in e.detail[:64]])


def _short(text):
    """Fit for the wire: bounded, and without halves of surrogate pairs, which are no UTF-8."""
    return str(text).encode("utf-8", "replace")[:4096].decode("utf-8", "ignore")


def _stack(e):
    """Where e came from. Its text stays out: it may hold a value, and values may be private."""
    return " < ".join("%s:%d %s" % (os.path.basename(f.filename), f.lineno, f.name)
                      for f in reversed(traceback.extract_tb(e.__traceback__)))


# ---- the log

log = logging.getLogger("sampan")


class _Lines(logging.Handler):
    """JSON lines in hclog's form, by which the host knows the level."""

    def emit(self, record):
        level = "error" if record.levelno >= logging.ERROR else "warn" if record.levelno >= logging.WARNING \
            else "info" if record.levelno >= logging.INFO else "debug"
        try:
            message = record.getMessage().encode("utf-8", "replace")[:MAX_LOG_LINE // 4].decode("utf-8", "ignore")
            stamp = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            line = {"@level": level, "@message": message, "@timestamp": stamp, "logger": record.name}
            os.write(2, json.dumps(line, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
        except Exception:  # a log that nobody reads must not stop a write
            pass


def _take_over_log():
    logging.basicConfig(level=logging.INFO, handlers=[_Lines()], force=True)
    sys.excepthook = lambda kind, e, tb: log.error("the adapter ends: %s: %s", kind.__name__, _stack(e))
    threading.excepthook = lambda a: log.error("a thread ends: %s: %s", a.exc_type.__name__, _stack(a.exc_value))


# ---- the process


def serve(name, version, new):
    """Serves until the host is done. It is the last line of an adapter's program."""
    if _handshake_fd < 0:
        print(_EXPLANATION % (name, version, sys.argv[0]), file=sys.stderr)
        sys.exit(2)
    _take_over_log()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the host decides when an adapter ends
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)  # the log's reader may go in the middle of a write
    _end_with_host()
    host_certificate = os.environ.get("PLUGIN_CLIENT_CERT", "")
    if not host_certificate:
        log.error("the host gives no certificate (PLUGIN_CLIENT_CERT); without mutual TLS nothing is served")
        sys.exit(1)

    over = threading.Event()
    server = grpc.server(futures.ThreadPoolExecutor(WORKERS), options=[
        ("grpc.max_receive_message_length", MAX_MESSAGE), ("grpc.max_send_message_length", MAX_MESSAGE)])
    server.add_generic_rpc_handlers((_Service(new).handler(),) + _runtime_handlers(over))
    key, certificate, der = _own_certificate()
    credentials = grpc.ssl_server_credentials([(key, certificate)], root_certificates=host_certificate.encode(),
                                              require_client_auth=True)
    os.umask(0o077)
    folder = os.environ.get("PLUGIN_UNIX_SOCKET_DIR") or tempfile.mkdtemp(prefix="sampan-")
    socket = os.path.join(folder, "adapter.sock")
    server.add_secure_port("unix:" + socket, credentials)
    server.start()
    _shake_hands("1|1|unix|%s|grpc|%s\n" % (socket, base64.b64encode(der).decode().rstrip("=")))
    over.wait()
    server.stop(0.2).wait(1)  # what is under way is abandoned: the host has counted it
    _exit(0)


_EXPLANATION = """%s %s is a Sampan adapter. A host starts it; it does nothing by itself.

To use it, name it in sampan.toml and call the host:

    [accounts.NAME]
    adapter = "%s"

    host adapters"""


def _shake_hands(line):
    os.write(_handshake_fd, line.encode())
    os.close(_handshake_fd)  # nothing else ever stands on the real standard output


def _exit(status):
    """Ends the process although threads may hang in a call."""
    try:
        sys.stdout.flush()
    except Exception:  # nobody reads it any more
        pass
    os._exit(status)


def _end_with_host():
    """Ends this process when its host is gone, by an open file that ends with the host: an adapter
    alone must not buy anything, and nobody would ever end it."""
    number = os.environ.get("SAMPAN_LIVENESS_FD", "")
    if not number.isdigit():
        return  # an older host, or a system where files are not passed on
    os.set_inheritable(int(number), False)

    def watch():
        try:
            os.read(int(number), 1)  # it never gives anything but its end
        finally:
            os._exit(0)

    threading.Thread(target=watch, daemon=True).start()


def _runtime_handlers(over):
    """The services of the runtime that the host calls, in bytes: their messages are nearly empty."""

    def shutdown(_, context):
        if not context.add_callback(over.set):  # after the answer
            over.set()  # nobody waits for one any more
        return b""

    def check(request, context):  # HealthCheckRequest{service}; the service's name is "plugin"
        if request not in (b"", b"\x0a\x06plugin"):
            context.abort(grpc.StatusCode.NOT_FOUND, "unknown service")
        return b"\x08\x01"  # HealthCheckResponse{SERVING}

    def stdio(_, context):  # what is printed goes to standard error, so this stream has nothing to say
        return iter(())

    def broker(_, context):  # nothing is brokered
        return iter(())

    unary, streams, both = grpc.unary_unary_rpc_method_handler, grpc.unary_stream_rpc_method_handler, grpc.stream_stream_rpc_method_handler
    return (grpc.method_handlers_generic_handler("plugin.GRPCController", {"Shutdown": unary(shutdown)}),
            grpc.method_handlers_generic_handler("grpc.health.v1.Health", {"Check": unary(check)}),
            grpc.method_handlers_generic_handler("plugin.GRPCStdio", {"StreamStdio": streams(stdio)}),
            grpc.method_handlers_generic_handler("plugin.GRPCBroker", {"StartStream": both(broker)}))


def _own_certificate():
    """A key for this one start and its certificate, which the host learns from the handshake."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.timezone.utc)
    usage = dict.fromkeys(("content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
                           "crl_sign", "encipher_only", "decipher_only"), False)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1)).not_valid_after(now + datetime.timedelta(days=3650))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .add_extension(x509.KeyUsage(digital_signature=True, key_cert_sign=True, **usage), True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), False)
        .sign(key, hashes.SHA256()))
    return (key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
            certificate.public_bytes(serialization.Encoding.PEM), certificate.public_bytes(serialization.Encoding.DER))
