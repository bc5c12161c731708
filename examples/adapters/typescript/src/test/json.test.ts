import assert from "node:assert/strict";
import { test } from "node:test";
import { encode, JsonError, Members, parse, readTime } from "../json.js";

const read = (text: string) => parse(Buffer.from(text));
const members = (text: string) => Members.of(read(text), "data");

test("numbers keep their digits, there and back", () => {
  for (const text of ["2257164624870311973", "-0", "8.96", "1E+2", "0.1000000000000000000000001", "58218860983545941"]) {
    assert.equal(encode(read(text)), text);
    assert.equal(encode(read(`{"a":[${text},{"b":${text}}]}`)), `{"a":[${text},{"b":${text}}]}`);
  }
});

test("what JSON.parse takes is taken", () => {
  for (const text of ['""', '"\\"\\\\\\/\\b\\f\\n\\r\\t\\u4e2d"', "[]", "{}", " \t\r\n[ true , false,null ]\n", '{"a":{"":[[]]},"__proto__":{"x":"y"},"b":"成功"}', "-12.50e-3", '"\\\\"']) {
    assert.equal(encode(read(text)).replaceAll("-12.50e-3", "-0.0125"), JSON.stringify(JSON.parse(text)), text);
  }
});

test("what is not one JSON value is refused", () => {
  for (const text of ["", " ", "{", "[", '"', '"\\', '"\\"', "tru", "nul", "01", "1.", ".5", "+1", "1e", "-", "NaN", "[1,]", "[,1]", "[1 2]", '{"a"}', '{"a":}', '{"a":1,}',
    "{a:1}", "{1:1}", "'a'", '"\n"', '"\\x41"', '"\\u12g4"', "1 2", "{} {}", "[]]", "\ufeff1", "/**/1", "9".repeat(65), "[".repeat(100), "[".repeat(66) + "]".repeat(66), "[".repeat(4_000_000)]) {
    assert.throws(() => read(text), JsonError, text.slice(0, 20));
  }
  assert.throws(() => parse(Buffer.from([0x22, 0xff, 0x22])), JsonError, "not UTF-8");
  for (const twice of ['{"id":1,"id":2}', '{"a":{"\\u0069d":1,"id":2}}']) assert.throws(() => read(twice), /twice/);
});

test("no error holds a value", () => {
  for (const text of ['{"phone":"13800000000"', '{"13800000000":1,"13800000000":2}', "13800000000 13800000000"]) {
    assert.throws(() => read(text), (e: Error) => e instanceof JsonError && !e.message.includes("138"));
  }
  assert.throws(() => members('{"id":{"phone":"138"}}').id("id"), { message: "data.id is a object that cannot be read as an id" });
  assert.throws(() => members('{"fee":"13.8"}').fen("fee"), (e: Error) => !e.message.includes("13.8"));
});

test("ids are text, byte for byte", () => {
  assert.equal(members('{"id":2257164624870311973}').id("id"), "2257164624870311973");
  assert.equal(members('{"id":"0007"}').id("id"), "0007");
  assert.equal(members('{"id":null}').id("id"), "");
  assert.equal(members("{}").id("id"), "");
  for (const odd of ["1.5", "1e3", "12345678901234567890", "true", "[]", '"\\ud800"']) assert.throws(() => members(`{"id":${odd}}`).id("id"), JsonError, odd);
});

test("fen are whole, and nothing is guessed", () => {
  assert.equal(members('{"f":896}').fen("f"), 896n);
  assert.equal(members('{"f":"-3989"}').fen("f"), -3989n);
  assert.equal(members('{"f":9223372036854775807}').fen("f"), 9223372036854775807n);
  assert.equal(members('{"f":null}').fen("f"), undefined);
  for (const odd of ["8.96", "8.0", "1e2", '"007"', '" 7"', "-0", "9223372036854775808", "true"]) assert.throws(() => members(`{"f":${odd}}`).fen("f"), JsonError, odd);
});

test("whole numbers come as number and as text", () => {
  for (const [given, want] of [["200", "200"], ['"200"', "200"], ["3.00", "3"], ["null", "0"]]) assert.equal(members(`{"q":${given}}`).whole("q"), want);
  for (const odd of ["3.5", "-1", '"many"', "1e2"]) assert.throws(() => members(`{"q":${odd}}`).whole("q"), JsonError, odd);
});

test("times of the forms that were seen", () => {
  for (const [text, want] of [
    ["2023-10-18 18:11:08", Date.UTC(2023, 9, 18, 10, 11, 8)], ["2018-02-07 15: 27: 58", 1517988478000], ["2025-04-24T17:17:43.000+08:00", 1745486263000],
    ["2025-04-24T17:17:43.000+0800", 1745486263000], ["2024-08-14T07:10:38.000+00:00", 1723619438000], ["1667193198819", 1667193198819], ["1754342534", 1754342534000],
    ["soon", 0], ["", 0], ["2023-13-40 99:99:99", 0], ["121312131313", 0],
  ] as const) assert.equal(readTime(text), want, text);
  assert.equal(members('{"t":1667193198819}').time("t"), 1667193198819);
  assert.equal(members('{"t":[]}').time("t"), 0);
});

test("a list may be its only element", () => {
  assert.equal(members('{"l":[{"id":1},{"id":2}]}').list("l")[1]?.id("id"), "2");
  assert.equal(members('{"l":{"id":1}}').list("l").length, 1);
  assert.deepEqual(members('{"l":null}').list("l"), []);
  assert.throws(() => members('{"l":[1]}').list("l"), /data\.l\[0\]/);
});

test("no number of the language is ever written", () => {
  assert.equal(encode({ a: 9223372036854775807n, b: "<&>中", c: undefined, d: null, e: [true] }), '{"a":9223372036854775807,"b":"<&>中","d":null,"e":[true]}');
  assert.throws(() => encode({ a: 1 }), TypeError);
});
