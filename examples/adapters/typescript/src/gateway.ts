// PandaPon's header-signed calls: the table of everything that may be called, one signed request per
// call, and the judgement of the envelope. Comments name the source of a wire fact: PandaPon's own page
// (DOC), one public client of it (CLIENT), the sister platform (SIBLING), or nobody (UNKNOWN).
import { createHash, randomInt } from "node:crypto";
import {
  type Attempt, type Capability, type Effect, type ErrorCode, type FenceProof, type ProveFenceRequest, type Said,
  AdapterError, invalid, notOffered,
} from "./contract.js";
import { encode, type Json, JsonError, Members, parse } from "./json.js";
import { foldedPath, type Settings } from "./settings.js";
import { type Answer, exchange, WireError } from "./wire.js";

/** One operation of the gateway. */
export interface Endpoint {
  op: string;
  method: "GET" | "POST";
  /** Absent: no page tells it, so the row is off until the account's settings name it. */
  path?: string;
  /** A repeated call could change something twice. */
  write?: boolean;
  /** Where the row stands, and how well it is known. */
  source: string;
  /** What is missing, and what the sandbox serves, for a row without a path. */
  unknown?: string;
  suggest?: string;
  /** The account's settings give method and path. */
  named?: boolean;
}

export type Table = Record<string, Endpoint>;

export interface GatewayCall {
  endpoint: string;
  query?: Record<string, string>;
  body?: unknown;
  /** Required for a write. */
  attempt?: Attempt | null;
  /** Parts of an address, to be taken out of whatever the gateway says. */
  private?: string[];
  /** How old the signature of a read is made: see proveFence. */
  ageMs?: number;
  signal: AbortSignal;
}

export interface GatewayReply {
  /** Any shape; undefined where the gateway sent null or nothing. Flags in it are for the caller to check. */
  data: Json | undefined;
  requestID: string;
}

/** How far a timestamp may be from UTC (DOC doc-en doc-6055770). Whether it is enforced is shown by proveFence. */
export const signatureWindowMs = 600_000;

const success = "200"; // the only documented code (DOC doc-en doc-6055770)

/**
 * The signature: upper-case hexadecimal MD5 of the four values in this order, without names or
 * separators. Method, path, query, body and user-id are not in it. Source: CLIENT; PandaPon's own page
 * says only which headers enter. The tests hold it to testdata/signing/pandapon.json.
 */
export function signature(accessKey: string, timestamp: string, nonce: string, secret: string): string {
  return createHash("md5").update(accessKey + timestamp + nonce + secret).digest("hex").toUpperCase();
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** 32 letters and digits (DOC doc-en doc-6055770). */
const nonce = () => Array.from({ length: 32 }, () => letters[randomInt(letters.length)]).join("");

export class Gateway {
  readonly table: Table;

  constructor(
    private readonly settings: Settings,
    table: Table,
  ) {
    this.table = withEndpoints(table, settings.endpoints);
  }

  /** What the account can do by an endpoint, for Describe. */
  capability(endpoint: string, effect: Effect): Capability {
    const row = this.table[endpoint]!;
    if (row.named && row.unknown) {
      return { support: "SUPPORT_PROVISIONAL", enabled: true, reason: `not documented; the account's settings name it: endpoints.${endpoint} = ${JSON.stringify(`${row.method} ${row.path}`)}`, effect };
    }
    return row.path === undefined ? { support: "SUPPORT_PROVISIONAL", reason: whyOff(endpoint, row), effect } : { support: "SUPPORT_SUPPORTED", effect };
  }

  /**
   * Signs and sends one call, and judges the envelope of its answer.
   *
   * A write is sent at most once, signed with attempt.signed_at_ms. Its error is NOT_DONE if the
   * request was not handed to a connection, or if the gateway answered one of settings.refusal_codes;
   * any other is in doubt. A read is sent once too: the host may repeat it.
   */
  async call(c: GatewayCall): Promise<GatewayReply> {
    const row = this.table[c.endpoint]!;
    if (row.path === undefined) throw notOffered(whyOff(c.endpoint, row));
    if (row.method === "GET" && c.body !== undefined) throw invalid("settings.endpoints." + c.endpoint, "this operation sends a body, so its method must be POST");
    const attempt = row.write ? checkedAttempt(c.attempt) : undefined;
    const headers = this.sign(attempt ? BigInt(attempt.signed_at_ms) : BigInt(Date.now() - (c.ageMs ?? 0)));
    const body = c.body === undefined ? undefined : Buffer.from(encode(c.body));
    if (body) headers["Content-Type"] = "application/json";
    let answer: Answer;
    try {
      answer = await exchange({
        base: this.settings.base, allowPrivate: this.settings.allowPrivate, method: row.method, path: row.path, headers, signal: c.signal,
        ...(c.query ? { query: c.query } : {}), ...(body ? { body } : {}),
        ...(attempt ? { until: Number(attempt.not_after_ms), admit: () => checkedAttempt(attempt) } : {}),
      });
    } catch (error) {
      throw error instanceof WireError ? this.unanswered(row, error) : error;
    }
    return this.judge(row, c, headers["signature"] ?? "", answer);
  }

  /**
   * Makes a read twice, signed now and signed r.age_ms ago, and says what PandaPon said. With which code
   * it refuses an old timestamp is UNKNOWN, so the old one counts as refused for its age only with a
   * code of settings.expired_codes.
   */
  async proveFence(read: GatewayCall, r: ProveFenceRequest): Promise<FenceProof> {
    if (BigInt(r.age_ms) <= BigInt(signatureWindowMs)) throw invalid("age", `must be more than ${signatureWindowMs}, which PandaPon takes`);
    const fresh = await this.outcome(read);
    if (fresh instanceof AdapterError && !saidAnything(fresh.beside)) throw fresh;
    const old = await this.outcome({ ...read, ageMs: Number(r.age_ms) });
    if (old instanceof AdapterError && read.signal.aborted) throw old;
    const proof: FenceProof = { gateway: this.settings.baseURL, fresh_taken: !(fresh instanceof AdapterError) };
    if (!(old instanceof AdapterError)) return { ...proof, gateway_code: success, gateway_request_id: old.requestID };
    const { gateway_code = "", gateway_message = "", gateway_request_id = "" } = old.beside;
    const told = old.code === "ERROR_CODE_REFUSED" || old.code === "ERROR_CODE_DENIED";
    const old_refused = proof.fresh_taken === true && told && this.settings.expiredCodes.includes(gateway_code);
    return { ...proof, old_refused, gateway_code, gateway_message: saidAnything(old.beside) ? gateway_message : old.message, gateway_request_id };
  }

  private async outcome(c: GatewayCall): Promise<GatewayReply | AdapterError> {
    try {
      return await this.call(c);
    } catch (error) {
      if (error instanceof AdapterError) return error;
      throw error;
    }
  }

  /** The error of a write whose envelope says 200 while its data says that it failed. */
  innerFailure(said: Said): AdapterError {
    const known = this.settings.refusalCodes.includes(said.gateway_code ?? "");
    const message = known ? "PandaPon refused"
      : said.gateway_code ? "PandaPon answered that it failed, with a code that is not documented; look whether it happened. If PandaPon confirms that the code means refused without effect, add it to refusal_codes in the account's settings"
      : "PandaPon answered that it failed, without a code; look whether it happened";
    return new AdapterError("ERROR_CODE_REFUSED", known ? "OUTCOME_NOT_DONE" : "OUTCOME_UNSPECIFIED", message, this.clean(said, "", []));
  }

  private sign(at: bigint): Record<string, string> {
    const stamp = String(this.settings.timestampUnit === "s" ? at / 1000n : at);
    const once = nonce();
    return {
      Accept: "application/json", "access-key": this.settings.accessKey, timestamp: stamp, "nonce-str": once, "user-id": this.settings.userID,
      signature: signature(this.settings.accessKey, stamp, once, this.settings.accessSecret),
    };
  }

  /** The error of a request that brought no answer. It names method, path and host, never the query, a header or a body. */
  private unanswered(row: Endpoint, e: WireError): AdapterError {
    const known = !row.write ? "" : e.sent ? "; the request was sent; look up what became of it before sending again" : "; nothing was sent";
    const outcome = row.write && e.sent ? "OUTCOME_UNSPECIFIED" : "OUTCOME_NOT_DONE";
    const code = ({ address: "ERROR_CODE_INVALID_INPUT", cancelled: "ERROR_CODE_CANCELED", late: "ERROR_CODE_UNAVAILABLE", connection: "ERROR_CODE_UNAVAILABLE", answer: "ERROR_CODE_BAD_ANSWER" } as const)[e.kind];
    return new AdapterError(code, outcome, `${row.method} ${row.path} at ${this.settings.base.host}: ${e.message}${known}`, e.kind === "address" ? { field: "settings.base_url" } : {});
  }

  /** Success needs a 2xx status and code 200: which HTTP status a business error has is UNKNOWN. */
  private judge(row: Endpoint, c: GatewayCall, signed: string, answer: Answer): GatewayReply {
    const envelope = readEnvelope(answer.body);
    const said = this.clean(envelope?.said ?? excerpt(answer), signed, c.private ?? []);
    const code = envelope?.said.gateway_code;
    if (envelope && code === success && answer.status < 300) return { data: envelope.data, requestID: said.gateway_request_id ?? "" };
    const known = code !== undefined && code !== success && answer.status < 500 && this.settings.refusalCodes.includes(code);
    const [kind, message] = verdict(row, answer.status, code, known);
    throw new AdapterError(kind, known || !row.write ? "OUTCOME_NOT_DONE" : "OUTCOME_UNSPECIFIED", message, said);
  }

  /** Makes what the gateway said fit to be shown: keys, address and phones are taken out before it is cut. */
  clean(said: Said, signed: string, personal: string[]): Said {
    const hidden = [this.settings.accessSecret, this.settings.accessKey, signed].filter((text) => text !== "");
    const parts = personal.filter((text) => [...text].length > 1).sort((a, b) => b.length - a.length);
    const fit = (given: string | undefined, most: number) => {
      let text = legible((given ?? "").slice(0, 16 * 1024));
      for (const secret of hidden) text = text.replaceAll(secret, "[redacted]").replaceAll(secret.toLowerCase(), "[redacted]");
      for (const part of parts) text = text.replaceAll(part, "[private]");
      return cut(text.replace(/[0-9]+/g, hideMobile), most);
    };
    return { gateway_code: fit(said.gateway_code, 32), gateway_message: fit(said.gateway_message, 300), gateway_request_id: fit(said.gateway_request_id, 64) };
  }
}

const saidAnything = (said: Said) => Boolean(said.gateway_code || said.gateway_message || said.gateway_request_id);

/** Refuses an attempt that must not be sent now. */
function checkedAttempt(a: Attempt | null | undefined): Attempt {
  if (!a || a.no < 1 || BigInt(a.signed_at_ms) <= 0n || BigInt(a.not_after_ms) <= 0n) throw invalid("attempt", "is missing: a write needs number, signing time and deadline");
  if (BigInt(Date.now()) > BigInt(a.not_after_ms)) {
    throw new AdapterError("ERROR_CODE_CANCELED", "OUTCOME_NOT_DONE", "the attempt's time was over before it was sent; call again with the same ref", { field: "attempt.not_after" });
  }
  return a;
}

// The table.

function withEndpoints(table: Table, named: Map<string, string>): Table {
  const own: Table = structuredClone(table);
  for (const [name, given] of named) {
    const row = Object.hasOwn(own, name) ? own[name] : undefined;
    if (!row) throw invalid("settings.endpoints." + name, `is not an endpoint of this adapter; it knows ${Object.keys(own).sort().join(", ")}`);
    const [, method, path] = /^(GET|POST) ((?:\/[A-Za-z0-9_.~-]+)+)$/.exec(given) ?? [];
    if (!method || !path || foldedPath(path)) {
      throw invalid("settings.endpoints." + name, `must be a method (GET or POST), one blank and an absolute path without query, such as ${JSON.stringify(example(row))}`);
    }
    Object.assign(row, { method, path, named: true });
  }
  return own;
}

const example = (row: Endpoint) => row.suggest ?? `${row.method} ${row.path}`;

function whyOff(name: string, row: Endpoint): string {
  return `this endpoint is not documented (${row.source}: ${row.unknown}); if your PandaPon contact confirmed it, set endpoints.${name} = ${JSON.stringify(example(row))} in the account's settings (that is what the sandbox serves; use the path that PandaPon confirmed)`;
}

// The envelope: {requestId, code, developId, msg, data} (DOC doc-en doc-6055770).

function readEnvelope(body: Buffer): { said: Said; data: Json | undefined } | undefined {
  try {
    const envelope = parse(body);
    const members = Members.of(envelope, "answer");
    const code = scalar(members, "code");
    if (code === "") return undefined;
    const said = { gateway_code: code, gateway_message: scalar(members, "msg"), gateway_request_id: scalar(members, "requestId") };
    return { said, data: (envelope instanceof Map ? envelope.get("data") : undefined) ?? undefined };
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}

function scalar(members: Members, name: string): string {
  try {
    return members.text(name).trim();
  } catch {
    return "";
  }
}

/** What is told of an answer without an envelope: its status and, where a failure came as words, their beginning. */
function excerpt(answer: Answer): Said {
  const text = answer.body.subarray(0, 200).toString().trim();
  const words = answer.status >= 400 && text !== "" && !/^[<{["]/.test(text) && !text.includes("\0");
  return { gateway_code: `HTTP ${answer.status}`, gateway_message: words ? text : "" };
}

/** HTTP statuses that mean something whatever the body says. */
const statusRows: [from: number, to: number, code: ErrorCode, message: string][] = [
  [401, 401, "ERROR_CODE_DENIED", "PandaPon does not accept the credentials; check access_key, access_secret (a reset takes effect at once), user_id and this machine's clock"],
  [403, 403, "ERROR_CODE_DENIED", "PandaPon does not permit this call; check access_key, user_id and what the account may do"],
  [429, 429, "ERROR_CODE_RATE_LIMITED", "too many calls; wait at least 5 seconds"],
  [500, 599, "ERROR_CODE_UNAVAILABLE", "PandaPon failed; try later"],
];

/** A 5xx is never a refusal: it may come from a proxy after the effect. */
function verdict(row: Endpoint, status: number, code: string | undefined, known: boolean): [ErrorCode, string] {
  const unsure = row.write === true && !known; // "try later" would be bad advice
  for (const [from, to, kind, message] of statusRows) {
    if (status >= from && status <= to) return [kind, unsure ? `PandaPon answered HTTP ${status}, which does not say whether it happened` : `HTTP ${status}: ${message}`];
  }
  if (code === undefined) return ["ERROR_CODE_BAD_ANSWER", `HTTP ${status} with a body that is not PandaPon's answer object`];
  if (code === success) return ["ERROR_CODE_BAD_ANSWER", `HTTP ${status} contradicts the answer's own code 200`];
  if (unsure) return ["ERROR_CODE_REFUSED", "PandaPon answered with a code that is not documented; if PandaPon confirms that it means refused without effect, add it to refusal_codes in the account's settings"];
  return ["ERROR_CODE_REFUSED", "PandaPon refused the call"];
}

/** One line, without characters that move a terminal's cursor or turn the direction of its text. */
export function legible(text: string): string {
  return text.toWellFormed().replace(/[\t\n\r\u2028\u2029]/g, " ").replace(/[\p{Cc}\p{Cf}\uFFFD]/gu, "").trim();
}

function cut(text: string, most: number): string {
  return Buffer.from(text).subarray(0, most).toString().replace(/\uFFFD+$/, "");
}

/** Chinese mobile numbers; ids of the gateway are longer. */
function hideMobile(run: string): string {
  return /^(86)?1[3-9][0-9]{9}$/.test(run) ? "[phone]" : run;
}
