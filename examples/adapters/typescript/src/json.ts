// JSON as strangers send it. JSON.parse makes 2257164624870312000 of 2257164624870311973, and takes the
// second of two equal keys in silence, so neither it nor a number type is used here: a number stays the
// digits that were sent.
//
// Errors name the place and the JSON type; they hold no value of the message, because the message holds
// addresses and phones.

/** A JSON number as it was written. */
export class Digits {
  constructor(readonly text: string) {}
}

export type Json = null | boolean | string | Digits | Json[] | JsonObject;
export type JsonObject = Map<string, Json>;

/** What is wrong with a message, in words that hold none of it. */
export class JsonError extends Error {}

const maxLevels = 64;
const number = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const blanks = /[ \t\r\n]*/y;

/**
 * Reads exactly one JSON value. Refused are: invalid UTF-8, more than 64 levels, numbers over 64
 * characters, two equal keys of one object, and anything after the value.
 */
export function parse(bytes: Uint8Array): Json {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new JsonError("it is not UTF-8");
  }
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

class Reader {
  private at = 0;
  constructor(private readonly text: string) {}

  value(level: number): Json {
    if (level > maxLevels) throw new JsonError(`it has more than ${maxLevels} levels`);
    this.take(blanks);
    switch (this.text[this.at]) {
      case "{": return this.object(level);
      case "[": return this.array(level);
      case '"': return this.string();
      case "t": return this.word("true", true);
      case "f": return this.word("false", false);
      case "n": return this.word("null", null);
    }
    const digits = this.take(number);
    if (digits === "" || digits.length > 64) throw this.broken();
    return new Digits(digits);
  }

  end(): void {
    this.take(blanks);
    if (this.at < this.text.length) throw this.broken();
  }

  private object(level: number): JsonObject {
    const members: JsonObject = new Map();
    this.at++;
    if (this.next("}")) return members;
    for (;;) {
      this.take(blanks);
      const name = this.string();
      if (members.has(name)) throw new JsonError("a key is there twice");
      this.must(":");
      members.set(name, this.value(level + 1));
      if (this.next("}")) return members;
      this.must(",");
    }
  }

  private array(level: number): Json[] {
    const elements: Json[] = [];
    this.at++;
    if (this.next("]")) return elements;
    for (;;) {
      elements.push(this.value(level + 1));
      if (this.next("]")) return elements;
      this.must(",");
    }
  }

  /** Finds the end of a string; what is in it is read, and checked, by JSON.parse. */
  private string(): string {
    const from = this.at;
    if (this.text[from] !== '"') throw this.broken();
    for (this.at++; this.text[this.at] !== '"'; this.at++) {
      if (this.text[this.at] === "\\") this.at++;
      if (this.at >= this.text.length) throw this.broken();
    }
    this.at++;
    try {
      return JSON.parse(this.text.slice(from, this.at)) as string;
    } catch {
      throw this.broken();
    }
  }

  private word<T>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.at)) throw this.broken();
    this.at += word.length;
    return value;
  }

  /** Steps over a sign if it is the next one. */
  private next(sign: string): boolean {
    this.take(blanks);
    const here = this.text[this.at] === sign;
    if (here) this.at++;
    return here;
  }

  private must(sign: string): void {
    if (!this.next(sign)) throw this.broken();
  }

  private take(what: RegExp): string {
    what.lastIndex = this.at;
    const found = what.exec(this.text)?.[0] ?? "";
    this.at += found.length;
    return found;
  }

  private broken(): JsonError {
    return new JsonError(`it is not one JSON value: see character ${this.at + 1} of ${this.text.length}`);
  }
}

/** Writes JSON: numbers are bigint or Digits, never the language's own. */
export function encode(value: unknown): string {
  if (value instanceof Digits) return value.text;
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number") throw new TypeError("a number that is sent is a bigint");
  if (Array.isArray(value)) return `[${value.map(encode).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const members = value instanceof Map ? [...value] : Object.entries(value).filter(([, member]) => member !== undefined);
    return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${encode(member)}`).join(",")}}`;
  }
  return JSON.stringify(value);
}

function kind(value: Json | undefined): string {
  if (value === null || value === undefined) return "null";
  if (value instanceof Digits) return "number";
  if (value instanceof Map) return "object";
  return Array.isArray(value) ? "array" : typeof value;
}

/** An object of the gateway, read member by member. null and a missing member are the same: not there. */
export class Members {
  constructor(
    private readonly members: JsonObject,
    private readonly path: string,
  ) {}

  /** Reads a value that must be an object. */
  static of(value: Json | undefined, path: string): Members {
    if (!(value instanceof Map)) throw new JsonError(`${path} is ${kind(value)}, and an object is read there`);
    return new Members(value, path);
  }

  /** A string; gateways also send a number or a truth. "" where there is none. */
  text(name: string): string {
    const value = this.members.get(name) ?? "";
    if (typeof value === "string") return value;
    if (value instanceof Digits) return value.text;
    if (typeof value === "boolean") return String(value);
    throw this.wrong(name, "a text");
  }

  /** An id, byte for byte: a string, or a whole number with its exact digits. */
  id(name: string): string {
    const value = this.members.get(name) ?? "";
    if (typeof value === "string" && value.length <= 256 && value.isWellFormed()) return value;
    if (value instanceof Digits && /^-?[0-9]{1,19}$/.test(value.text)) return value.text;
    throw this.wrong(name, "an id");
  }

  /** An amount in whole fen. A point or an exponent is refused: the member may be in yuan. */
  fen(name: string): bigint | undefined {
    const text = this.text(name);
    if (text === "") return undefined;
    const fen = /^(0|-?[1-9][0-9]{0,18})$/.test(text) ? BigInt(text) : mostInt64 + 1n;
    if (fen > mostInt64 || fen < -mostInt64) throw this.wrong(name, "an amount in whole fen");
    return fen;
  }

  /** A whole number, sent as number or text; "0" where there is none. */
  whole(name: string): string {
    const digits = /^([0-9]{1,18})(\.0+)?$/.exec(this.text(name) || "0")?.[1];
    if (digits === undefined) throw this.wrong(name, "a whole number");
    return BigInt(digits).toString();
  }

  /** A time in milliseconds; 0 where there is none or none that can be read: a time is not worth losing an order for. */
  time(name: string): number {
    const value = this.members.get(name);
    return typeof value === "string" || value instanceof Digits ? readTime(this.text(name)) : 0;
  }

  /** The objects of a list; gateways also send an only element without its list. */
  list(name: string): Members[] {
    const value = this.members.get(name) ?? [];
    const elements = Array.isArray(value) ? value : [value];
    return elements.map((element, i) => Members.of(element, `${this.path}.${name}[${i}]`));
  }

  private wrong(name: string, what: string): JsonError {
    return new JsonError(`${this.path}.${name} is a ${kind(this.members.get(name))} that cannot be read as ${what}`);
  }
}

export const mostInt64 = 2n ** 63n - 1n;

const written = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d+)?)(Z|[+-]\d\d:?\d\d)?$/;

/**
 * Reads "yyyy-MM-dd HH:mm:ss" (in Beijing where no zone is named), the same with a zone, and Unix time
 * of 10 digits (seconds) or 13 (milliseconds).
 */
export function readTime(text: string): number {
  text = text.trim().replace(/:\s+/g, ":"); // "15: 27: 58" has been seen
  if (/^\d{13}$/.test(text)) return Number(text);
  if (/^\d{10}$/.test(text)) return Number(text) * 1000;
  const [, day, clock, zone = "+08:00"] = written.exec(text) ?? [];
  const ms = Date.parse(`${day}T${clock}${zone.replace(/^([+-]\d\d)(\d\d)$/, "$1:$2")}`);
  return Number.isNaN(ms) ? 0 : ms;
}
