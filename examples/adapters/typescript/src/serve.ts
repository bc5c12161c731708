// What every adapter in TypeScript needs and no author should write again: the host's end of the
// process. Copy this file, stdout.ts, certificate.ts, contract.ts and the folder proto; write an Adapter;
// call serve. It knows no marketplace.
//
// In the order in which it happens: standard output is kept for the handshake (stdout.ts); a person who
// starts the program by hand is told what it is; SIGINT is ignored, because the host decides when an
// adapter ends; the end of the host's liveness pipe ends the process; gRPC over a Unix socket with mutual
// TLS is served; the handshake is printed.
import { printHandshake } from "./stdout.js"; // before anything that may print
import { createHash } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type GrpcObject, type ServerUnaryCall, type ServerWritableStream, type ServiceClientConstructor, type UntypedServiceImplementation,
  type sendUnaryData, loadPackageDefinition, Server, ServerCredentials, status,
} from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { selfSigned } from "./certificate.js";
import {
  type Cancellation, type CancelOrderRequest, type ConfigureRequest, type ConfirmReceiptRequest, type CreateOrderRequest, type Description, type ErrorMessage,
  type FenceProof, type GetOrderRequest, type GetRefundRequest, type ListOrdersRequest, type Order, type OrderPage, type Payment,
  type PayRequest, type ProveFenceRequest, type Quote, type QuoteRequest, type Receipt, type RefundRequest, type Refund,
  type Tracking, type TrackRequest, AdapterError, invalid, notOffered,
} from "./contract.js";

type Soon<T> = T | Promise<T>;

/** What a method knows of its call beside the request. */
export interface Call {
  /** Aborted when the host cancels or its deadline is over. Hand it to whatever waits. */
  signal: AbortSignal;
}

/**
 * One account of one marketplace. A method that is left out answers UNSUPPORTED; Describe gives the
 * reason. Methods throw AdapterError; anything else that they throw is a fault of the adapter.
 *
 * createOrder, pay, refund, cancelOrder and confirmReceipt are writes: they sign with
 * attempt.signed_at_ms, send one request at most, and send nothing after attempt.not_after_ms.
 */
export interface Adapter {
  describe(): Soon<Description>;
  createOrder?(r: CreateOrderRequest, c: Call): Soon<Order>;
  /** Gives one page, the one at r.cursor; serve asks for the next ones and streams them. */
  listOrders?(r: ListOrdersRequest, c: Call): Soon<OrderPage>;
  getOrder?(r: GetOrderRequest, c: Call): Soon<Order>;
  pay?(r: PayRequest, c: Call): Soon<Payment>;
  track?(r: TrackRequest, c: Call): Soon<Tracking>;
  refund?(r: RefundRequest, c: Call): Soon<Refund>;
  getRefund?(r: GetRefundRequest, c: Call): Soon<Refund>;
  cancelOrder?(r: CancelOrderRequest, c: Call): Soon<Cancellation>;
  quote?(r: QuoteRequest, c: Call): Soon<Quote>;
  confirmReceipt?(r: ConfirmReceiptRequest, c: Call): Soon<Receipt>;
  proveFence?(r: ProveFenceRequest, c: Call): Soon<FenceProof>;
}

/** What an adapter's main says of itself. */
export interface Program {
  name: string;
  version: string;
  /** Makes the adapter of one account. The settings are a JSON object; an AdapterError names the wrong one. */
  configure(account: string, settings: Uint8Array): Soon<Adapter>;
}

const cookie = { name: "SAMPAN_ADAPTER", value: "8f4f2f0c-adapter-of-one-account" };
const protocolVersion = 1;
const contractMinor = 1; // of proto/sampan/v1/adapter.proto
const maxMessage = 8 * 1024 * 1024;

/** Serves an adapter until its host is done with it. It is the one line of an adapter's main. */
export function serve(program: Program): void {
  if (process.env[cookie.name] !== cookie.value) {
    explain(program);
    process.exit(2);
  }
  process.on("SIGINT", () => {});
  endWithHost();
  const server = new Server({ "grpc.max_receive_message_length": maxMessage, "grpc.max_send_message_length": maxMessage });
  const services = loadServices();
  server.addService(services.adapter, adapterService(program));
  server.addService(services.health, { Check: health });
  server.addService(services.stdio, { StreamStdio: stdio });
  server.addService(services.controller, { Shutdown: shutdown(server) });
  listen(server);
  process.on("uncaughtException", stray); // not earlier: at the start the text is what helps, and holds nothing of a call yet
}

/** Tells a person who started the adapter by hand what it is. */
function explain(program: Program): void {
  process.stderr.write(`${program.name} ${program.version} is a Sampan adapter. A host starts it; it does nothing by itself.

To use it, name its launcher in sampan.toml and call the host:

    [accounts.NAME]
    adapter = "/path/to/dist/adapter"

    host doctor
`);
}

/** Ends this process when its host is gone: an adapter alone must not buy anything, and nobody would ever end it. */
function endWithHost(): void {
  const fd = Number(process.env["SAMPAN_LIVENESS_FD"]);
  if (!Number.isInteger(fd) || fd < 3) return; // an older host, or a system where files are not passed on
  const gone = () => process.exit(0); // a write that is under way is abandoned; its host is not there to hear
  new Socket({ fd, readable: true, writable: false }).on("end", gone).on("close", gone).on("error", gone).resume();
}

function loadServices() {
  const folder = fileURLToPath(new URL("../proto", import.meta.url));
  const files = ["sampan/v1/adapter.proto", "goplugin.proto", "health.proto"];
  // Longs as text: ids, counts and times keep every digit.
  const root = loadPackageDefinition(loadSync(files, { includeDirs: [folder], keepCase: true, longs: String, enums: String, defaults: true, oneofs: true }));
  const service = (path: string) => {
    let at: unknown = root;
    for (const part of path.split(".")) at = (at as GrpcObject)[part];
    return (at as ServiceClientConstructor).service;
  };
  return {
    adapter: service("sampan.v1.AdapterService"), health: service("grpc.health.v1.Health"),
    stdio: service("plugin.GRPCStdio"), controller: service("plugin.GRPCController"),
  };
}

/** Mutual TLS with the one certificate that the host made for this start, and then the handshake. */
function listen(server: Server): void {
  const hostCertificate = process.env["PLUGIN_CLIENT_CERT"];
  if (!hostCertificate) return fail("the host gave no certificate (PLUGIN_CLIENT_CERT); nothing is served without mutual TLS");
  const own = selfSigned();
  const credentials = ServerCredentials.createSsl(Buffer.from(hostCertificate), [{ private_key: Buffer.from(own.key), cert_chain: Buffer.from(own.pem) }], true);
  const folder = process.env["PLUGIN_UNIX_SOCKET_DIR"] || mkdtempSync(join(tmpdir(), "sampan-")); // private, both of them
  const path = join(folder, "adapter.sock");
  server.bindAsync("unix:" + path, credentials, (error) => {
    if (error) return fail(`no socket can be made at ${path}: ${error.message}`);
    printHandshake(`1|${protocolVersion}|unix|${path}|grpc|${own.der.toString("base64").replace(/=+$/, "")}`);
  });
}

function fail(why: string): void {
  log.error(why);
  process.exit(1);
}

// The services of the runtime.

function health(call: ServerUnaryCall<{ service: string }, unknown>, reply: sendUnaryData<unknown>): void {
  if (call.request.service === "plugin" || call.request.service === "") reply(null, { status: "SERVING" });
  else reply({ code: status.NOT_FOUND, details: "this process serves one adapter, under the name plugin" });
}

/** Mirrors nothing: all that is printed goes to standard error. The stream stays open, as the host expects. */
function stdio(call: ServerWritableStream<unknown, unknown>): void {
  call.on("cancelled", () => call.end());
}

function shutdown(server: Server) {
  return (_call: unknown, reply: sendUnaryData<unknown>): void => {
    reply(null, {});
    server.tryShutdown(() => process.exit(0)); // takes no new call, and waits for those under way
    setTimeout(() => process.exit(0), 1000); // the host lets writes end before it asks, and kills soon after
  };
}

// The adapter's service.

/** One operation: its method in Adapter, its name in errors, the member of its answer, and whether it is a write. */
interface Row {
  method: keyof Adapter;
  op: string;
  answer: string;
  write: boolean;
}

const row = (method: keyof Adapter, op: string, answer: string, write: boolean): Row => ({ method, op, answer, write });

const unary: Record<string, Row> = {
  Describe: row("describe", "describe", "description", false),
  CreateOrder: row("createOrder", "create_order", "order", true),
  GetOrder: row("getOrder", "get_order", "order", false),
  Pay: row("pay", "pay", "payment", true),
  Track: row("track", "track", "tracking", false),
  Refund: row("refund", "refund", "refund", true),
  GetRefund: row("getRefund", "get_refund", "refund", false),
  CancelOrder: row("cancelOrder", "cancel_order", "cancellation", true),
  Quote: row("quote", "quote", "quote", false),
  ConfirmReceipt: row("confirmReceipt", "confirm_receipt", "receipt", true),
  ProveFence: row("proveFence", "prove_fence", "proof", false),
};
const configuring: Row = row("describe", "", "", false);
const listing: Row = row("listOrders", "list_orders", "page", false);

type Reply = Record<string, unknown> & { error?: ErrorMessage };

function adapterService(program: Program): UntypedServiceImplementation {
  let adapter: Adapter | undefined;
  let configured = false; // a second call is refused: settings do not change under calls

  async function configure(r: ConfigureRequest): Promise<Reply> {
    if (configured) return { error: errorOf(configuring, invalid("settings", "were given already; start a new process for other settings")) };
    configured = true;
    try {
      adapter = await program.configure(r.account, r.settings_json);
      return {};
    } catch (error) {
      configured = false;
      return { error: errorOf(configuring, error) };
    }
  }

  /** Runs one operation. It never throws: an exception is an Error like any other, and takes no other call along. */
  async function answer(r: Row, request: unknown, signal: AbortSignal): Promise<Reply> {
    try {
      if (!adapter) throw invalid("settings", "are missing: the host has not called Configure");
      const method = adapter[r.method] as ((request: unknown, call: Call) => unknown) | undefined;
      if (!method) throw notOffered("this adapter does not implement it; Describe says why");
      known(request as Record<string, unknown>);
      const result = await method.call(adapter, request, { signal });
      return { [r.answer]: r.method === "describe" ? versioned(result as Description, adapter) : result };
    } catch (error) {
      return { error: errorOf(r, error) };
    }
  }

  /** Streams page after page until the last, max_pages, an error, or until the host stops reading. */
  async function list(call: ServerWritableStream<ListOrdersRequest, unknown>): Promise<void> {
    const signal = signalOf(call);
    let request = call.request;
    for (let pages = 1; !signal.aborted; pages++) {
      let reply = await answer(listing, request, signal);
      const next = (reply["page"] as OrderPage | undefined)?.next;
      if (next && next === request.cursor) {
        reply = { error: errorOf(listing, new AdapterError("ERROR_CODE_BAD_ANSWER", "OUTCOME_NOT_DONE", "the list does not move on: the next page is the one just read")) };
      }
      if (signal.aborted) break;
      if (!call.write(reply)) await new Promise((resolve) => call.once("drain", resolve).once("cancelled", resolve));
      if (reply.error || !next || pages === request.max_pages) break;
      request = { ...request, cursor: next };
    }
    call.end();
  }

  const service: UntypedServiceImplementation = {
    Configure: (call: ServerUnaryCall<ConfigureRequest, unknown>, reply: sendUnaryData<unknown>) => void configure(call.request).then((m) => reply(null, m)),
    ListOrders: (call: ServerWritableStream<ListOrdersRequest, unknown>) => void list(call),
  };
  for (const [name, r] of Object.entries(unary)) {
    service[name] = (call: ServerUnaryCall<unknown, unknown>, reply: sendUnaryData<unknown>) =>
      void answer(r, call.request, signalOf(call)).then((message) => reply(null, message));
  }
  return service;
}

/** Refuses a word of a newer contract: read as "none" it would ask for something else. Such an enum arrives as a number. */
function known(request: Record<string, unknown>): void {
  for (const name of ["status", "kind", "goods"]) { // the enums of the contract's requests
    if (typeof request[name] === "number") throw new AdapterError("ERROR_CODE_UNSUPPORTED", "OUTCOME_NOT_DONE", "is a word of a newer contract than this adapter's", { field: name });
  }
}

/** Says which contract this file speaks. */
function versioned(description: Description, adapter: Adapter): Description {
  return { ...description, contract_minor: contractMinor, features: adapter.proveFence ? ["prove_fence"] : [] };
}

/** Aborts when the host cancels the call and when the call's deadline is over: grpc-js tells both in one way. */
function signalOf(call: ServerUnaryCall<unknown, unknown> | ServerWritableStream<ListOrdersRequest, unknown>): AbortSignal {
  const stop = new AbortController();
  call.on("cancelled", () => stop.abort());
  if (call.cancelled) stop.abort();
  return stop.signal;
}

/** Makes the contract's Error of whatever was thrown. */
function errorOf(r: Row, thrown: unknown): ErrorMessage {
  const e = thrown instanceof AdapterError ? thrown : fault(r, thrown);
  const { op, field, detail, ...said } = e.beside;
  return {
    code: e.code, outcome: r.write ? e.outcome : "OUTCOME_NOT_DONE", op: op ?? r.op, field: short(field ?? ""), message: short(e.message),
    gateway_code: short(said.gateway_code ?? ""), gateway_message: short(said.gateway_message ?? ""),
    gateway_request_id: short(said.gateway_request_id ?? ""), detail: (detail ?? []).slice(0, 64).map(short),
  };
}

/**
 * A fault of the adapter; what a write had done by then is not known. The text of an exception is
 * repeated nowhere: it may hold what the call was about. Where it was thrown is in the log.
 */
function fault(r: Row, thrown: unknown): AdapterError {
  const { kind, stack } = trace(thrown);
  const sum = createHash("sha256").update(kind + stack).digest("hex").slice(0, 8);
  log.error("exception in the adapter", { op: r.op, kind, stack, sum });
  return new AdapterError("ERROR_CODE_UNSPECIFIED", "OUTCOME_UNSPECIFIED", `the adapter failed with a ${kind} (stack ${sum} in its log)`);
}

/** Ends the process after an exception outside of any call, such as in a timer: what state it left behind is not known. */
function stray(thrown: unknown): void {
  log.error("exception outside of any call; the adapter ends", trace(thrown)); // node's own words would repeat its text
  process.exit(1);
}

/** What may be told of an exception: its kind, and where it was thrown. */
function trace(thrown: unknown): { kind: string; stack: string } {
  if (!(thrown instanceof Error)) return { kind: typeof thrown, stack: "" };
  const places = (thrown.stack ?? "").replace(thrown.message, "").split("\n").filter((line) => /^\s+at /.test(line)); // a text may look like a place
  return { kind: thrown.constructor.name, stack: places.map((line) => line.trim()).join("; ") };
}

/** A text that has a form on the wire: no half characters, and at most 4 KiB. */
function short(text: string): string {
  return Buffer.from(text.toWellFormed()).subarray(0, 4096).toString().replace(/\uFFFD$/, "");
}

// The log.

type Fields = Record<string, string | number | boolean>;

const maxLogLine = 32 * 1024; // longer ones would be cut up by the reader on the other side

/** Writes lines whose level the host can read. No line may hold a key, a signature, a body or an address. */
export const log = {
  debug: (message: string, fields?: Fields) => write("debug", message, fields),
  info: (message: string, fields?: Fields) => write("info", message, fields),
  warn: (message: string, fields?: Fields) => write("warn", message, fields),
  error: (message: string, fields?: Fields) => write("error", message, fields),
};

function write(level: string, message: string, fields: Fields = {}): void {
  // Six digits of a second: the one form by which the host knows a line of log from a line of text.
  const stamp = { "@level": level, "@message": message, "@timestamp": new Date().toISOString().replace("Z", "000Z") };
  let line = JSON.stringify({ ...fields, ...stamp });
  if (line.length > maxLogLine / 4) line = JSON.stringify({ ...stamp, "@message": message.slice(0, 1024) + " [fields left out: too long]" });
  process.stderr.write(line + "\n");
}
