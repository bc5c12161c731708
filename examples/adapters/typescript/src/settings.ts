// The account's settings, read strictly: an unknown name or a wrong type is refused, because a setting
// that is silently ignored may be a limit that is not there. Errors name the setting and never a value:
// it may be a secret. The names are those of the Go adapter (adapters/taobao).
import { invalid } from "./contract.js";
import { checkAddress, WireError } from "./wire.js";
import { Digits, parse, type Json, type JsonObject } from "./json.js";
import { isIP } from "node:net";

export interface Settings {
  /** Where PandaPon is; it has one environment, whose data is real (DOC doc-en doc-6055770). */
  base: URL;
  /** The same as the operator wrote it: what a proof of the fence is held against. */
  baseURL: string;
  accessKey: string;
  accessSecret: string;
  /** Selects the marketplace account that buys (SIBLING doc-en-ka doc-7259276). */
  userID: string;
  /** "ms", as in the documentation's samples, or "s", as a public client sends it. */
  timestampUnit: "ms" | "s";
  /** Admits plain http to loopback and private addresses: for the sandbox. */
  allowPrivate: boolean;
  /** Codes of which the operator knows that they mean "refused, without effect"; PandaPon's table is UNKNOWN. */
  refusalCodes: string[];
  /** Codes of which the operator knows that they mean "timestamp or signature not accepted". */
  expiredCodes: string[];
  /** What the documentation leaves open: "pay" to "POST /open/order/pay". */
  endpoints: Map<string, string>;
  /** Settings of the Go adapter that are taken and of no use here: this adapter does no refunds. */
  unused: string[];
}

const names = ["access_key", "access_secret", "allow_private", "base_url", "endpoints", "expired_codes", "refund_fee_unit", "refund_states", "refusal_codes", "timestamp_unit", "user_id"];

export function readSettings(json: Uint8Array): Settings {
  const given = objectOf(json);
  for (const name of given.keys()) {
    if (!names.includes(name)) throw invalid("settings." + name, `is not a setting of this adapter; it knows ${names.join(", ")}`);
  }
  const allowPrivate = truth(given, "allow_private");
  const unit = text(given, "timestamp_unit") || "ms";
  if (unit !== "ms" && unit !== "s") throw invalid("settings.timestamp_unit", 'must be "ms" (the default) or "s"');
  if (!["", "fen", "yuan"].includes(text(given, "refund_fee_unit"))) throw invalid("settings.refund_fee_unit", 'must be "fen" or "yuan", or be left out while it is not known');
  table(given, "refund_states");
  const baseURL = text(given, "base_url") || "https://api.pandapon.com";
  const where = "the value from PandaPon's console, AccessKey management";
  return {
    base: readBase(baseURL, allowPrivate), baseURL,
    accessKey: required(given, "access_key", where),
    accessSecret: required(given, "access_secret", where + '; better as "env:NAME" or "file:PATH"'),
    userID: required(given, "user_id", "the id of the buying account, from PandaPon"),
    timestampUnit: unit, allowPrivate,
    refusalCodes: codes(given, "refusal_codes"), expiredCodes: codes(given, "expired_codes"),
    endpoints: table(given, "endpoints"), unused: ["refund_fee_unit", "refund_states"].filter((name) => given.has(name)),
  };
}

function objectOf(json: Uint8Array): JsonObject {
  let value: Json;
  try {
    value = json.length === 0 ? new Map() : parse(json);
  } catch (error) {
    throw invalid("settings", `cannot be read as one JSON object: ${(error as Error).message}`);
  }
  if (!(value instanceof Map)) throw invalid("settings", "must be a JSON object");
  return value;
}

function wrongType(name: string, value: Json, wanted: string): Error {
  const kind = value === null ? "null" : value instanceof Digits ? "number" : value instanceof Map ? "table" : Array.isArray(value) ? "list" : typeof value;
  return invalid("settings." + name, `is a ${kind}, but must be ${wanted}`);
}

function text(given: JsonObject, name: string): string {
  const value = given.get(name) ?? "";
  if (typeof value !== "string") throw wrongType(name, value, "a text");
  return value;
}

function truth(given: JsonObject, name: string): boolean {
  const value = given.get(name) ?? false;
  if (typeof value !== "boolean") throw wrongType(name, value, "true or false");
  return value;
}

function required(given: JsonObject, name: string, where: string): string {
  const value = text(given, name);
  if (value === "") throw invalid("settings." + name, `is missing; set it to ${where}`);
  if (!visible(value)) throw invalid("settings." + name, "holds a blank, a line break or a character outside ASCII; paste the value alone");
  return value;
}

function codes(given: JsonObject, name: string): string[] {
  const value = given.get(name) ?? [];
  if (!Array.isArray(value)) throw wrongType(name, value, "a list of texts");
  return value.map((code) => {
    if (typeof code !== "string") throw wrongType(name, code, "a text in each place");
    if (code.trim() === "" || code === "200") throw invalid("settings." + name, 'lists an empty code or 200, which is success; list codes such as "1009"');
    return code;
  });
}

function table(given: JsonObject, name: string): Map<string, string> {
  const value = given.get(name) ?? new Map<string, Json>();
  if (!(value instanceof Map)) throw wrongType(name, value, "a table of texts");
  return new Map([...value].map(([key, member]) => {
    if (typeof member !== "string") throw wrongType(`${name}.${key}`, member, "a text");
    return [key, member];
  }));
}

const visible = (value: string): boolean => /^[!-~]*$/.test(value);

/** Never repeats the text: it may hold a password. */
function readBase(given: string, allowPrivate: boolean): URL {
  const wrong = (problem: string) => invalid("settings.base_url", problem);
  const example = 'give it as "https://api.example.com", with a path prefix if the gateway has one';
  if (!URL.canParse(given) || !visible(given)) throw wrong("is not a URL; " + example);
  const base = new URL(given);
  if (base.protocol === "http:" && !allowPrivate) throw wrong("must start with https://; plain http is for the sandbox only, together with allow_private = true");
  if (base.protocol !== "https:" && base.protocol !== "http:") throw wrong("must start with https://; " + example);
  if (given.includes("@")) throw wrong("must not hold a user name or a password; the keys have settings of their own");
  if (/[?#\\]/.test(given)) throw wrong("must end with the host or a path prefix; remove everything from the ? or # on");
  const prefix = given.replace(/^[a-z]+:\/\/[^/]*/i, "");
  if (!/^(\/[A-Za-z0-9_.~-]+)*\/?$/.test(prefix) || foldedPath(prefix)) throw wrong("has a path prefix with escapes, empty parts or dots; write the plain prefix, such as /pandapon");
  const host = base.hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) !== 0) {
    try {
      checkAddress(host, base.protocol === "https:", allowPrivate);
    } catch (error) {
      throw error instanceof WireError ? wrong(error.message) : error;
    }
  }
  return base;
}

/** Whether a path has parts that a server could fold into another path. */
export function foldedPath(path: string): boolean {
  return path.split("/").slice(1).some((part) => part === "." || part === "..");
}
