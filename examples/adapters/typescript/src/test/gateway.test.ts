import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { cny } from "../adapter.js";
import { AdapterError } from "../contract.js";
import { Gateway, legible, signature } from "../gateway.js";
import { readSettings } from "../settings.js";

const good = { access_key: "the-key", access_secret: "the-secret", user_id: "7" };
const read = (settings: unknown) => readSettings(Buffer.from(typeof settings === "string" ? settings : JSON.stringify(settings)));

const vectors = process.env["SAMPAN_SIGNING_VECTORS"] ?? "../../../testdata/signing/pandapon.json";

test("the signature is that of the vectors", { skip: !existsSync(vectors) }, () => {
  const file = JSON.parse(readFileSync(vectors, "utf8")) as { vectors: { access_key: string; timestamp: string; nonce: string; secret: string; signature: string }[] };
  assert.ok(file.vectors.length >= 5);
  for (const v of file.vectors) assert.equal(signature(v.access_key, v.timestamp, v.nonce, v.secret), v.signature);
});

test("settings that cannot work name the field, and never a value", () => {
  for (const [settings, field] of [
    ["", "settings.access_key"], ["[]", "settings"], ["{", "settings"], ['{"user_id":"4711","user_id":"4712"}', "settings"], ["{} {}", "settings"],
    [{ ...good, access_key: "" }, "settings.access_key"], [{ ...good, access_secret: undefined }, "settings.access_secret"], [{ ...good, access_secret: "canary 4711" }, "settings.access_secret"],
    [{ ...good, user_id: 4711 }, "settings.user_id"], [{ ...good, colour: "canary" }, "settings.colour"], [{ ...good, Allow_Private: true }, "settings.Allow_Private"],
    [{ ...good, allow_private: "canary" }, "settings.allow_private"], [{ ...good, timestamp_unit: "canary" }, "settings.timestamp_unit"],
    [{ ...good, refusal_codes: "canary" }, "settings.refusal_codes"], [{ ...good, refusal_codes: ["200"] }, "settings.refusal_codes"], [{ ...good, expired_codes: [4711] }, "settings.expired_codes"],
    [{ ...good, refund_fee_unit: "canary" }, "settings.refund_fee_unit"], [{ ...good, refund_states: ["canary"] }, "settings.refund_states"], [{ ...good, endpoints: [] }, "settings.endpoints"], [{ ...good, endpoints: { pay: 4711 } }, "settings.endpoints.pay"],
    [{ ...good, base_url: "http://api.canary.example" }, "settings.base_url"], [{ ...good, base_url: "https://canary:4711@x.example" }, "settings.base_url"],
    [{ ...good, base_url: "https://x.example/?canary" }, "settings.base_url"], [{ ...good, base_url: "https://x.example/a//canary" }, "settings.base_url"],
    [{ ...good, base_url: "https://x.example/../canary" }, "settings.base_url"], [{ ...good, base_url: "https://x.example/%2e/canary" }, "settings.base_url"],
    [{ ...good, base_url: "ftp://canary.example" }, "settings.base_url"], [{ ...good, base_url: "canary" }, "settings.base_url"], [{ ...good, base_url: "https://канарейка.example" }, "settings.base_url"],
    [{ ...good, base_url: "https://10.0.0.1" }, "settings.base_url"], [{ ...good, base_url: "http://10.0.0.1", allow_private: true }, "settings.base_url"],
  ] as const) {
    assert.throws(() => read(settings), (e: Error) => {
      assert.ok(e instanceof AdapterError, String(e));
      assert.deepEqual([e.code, e.outcome, e.beside.field], ["ERROR_CODE_INVALID_INPUT", "OUTCOME_NOT_DONE", field], e.message);
      assert.doesNotMatch(e.message, /canary|4711/);
      return true;
    });
  }
});

test("settings have their defaults", () => {
  const s = read(good);
  assert.deepEqual([s.base.href, s.timestampUnit, s.allowPrivate, s.refusalCodes, s.endpoints.size], ["https://api.pandapon.com/", "ms", false, [], 0]);
  assert.deepEqual(read({ ...good, refund_fee_unit: "fen", refund_states: { 1: "paid" } }).unused, ["refund_fee_unit", "refund_states"]);
  assert.equal(read({ ...good, base_url: "http://127.0.0.1:80/pandapon", allow_private: true }).base.pathname, "/pandapon");
});

test("an endpoint of the settings replaces method and path, and nothing else is one", () => {
  const table = { pay: { op: "pay", method: "POST" as const, source: "x", unknown: "all", suggest: "POST /pay" } };
  const named = (endpoints: Record<string, string>) => new Gateway(read({ ...good, endpoints }), table);
  assert.equal(named({ pay: "GET /a/b" }).table["pay"]?.path, "/a/b");
  assert.equal(table.pay.method, "POST", "the table itself stays");
  for (const wrong of ["DELETE /a", "POST", "POST  /a", "POST a", "POST /a?b=c", "POST /a//b", "POST /a/../b", "POST /{id}", "post /a", "POST /a ", ""]) {
    assert.throws(() => named({ pay: wrong }), (e: Error) => e instanceof AdapterError && e.beside.field === "settings.endpoints.pay", wrong);
  }
  for (const name of ["payment", "constructor", "__proto__"]) assert.throws(() => named(JSON.parse(`{"${name}":"POST /a"}`)), /is not an endpoint of this adapter; it knows pay/, name);
});

test("what a gateway says is shown without keys, addresses, phones and control characters", () => {
  const gateway = new Gateway(read(good), {});
  const clean = (text: string, personal: string[] = []) => gateway.clean({ gateway_message: text }, "SIGNED0123", personal).gateway_message;
  assert.equal(clean("key the-key, secret the-secret, signature SIGNED0123 or signed0123"), "key [redacted], secret [redacted], signature [redacted] or [redacted]");
  assert.equal(clean("张三 测试路1号 中国", ["张三", "测试路1号", "镇测试路1号", "中"]), "[private] [private] 中国");
  assert.equal(clean("call 13800000000 or 8613800000000 about 1031992847890383164"), "call [phone] or [phone] about 1031992847890383164");
  assert.equal(clean("a\u0000b\u202ec\nd\ud800"), "abc d");
  assert.ok(Buffer.byteLength(clean("成".repeat(1000)) ?? "") <= 300);
  assert.doesNotMatch(clean("成".repeat(1000)) ?? "", /\ufffd/);
  assert.equal(legible(" x\ty "), "x y");
});

test("an amount is text with its two decimals", () => {
  for (const [fen, want] of [[0n, "0.00"], [5n, "0.05"], [400n, "4.00"], [-3989n, "-39.89"], [9223372036854775807n, "92233720368547758.07"]] as const) {
    assert.deepEqual(cny(fen), { amount: want, currency: "CNY" });
  }
  assert.equal(cny(undefined), null);
});
