// A self-signed certificate for one start of the adapter.
//
// node:crypto reads X.509 and does not write it. A library would do (@peculiar/x509 is a good one), but
// it brings about fifteen packages, with a container for dependency injection among them, for this one
// fixed form. The form is some fifty lines of DER: node:crypto makes the public key's part and the
// signature, the rest is here. The host's own parser (Go's crypto/x509) and node's are the tests.
import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

export interface Certificate {
  /** The certificate as the handshake carries it. */
  der: Buffer;
  /** The certificate and its private key as TLS takes them. */
  pem: string;
  key: string;
}

/** Makes a P-256 key and a certificate for "localhost" that is its own authority, valid for ten years. */
export function selfSigned(now = new Date()): Certificate {
  // P-256 is taken by every TLS library; P-521, which go-plugin itself would use, is not.
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const until = new Date(now);
  until.setUTCFullYear(now.getUTCFullYear() + 10); // a host runs for months
  const name = sequence(set(sequence(oid("2.5.4.3"), utf8("localhost"))));
  const body = sequence(
    explicit(0, integer(Buffer.from([2]))), // X.509 version 3
    integer(serialNumber()),
    ecdsaWithSHA256,
    name,
    sequence(time(new Date(now.getTime() - 3_600_000)), time(until)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    explicit(3, sequence(
      extension("2.5.29.15", true, Buffer.from([0x03, 0x02, 0x02, 0x84])), // key usage: digital signature, certificate signing
      extension("2.5.29.37", false, sequence(oid("1.3.6.1.5.5.7.3.1"), oid("1.3.6.1.5.5.7.3.2"))), // TLS server and client
      extension("2.5.29.19", true, sequence(boolean(true))), // an authority: it signs itself
      extension("2.5.29.17", false, sequence(element(0x82, Buffer.from("localhost")))), // the DNS name that the host asks for
    )),
  );
  const der = sequence(body, ecdsaWithSHA256, bits(sign("sha256", body, privateKey)));
  return { der, pem: pem(der), key: privateKey.export({ type: "pkcs8", format: "pem" }) as string };
}

/** A positive number of 16 bytes: the first bit is the sign, the second keeps the first byte from being 0. */
function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x3f) | 0x40;
  return bytes;
}

function pem(der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

// DER: an element is its tag, the length of its content, and its content.

/** One element of DER. */
export function element(tag: number, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.from([tag]), length(body.length), body]);
}

/** Up to 127 is one byte; above, a byte says how many bytes of length follow. */
function length(n: number): Buffer {
  if (n < 0x80) return Buffer.from([n]);
  const bytes: number[] = [];
  for (let rest = n; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Buffer.from([0x80 | bytes.length, ...bytes]);
}

const sequence = (...content: Buffer[]) => element(0x30, ...content);
const set = (...content: Buffer[]) => element(0x31, ...content);
const explicit = (n: number, content: Buffer) => element(0xa0 | n, content);
const boolean = (yes: boolean) => element(0x01, Buffer.from([yes ? 0xff : 0]));
const integer = (bigEndian: Buffer) => element(0x02, bigEndian);
const utf8 = (text: string) => element(0x0c, Buffer.from(text));
const octets = (content: Buffer) => element(0x04, content);
const bits = (content: Buffer) => element(0x03, Buffer.from([0]), content); // 0 bits of the last byte are unused

/** The first two numbers share a byte; each further one is written in base 128, high bit on all bytes but its last. */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes = [first * 40 + second];
  for (const number of rest) {
    const digits = [number % 128];
    for (let more = Math.floor(number / 128); more > 0; more = Math.floor(more / 128)) digits.unshift((more % 128) | 0x80);
    bytes.push(...digits);
  }
  return element(0x06, Buffer.from(bytes));
}

/** Years from 2050 on have four digits and a tag of their own (RFC 5280, 4.1.2.5). */
export function time(at: Date): Buffer {
  const digits = at.toISOString().replace(/\.\d+Z$/, "Z").replace(/[-:T]/g, "");
  return at.getUTCFullYear() < 2050 ? element(0x17, Buffer.from(digits.slice(2))) : element(0x18, Buffer.from(digits));
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return critical ? sequence(oid(id), boolean(true), octets(value)) : sequence(oid(id), octets(value));
}

const ecdsaWithSHA256 = sequence(oid("1.2.840.10045.4.3.2"));
