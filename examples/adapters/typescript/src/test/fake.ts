// An adapter that misbehaves as its settings say, for the tests of serve.ts. It talks too much on
// purpose: standard output is not its own.
import { serve, log, type Adapter, type Call } from "../serve.js";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { AdapterError, type Order } from "../contract.js";

console.log("Welcome to my adapter!");
process.stdout.write("1|hello|this is no handshake|");

const order: Order = { order: { id: "o1", handle: "" }, market: "fake", totals: { payable: { amount: "232.00", currency: "CNY" } } };

const acts: Record<string, (c: Call) => Order | Promise<Order>> = {
  "": () => order,
  throw: () => { throw new TypeError("the phone is\n    at 13800000000 and the secret canary-4711"); },
  stray: () => new Promise(() => void setImmediate(() => { throw new RangeError("the phone is 13800000000 and the secret canary-4711"); })),
  "throw-text": () => { throw "canary-4711"; },
  refused: () => { throw new AdapterError("ERROR_CODE_REFUSED", "OUTCOME_NOT_DONE", "no", { gateway_code: "1009", gateway_message: "库存\ud800不足", gateway_request_id: "r1" }); },
  nothing: () => undefined as unknown as Order,
  huge: () => ({ ...order, upstream_status: "x".repeat(9 * 1024 * 1024) }),
  large: () => ({ ...order, upstream_status: "x".repeat(1024 * 1024) }),
  hang: async ({ signal }) => {
    log.info("hanging");
    await once(signal, "abort");
    log.info("the call is over");
    throw new Error("over");
  },
  print: () => {
    console.log("x".repeat(1024 * 1024));
    spawnSync("sh", ["-c", "head -c 2000000 /dev/zero"], { stdio: ["ignore", 1, 2] }); // into file 1 itself
    return order;
  },
  log: () => {
    log.debug("a debug line");
    log.info("an info line", { n: 7 });
    log.warn("a warning " + "x".repeat(100_000));
    log.error("an error line with canary-4711");
    return order;
  },
};

serve({
  name: "fake", version: "1",
  configure(_account, settings) {
    console.log("configuring");
    const { mode } = JSON.parse(Buffer.from(settings).toString()) as { mode: string };
    if (mode === "configure-throws") throw new Error("canary-4711");
    const act = acts[mode] ?? acts[""]!;
    const adapter: Adapter = {
      describe: () => ({ adapter: "fake", version: "1", market: "fake", gateway: "none", operations: {} }),
      createOrder: (_r, c) => act(c),
      getOrder: (_r, c) => act(c),
      listOrders: (r) => ({ orders: [{ ...order, order: { id: "o" + r.cursor } }], next: mode === "stuck" ? "1" : r.cursor === "9" ? "" : String(Number(r.cursor) + 1) }),
    };
    return adapter;
  },
});
