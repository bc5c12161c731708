// The one door to the wire: one request on one connection that was made for it, over node:http.
//
// The connection is dialled here and handed to node:http, and not made by it. That gives the proof that
// a write needs: whatever fails before the connection is handed over (name, address, TLS, the attempt's
// time) was NOT sent, and whatever fails afterwards may have been. No agent, so no kept-alive connection
// that dies under a request; nothing is sent twice, and no redirect is followed: it would carry keys and
// signature to another host.
import { request as httpRequest, type IncomingMessage } from "node:http";
import { BlockList, isIP, Socket } from "node:net";
import { once } from "node:events";
import { connect as connectTLS } from "node:tls";

const headerCap = 64 * 1024;
const bodyCap = 4 * 1024 * 1024;
const dialMs = 10_000;

export interface Exchange {
  base: URL;
  method: string;
  /** Absolute and escaped; it follows the prefix of base. */
  path: string;
  query?: Record<string, string>;
  headers: Record<string, string>;
  body?: Buffer;
  allowPrivate: boolean;
  signal: AbortSignal;
  /** Asked last before the connection is handed over; it throws if nothing may be sent any more. */
  admit?: () => void;
  /** When the exchange is over, in milliseconds since 1970; absent: when signal says so. */
  until?: number;
  /** Certificates to trust instead of the system's; tests alone set it. */
  ca?: string;
}

/** A complete answer; every status but 1xx and 3xx comes here, to be judged by the caller. */
export interface Answer {
  status: number;
  body: Buffer;
}

export type WireKind = "address" | "cancelled" | "late" | "connection" | "answer";

/** An exchange that brought no answer. Its text is ours: the libraries' hold URLs and pieces of what was sent. */
export class WireError extends Error {
  /** Whether any byte of the request may have reached the gateway. */
  sent = false;
  constructor(
    readonly kind: WireKind,
    message: string,
  ) {
    super(message);
  }
}

/** Sends one request and reads the whole answer. It throws WireError, and what admit throws. */
export async function exchange(x: Exchange): Promise<Answer> {
  const limit = new AbortController();
  const cancel = () => limit.abort(new WireError("cancelled", "the call was cancelled or its deadline was over"));
  const late = () => limit.abort(new WireError("late", "no answer in time"));
  if (x.signal.aborted) cancel();
  x.signal.addEventListener("abort", cancel, { once: true });
  const most = setTimeout(late, Math.min(x.until === undefined ? 120_000 : x.until - Date.now(), 120_000));
  try {
    const socket = await dial(x, limit).catch((error) => Promise.reject(failure(error, limit.signal, false)));
    try {
      x.admit?.(); // what it throws is the caller's own
      limit.signal.throwIfAborted();
      return await converse(x, socket, limit.signal).catch((error) => Promise.reject(failure(error, limit.signal, true)));
    } finally {
      socket.destroy();
    }
  } finally {
    clearTimeout(most);
    x.signal.removeEventListener("abort", cancel);
  }
}

/** Connects, looks at the address that it really came to, and only then speaks TLS. */
async function dial(x: Exchange, limit: AbortController): Promise<Socket> {
  const secure = x.base.protocol === "https:";
  const host = x.base.hostname.replace(/^\[|\]$/g, "");
  const slow = setTimeout(() => limit.abort(new WireError("late", "no connection in time")), dialMs);
  const tcp = new Socket().on("error", () => {}); // whoever waits hears it too; an error that nobody hears ends the process
  try {
    limit.signal.throwIfAborted();
    tcp.connect({ host, port: Number(x.base.port || (secure ? 443 : 80)) });
    await once(tcp, "connect", { signal: limit.signal });
    checkAddress(tcp.remoteAddress ?? "", secure, x.allowPrivate);
    if (!secure) return tcp;
    const tls = connectTLS({ socket: tcp, host, ...(isIP(host) ? {} : { servername: host }), minVersion: "TLSv1.2", ALPNProtocols: ["http/1.1"], ...(x.ca ? { ca: x.ca } : {}) });
    tls.on("error", () => {});
    await once(tls, "secureConnect", { signal: limit.signal }).catch((error) => {
      throw new WireError("connection", `the server's certificate or its TLS is not accepted (${codeOf(error)})`);
    });
    return tls;
  } catch (error) {
    tcp.destroy();
    throw error;
  } finally {
    clearTimeout(slow);
  }
}

/** Gives the connection to node:http: from here on the request counts as sent. */
function converse(x: Exchange, socket: Socket, signal: AbortSignal): Promise<Answer> {
  const query = new URLSearchParams(x.query ?? {}).toString();
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      createConnection: () => socket, // and with it no agent
      method: x.method, path: x.base.pathname.replace(/\/$/, "") + x.path + (query && "?" + query),
      headers: { Host: x.base.host, "User-Agent": "sampan", "Accept-Encoding": "identity", Connection: "close", ...x.headers, ...(x.body ? { "Content-Length": String(x.body.length) } : {}) },
      maxHeaderSize: headerCap, signal,
    }, (answer) => void collect(answer).then(resolve, reject));
    request.on("error", reject);
    request.on("upgrade", () => reject(new WireError("answer", "HTTP 101, which was not asked for")));
    signal.addEventListener("abort", () => reject(signal.reason), { once: true }); // whatever node:http makes of it, this ends
    request.end(x.body);
  });
}

/** Reads the whole body, and never more than the cap. */
async function collect(answer: IncomingMessage): Promise<Answer> {
  const status = answer.statusCode ?? 0;
  if (status < 200 || (status >= 300 && status < 400)) throw new WireError("answer", `HTTP ${status}, which is not followed; check base_url`);
  const packed = answer.headers["content-encoding"];
  if (packed && packed.toLowerCase() !== "identity") throw new WireError("answer", "the answer is compressed, which was not asked for");
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of answer as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > bodyCap) throw new WireError("answer", `the answer is larger than ${bodyCap / 1024 / 1024} MiB`);
    pieces.push(piece);
  }
  if (!answer.complete) throw new WireError("connection", "the answer broke off");
  return { status, body: Buffer.concat(pieces) };
}

/** Says what went wrong in words of ours, and whether anything may have been sent. */
function failure(error: unknown, limit: AbortSignal, sent: boolean): WireError {
  const e = limit.aborted ? (limit.reason as WireError) : classify(error);
  e.sent = sent;
  return e;
}

function classify(error: unknown): WireError {
  if (error instanceof WireError) return error;
  const code = codeOf(error);
  if (code.startsWith("HPE_")) return new WireError("answer", `the answer is not HTTP as it should be, or its header is larger than ${headerCap / 1024} KiB (${code})`);
  return new WireError("connection", reasons[code] ?? `the connection failed (${code})`);
}

const reasons: Record<string, string> = {
  ENOTFOUND: "the host's name cannot be resolved", EAI_AGAIN: "the host's name cannot be resolved",
  ECONNREFUSED: "the connection was refused", ECONNRESET: "the connection was reset, or closed without an answer",
  EPIPE: "the connection was closed while sending", EHOSTUNREACH: "the host cannot be reached", ENETUNREACH: "the host cannot be reached",
};

const codeOf = (error: unknown): string => (error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "no code");

// Which addresses may be talked to. It is asked with the address of the connection, after names were
// resolved, so a name that changes its address gains nothing.

/** What is no address of a public host (IANA special-purpose registries). Two lists, because to a BlockList ::ffff:8.8.8.8 and 8.8.8.8 are one. */
const reserved = { ipv4: new BlockList(), ipv6: new BlockList() };
for (const range of [
  "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
  "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
  "::/3", "4000::/2", "8000::/1", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", // of IPv6, 2000::/3 alone is public
]) {
  const [net = "", bits = ""] = range.split("/");
  const family = isIP(net) === 6 ? "ipv6" : "ipv4";
  reserved[family].addSubnet(net, Number(bits), family);
}

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/** Throws WireError ("address") where nothing may be sent. */
export function checkAddress(address: string, secure: boolean, allowPrivate: boolean): void {
  const bare = address.replace(/%.*$/, "").replace(/^::ffff:(?=\d+\.)/i, "");
  const family = isIP(bare) === 6 ? "ipv6" : "ipv4";
  if (isIP(bare) === 0) throw new WireError("address", "leads to something that is no IP address");
  if (!secure && !loopback.check(bare, family)) throw new WireError("address", "uses plain http, which is allowed to this machine's loopback address only; use https");
  if (!allowPrivate && reserved[family].check(bare, family)) throw new WireError("address", `leads to ${bare}, which is no public address; give the gateway's public address, or set allow_private = true for the sandbox`);
}
