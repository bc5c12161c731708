import assert from "node:assert/strict";
import { createServer as createTCP, type AddressInfo, type Server, type Socket } from "node:net";
import { createServer as createTLS } from "node:tls";
import { after, test } from "node:test";
import { selfSigned } from "../certificate.js";
import { checkAddress, exchange, WireError, type Exchange } from "../wire.js";

const servers: Server[] = [];
after(() => servers.forEach((server) => server.close()));

/** A server that answers each connection once its request is there, and counts what came. */
async function serving(make: (each: (socket: Socket) => void) => Server, answer: (socket: Socket) => void) {
  const seen = { connections: 0, bytes: 0 };
  const server = make((socket) => {
    seen.connections++;
    socket.on("error", () => {}).on("data", (piece: Buffer) => {
      seen.bytes += piece.length;
      answer(socket);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { seen, port: (server.address() as AddressInfo).port };
}

const plain = (answer: (socket: Socket) => void) => serving((each) => createTCP(each), answer);
const own = selfSigned();
const secure = (answer: (socket: Socket) => void) => serving((each) => createTLS({ key: own.key, cert: own.pem }, each), answer);

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
const say = (text: string) => (socket: Socket) => void socket.end(text);
const forever = () => new AbortController().signal;

function write(base: string, more: Partial<Exchange> = {}): Promise<unknown> {
  return exchange({ base: new URL(base), method: "POST", path: "/open/order", headers: {}, body: Buffer.from("{}"), allowPrivate: true, signal: forever(), until: Date.now() + 5000, ...more });
}

async function fails(promise: Promise<unknown>, kind: string, sent: boolean, says: RegExp): Promise<void> {
  await assert.rejects(promise, (e) => {
    assert.ok(e instanceof WireError, String(e));
    assert.deepEqual([e.kind, e.sent], [kind, sent], e.message);
    assert.match(e.message, says);
    return true;
  });
}

test("an answer comes back whole, over plain loopback and over TLS", async () => {
  const http = await plain(say(ok));
  assert.deepEqual(await write(`http://127.0.0.1:${http.port}`), { status: 200, body: Buffer.from("{}") });
  const https = await secure(say("HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"));
  assert.deepEqual(await write(`https://localhost:${https.port}/prefix`, { ca: own.pem }), { status: 404, body: Buffer.from("abc") });
  assert.deepEqual([http.seen.connections, https.seen.connections], [1, 1]);
});

test("what fails before the connection is handed over was not sent", async () => {
  await fails(write("http://127.0.0.1:1"), "connection", false, /refused/);
  const untrusted = await secure(say(ok));
  await fails(write(`https://localhost:${untrusted.port}`), "connection", false, /certificate or its TLS .*SELF_SIGNED/);
  await fails(write(`https://127.0.0.1:${untrusted.port}`, { ca: own.pem }), "connection", false, /ALTNAME_INVALID/); // another name
  await fails(write(`https://localhost:${untrusted.port}`, { ca: own.pem, allowPrivate: false }), "address", false, /no public address/);
  const http = await plain(say(ok));
  await fails(write(`https://localhost:${http.port}`), "connection", false, /TLS/);
  await fails(write(`http://127.0.0.1:${http.port}`, { signal: AbortSignal.abort() }), "cancelled", false, /cancelled/);
  await fails(write(`http://127.0.0.1:${http.port}`, { until: Date.now() - 1000, admit: () => { throw new WireError("late", "over"); } }), "late", false, /./);
  await assert.rejects(write(`http://127.0.0.1:${http.port}`, { admit: () => { throw new RangeError("the attempt is over"); } }), RangeError);
  assert.equal(untrusted.seen.bytes, 0, "not one byte of a request");
});

test("what fails afterwards may have been sent, and is sent once", async () => {
  for (const [answer, kind, says] of [
    [(s: Socket) => void s.destroy(), "connection", /closed without an answer/],
    [say(""), "connection", /closed without an answer/],
    [say("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"), "connection", /broke off|reset/],
    [say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"), "connection", /broke off|reset/],
    [say("SSH-2.0-OpenSSH\r\n"), "answer", /not HTTP/],
    [say(`HTTP/1.1 200 OK\r\nX: ${"x".repeat(70_000)}\r\n\r\n`), "answer", /header is larger/],
    [say("HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"), "answer", /307, which is not followed/],
    [say("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"), "answer", /101/],
    [say("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}"), "answer", /compressed/],
    [say(`HTTP/1.1 200 OK\r\n\r\n${"x".repeat(5 * 1024 * 1024)}`), "answer", /larger than 4 MiB/],
  ] as const) {
    const gateway = await plain(answer);
    await fails(write(`http://127.0.0.1:${gateway.port}`), kind, true, says);
    assert.equal(gateway.seen.connections, 1, says.source);
  }
});

test("a call that is cancelled, and an attempt whose time is over, leave a sent request in doubt", async () => {
  const silent = await plain(() => {});
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 50);
  await fails(write(`http://127.0.0.1:${silent.port}`, { signal: stop.signal }), "cancelled", true, /cancelled/);
  await fails(write(`http://127.0.0.1:${silent.port}`, { until: Date.now() + 50 }), "late", true, /no answer in time/);
});

test("one request is one connection, without headers that were not meant", async () => {
  let request = "";
  const { port } = await serving((each) => createTCP((socket) => { socket.on("data", (piece) => (request += piece)); each(socket); }), say(ok));
  await write(`http://127.0.0.1:${port}/pandapon`, { query: { a: "1&2 中" }, headers: { "access-key": "k", "nonce-str": "n" } });
  assert.deepEqual(request.split("\r\n"), ["POST /pandapon/open/order?a=1%262+%E4%B8%AD HTTP/1.1", `Host: 127.0.0.1:${port}`, "User-Agent: sampan", "Accept-Encoding: identity",
    "Connection: close", "access-key: k", "nonce-str: n", "Content-Length: 2", "", "{}"]);
});

test("only public addresses are talked to, and plain http stays on this machine", () => {
  const refused = (address: string, isSecure: boolean, allowPrivate: boolean) => {
    try {
      checkAddress(address, isSecure, allowPrivate);
      return false;
    } catch (e) {
      assert.ok(e instanceof WireError && e.kind === "address");
      return true;
    }
  };
  for (const address of ["8.8.8.8", "47.88.0.1", "2606:4700::1111", "2a00:1450::1"]) assert.equal(refused(address, true, false), false, address);
  for (const address of ["127.0.0.1", "10.1.2.3", "172.31.0.1", "192.168.1.1", "169.254.169.254", "100.100.100.200", "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0",
    "fd00:ec2::254", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "2001:db8::1", "ff02::1", "::ffff:0a00:0001"]) {
    assert.equal(refused(address, true, false), true, address);
    assert.equal(refused(address, true, true), false, address + " with allow_private");
  }
  for (const address of ["8.8.8.8", "10.0.0.1", "fd00::1"]) assert.equal(refused(address, false, true), true, address + " over plain http");
  assert.equal(refused("127.0.0.1", false, true), false);
  assert.equal(refused("::1", false, true), false);
  assert.equal(refused("no address", true, true), true);
});
