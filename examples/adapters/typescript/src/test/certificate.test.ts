import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { test } from "node:test";
import { element, oid, selfSigned, time } from "../certificate.js";

test("the certificate is what node's own parser takes", () => {
  for (let i = 0; i < 50; i++) { // serial numbers and signatures differ in length
    const { der, pem, key } = selfSigned();
    const read = new X509Certificate(pem);
    assert.deepEqual(Buffer.from(read.raw), der);
    assert.ok(read.verify(read.publicKey), "it is its own authority");
    assert.ok(read.checkPrivateKey(createPrivateKey(key)));
    assert.equal(read.checkHost("localhost"), "localhost");
    assert.equal(read.checkHost("example.com"), undefined);
    assert.equal(read.ca, true);
    assert.deepEqual(read.keyUsage, ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]);
    assert.match(read.subject, /CN=localhost/);
    assert.ok(Date.parse(read.validFrom) < Date.now() && Date.parse(read.validTo) > Date.now() + 9 * 365 * 86_400_000);
  }
  assert.notEqual(selfSigned().der.toString("hex"), selfSigned().der.toString("hex"));
});

test("it is valid beyond 2049, where the form of a year changes", () => {
  const read = new X509Certificate(selfSigned(new Date("2045-03-04T05:06:07Z")).pem);
  assert.equal(Date.parse(read.validFrom), Date.parse("2045-03-04T04:06:07Z"));
  assert.equal(Date.parse(read.validTo), Date.parse("2055-03-04T05:06:07Z"));
});

test("lengths, ids and times have the forms of DER", () => {
  assert.equal(element(0x04, Buffer.alloc(127)).subarray(0, 2).toString("hex"), "047f");
  assert.equal(element(0x04, Buffer.alloc(128)).subarray(0, 3).toString("hex"), "048180");
  assert.equal(element(0x04, Buffer.alloc(256)).subarray(0, 4).toString("hex"), "04820100");
  assert.equal(element(0x04, Buffer.alloc(65536)).subarray(0, 5).toString("hex"), "0483010000");
  assert.equal(oid("1.2.840.10045.4.3.2").toString("hex"), "06082a8648ce3d040302");
  assert.equal(oid("2.5.29.15").toString("hex"), "0603551d0f");
  assert.equal(time(new Date("2049-12-31T23:59:59.999Z")).toString(), "\x17\x0d491231235959Z");
  assert.equal(time(new Date("2050-01-01T00:00:00Z")).toString(), "\x18\x0f20500101000000Z");
});
