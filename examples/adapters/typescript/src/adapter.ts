// Taobao through PandaPon: the same account as the Go adapter in adapters/taobao, kept small. Start with
// the table of endpoints; then one method per operation. Refunds are left to the Go adapter.
//
// PandaPon documents for Taobao the creation of an order and its logistics. List, detail, pay and cancel
// are in the menu without path or body: they are provisional, off until the account's settings name them.
// Their code follows the documented sister operations, and each says so.
//
// Ids: order.id is the gateway's order id (create's data.id), line.id its sub-order id, order.handle the
// Taobao sub-purchase ids that the logistics call takes. Amounts are bigint fen inside and text outside.
import {
  type Address, type Cancellation, type CancelOrderRequest, type CreateOrderRequest, type Description, type Effect, type Event,
  type FenceProof, type GetOrderRequest, type GivenMoney, type Line, type ListOrdersRequest, type Money, type Order, type OrderLine,
  type OrderPage, type OrderRef, type Parcel, type Payment, type PayRequest, type ProveFenceRequest, type Status, type Totals,
  type Tracking, type TrackRequest, AdapterError, invalid, notOffered,
} from "./contract.js";
import { Gateway, type GatewayCall, legible, signatureWindowMs, type Table } from "./gateway.js";
import { Digits, encode, type Json, JsonError, Members, mostInt64 } from "./json.js";
import { readSettings } from "./settings.js";
import { type Adapter, type Call, log, type Program } from "./serve.js";

export const program: Program = {
  name: "taobao-typescript",
  version: "0.1.0",
  configure(account, json) {
    const settings = readSettings(json);
    if (settings.allowPrivate) log.warn("allow_private is set: plain http and private addresses are admitted; for the sandbox only", { account });
    if (settings.unused.length > 0) log.info("settings of no use here: this adapter does no refunds", { account, settings: settings.unused.join(", ") });
    return new Taobao(new Gateway(settings, endpoints));
  },
};

/** Every call that this adapter can make. An operator who names a row without a path vouches for path and body. */
const endpoints: Table = {
  create: { op: "create_order", method: "POST", path: "/open/order", write: true, source: "SEED, DOC doc-es api-266459370" },
  logistics: { op: "track", method: "GET", path: "/open/order/logistics/detail/get", source: "DOC doc api-250313082" },
  // Its answer is not read: proveFence alone asks, because it is the one list with a documented path.
  refund_list: { op: "prove_fence", method: "POST", path: "/open/order/refund/queryList", source: "DOC doc-vnm api-250496545" },

  list: { op: "list_orders", method: "GET", source: "DOC (menu) doc-en api-263477611", unknown: "path, parameters and answer are unknown", suggest: "GET /open/order/page" },
  detail: { op: "get_order", method: "GET", source: "DOC (menu) doc-en api-263477617", unknown: "path, parameter and answer are unknown", suggest: "GET /open/order/detail/get" },
  pay: { op: "pay", method: "POST", write: true, source: "DOC (menu) doc-en api-263477615", unknown: "path, body and whether it pays at once are unknown", suggest: "POST /open/order/pay" },
  cancel: { op: "cancel_order", method: "POST", write: true, source: "DOC (menu) doc-en api-263477613", unknown: "path, body and preconditions are unknown", suggest: "POST /open/order/cancel" },

  // Known so that an account's settings fit both adapters, and never called here.
  refund_query: { op: "get_refund", method: "GET", path: "/open/order/refund/query", source: "DOC doc-vnm api-250496551" },
  refund_submit: { op: "refund", method: "POST", write: true, source: "DOC (menu) doc-en api-263477625", unknown: "path and body are unknown", suggest: "POST /open/order/refund/submit" },
};

const read: Effect = { class: "EFFECT_CLASS_READ", why: "it changes nothing" };
const lookup = (why: string): Effect => ({ class: "EFFECT_CLASS_LOOKUP", fence_ms: signatureWindowMs, why });
const human = (why: string): Effect => ({ class: "EFFECT_CLASS_UNSPECIFIED", fence_ms: signatureWindowMs, why });

const optionSource = "order_source";
const defaultPageSize = 20;

class Taobao implements Adapter {
  constructor(private readonly gateway: Gateway) {}

  describe(): Description {
    const noRefunds = { reason: "this small adapter does no refunds; the Go adapter taobao does" };
    return {
      adapter: program.name, version: program.version, market: "taobao", gateway: "PandaPon",
      operations: {
        create_order: this.gateway.capability("create", human("no page says that an order can be found by its sellerOrderNumber")),
        list_orders: this.gateway.capability("list", read),
        get_order: this.gateway.capability("detail", read),
        pay: this.gateway.capability("pay", lookup("the order's detail shows whether it is paid")),
        track: this.gateway.capability("logistics", read),
        cancel_order: this.gateway.capability("cancel", lookup("the order's status shows it, and a second cancel adds nothing")),
        refund: noRefunds,
        get_refund: noRefunds,
        quote: { reason: "PandaPon documents no preview of a Taobao order (one menu has its title, no path)" },
        confirm_receipt: { reason: "PandaPon has no confirmation of receipt for Taobao in any menu" },
      },
      // sellerOrderNumber is sent, but no page says that it makes a second create harmless.
      idempotency: "IDEMPOTENCY_UNSPECIFIED",
      options: { [optionSource]: "the e-commerce platform of the buyer, free text (orderSource), such as lazada" },
    };
  }

  /** POST /open/order. The gateway answers before Taobao has priced the order, so amounts and status must be read later. */
  async createOrder(r: CreateOrderRequest, c: Call): Promise<Order> {
    const parts = r.address ? personal(r.address) : [];
    return this.ask({ endpoint: "create", body: createBody(r), attempt: r.attempt, private: parts, signal: c.signal }, true, (data) => {
      const order = orderOf(data);
      this.judgeLines(order, parts);
      return { ...order, ref: r.ref, status: "STATUS_AWAITING_PAYMENT" }; // a new order has no status in the answer; its life begins unpaid
    });
  }

  /**
   * Looks at the lines that failed: code 200 can carry them. Lines refused with codes that the operator
   * knows leave an order of the others, or nothing at all; a code that nobody knows may stand for a line
   * that was taken, so the whole is in doubt.
   */
  private judgeLines(order: Order, parts: string[]): void {
    const lines = order.lines ?? [];
    let last: AdapterError | undefined;
    for (const line of lines) {
      if (!line.problem) continue;
      const said = this.gateway.clean({ gateway_code: line.problem.code ?? "", gateway_message: line.problem.message ?? "" }, "", parts);
      line.problem = { code: said.gateway_code ?? "", message: said.gateway_message ?? "" };
      last = this.gateway.innerFailure(said);
      if (last.outcome === "OUTCOME_NOT_DONE") continue;
      throw new AdapterError(last.code, last.outcome, last.message, { ...last.beside, detail: [`order ${order.order?.id} exists at the gateway; line ${line.product_id} is the one in doubt`] });
    }
    if (last && lines.every((line) => line.problem)) throw last;
  }

  /** Provisional. The cursor is the page's number; the answer is taken to have the shape of the 1688 list, data.data: UNKNOWN. */
  async listOrders(r: ListOrdersRequest, c: Call): Promise<OrderPage> {
    if (r.status !== "STATUS_UNSPECIFIED" || r.created_from_ms !== "0" || r.created_to_ms !== "0") {
      throw notOffered("Taobao orders cannot be filtered by status or time: no such parameter is documented; list all of them");
    }
    if (r.id !== "") {
      const order = await this.getOrder({ order: { id: r.id, handle: "" }, raw: r.raw }, c);
      return r.ref === "" || order.ref === r.ref ? { orders: [order], total: 1 } : {};
    }
    if (!/^([1-9][0-9]{0,8})?$/.test(r.cursor)) throw invalid("cursor", "is not one that this adapter gave; leave it out to start at the first page");
    const page = Number(r.cursor || "1");
    const size = r.page_size > 0 ? r.page_size : defaultPageSize;
    const query = { pageNo: String(page), pageSize: String(size), ...(r.ref ? { sellerOrderNumber: r.ref } : {}) };
    return this.ask({ endpoint: "list", query, signal: c.signal }, false, (data) => {
      const list = Members.of(data, "data");
      const orders = list.list("data").map((row) => order(row));
      const total = list.whole("total");
      const more = orders.length > 0 && BigInt(page) * BigInt(size) < BigInt(total);
      return { orders, total, next: more ? String(page + 1) : "" };
    });
  }

  /** Provisional: the menu says that detail goes by "order id", which is taken to be create's data.id. */
  async getOrder(r: GetOrderRequest, c: Call): Promise<Order> {
    return this.ask({ endpoint: "detail", query: { orderId: r.order?.id ?? "" }, signal: c.signal }, false, (data) => {
      const order = orderOf(data);
      const raw = r.raw ? Buffer.from(encode(harmless(data))) : Buffer.alloc(0);
      return raw.length <= 1024 * 1024 ? { ...order, raw_json: raw } : order;
    });
  }

  /** Provisional. The sister's statuses show a finance step between the instruction and the payment: success is never SETTLED. */
  async pay(r: PayRequest, c: Call): Promise<Payment> {
    const accepted = await this.instruct({ endpoint: "pay", body: { orderId: r.order?.id ?? "" }, attempt: r.attempt, signal: c.signal });
    return { order: r.order, state: accepted ? "PAYMENT_STATE_ACCEPTED" : "PAYMENT_STATE_UNSPECIFIED" };
  }

  /** Provisional. Upstream cancels asynchronously: read the order to see the end. */
  async cancelOrder(r: CancelOrderRequest, c: Call): Promise<Cancellation> {
    const body = { orderId: r.order?.id ?? "", cancelReason: r.reason || undefined };
    const accepted = await this.instruct({ endpoint: "cancel", body, attempt: r.attempt, signal: c.signal });
    return { order: r.order, state: accepted ? "CANCEL_STATE_ACCEPTED" : "CANCEL_STATE_UNSPECIFIED" };
  }

  /** One read per line, because logistics goes by Taobao's sub-purchase id. Lines that share a parcel are joined by its waybill. */
  async track(r: TrackRequest, c: Call): Promise<Tracking> {
    const parcels: Parcel[] = [];
    for (const { line, subPurchase } of await this.parcelKeys(r.order, c)) {
      const found = await this.ask({ endpoint: "logistics", query: { subPurchaseOrderId: subPurchase }, signal: c.signal }, false,
        (data) => Members.of(data, "data").list("pnmLogisticsDetails").map(parcel));
      for (const p of found) {
        const known = parcels.find((other) => p.number && other.number === p.number);
        if (known) known.line_ids?.push(line);
        else parcels.push({ ...p, line_ids: line ? [line] : [] });
      }
    }
    return { order: r.order, parcels, events_available: true };
  }

  /** The keys come from the handle, or else from a fresh read of the order. */
  private async parcelKeys(ref: OrderRef | null, c: Call): Promise<{ line: string; subPurchase: string }[]> {
    let handle = ref?.handle ?? "";
    if (handle === "") {
      const order = await this.getOrder({ order: ref, raw: false }, c).catch(() => {
        throw invalid("order.handle", "is missing, and the order cannot be read to learn it; give the handle that CreateOrder returned");
      });
      handle = order.order?.handle ?? "";
      if (handle === "") return [];
    }
    return handle.split(",").map((part) => {
      const [, line = "", subPurchase = ""] = /^([0-9]*):([0-9]+)$/.exec(part) ?? [];
      if (subPurchase === "") throw invalid("order.handle", "is not one that this adapter gave; copy it from the order unchanged");
      return { line, subPurchase };
    });
  }

  /** Reads one refund of the list, signed now and long ago. */
  proveFence(r: ProveFenceRequest, c: Call): Promise<FenceProof> {
    return this.gateway.proveFence({ endpoint: "refund_list", body: { pageNo: 1n, pageSize: 1n }, signal: c.signal }, r);
  }

  /** Sends a call and reads its data. An answer to a write that cannot be read has probably happened. */
  private async ask<T>(call: GatewayCall, write: boolean, readData: (data: Json | undefined) => T): Promise<T> {
    const reply = await this.gateway.call(call);
    try {
      return readData(reply.data);
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      throw new AdapterError("ERROR_CODE_BAD_ANSWER", write ? "OUTCOME_UNSPECIFIED" : "OUTCOME_NOT_DONE",
        "PandaPon's answer is not of the expected form: " + error.message, { gateway_request_id: reply.requestID });
    }
  }

  /** Sends a write whose answer is a flag: {"success": true}, or true itself. A "no" is an error; anything but a clear "yes" is not accepted. */
  private async instruct(call: GatewayCall): Promise<boolean> {
    const { data, requestID } = await this.gateway.call(call);
    const flag = data instanceof Map ? data.get("success") : data;
    if (flag === true || flag === "true") return true;
    if (flag !== false && flag !== "false") return false;
    const word = (name: string) => (data instanceof Map && typeof data.get(name) === "string" ? (data.get(name) as string) : "");
    throw this.gateway.innerFailure({ gateway_code: word("errorCode"), gateway_message: word("errorMessage"), gateway_request_id: requestID });
  }
}

// The request of create (SEED create-order-taobao). Two members are JSON documents inside strings.

function createBody(r: CreateOrderRequest): Record<string, unknown> {
  if (r.message !== "") throw invalid("message", "cannot be sent: PandaPon's Taobao order has no note to the seller; leave it out");
  const { lines, totalFen } = createLines(r.lines);
  return {
    purchaseAmount: totalFen, receiver: encode(receiver(r.address)), orderLineList: encode(lines),
    orderSource: r.options[optionSource] || undefined, sellerOrderNumber: r.ref,
  };
}

/** Numbers the lines uniquely, and gives the budget: what they cost at the caller's prices. Every value of a line is text. */
function createLines(given: OrderLine[]): { lines: Record<string, string>[]; totalFen: bigint } {
  if (given.length === 0) throw invalid("lines", "are missing; say what to buy");
  const seen = new Map<string, number>();
  let totalFen = 0n;
  const lines = given.map((line, i) => {
    const at = `lines[${i}].`;
    if (line.sku_id === "") throw invalid(at + "sku_id", "is missing; Taobao orders name the distribution SKU (mpSkuId)");
    const quantity = BigInt(line.quantity);
    if (quantity < 1n) throw invalid(at + "quantity", "must be at least 1");
    // The unit of price is INFERRED from the SEED, whose lines add up to purchaseAmount.
    const priceFen = unitFen(at + "unit_price", line.unit_price);
    const goods = encode([line.product_id, line.sku_id]);
    if (seen.has(goods)) {
      throw invalid(at + "sku_id", `is the same as in lines[${seen.get(goods)}]; PandaPon's answer tells lines apart by product and SKU only, so put both quantities into one line`);
    }
    seen.set(goods, i);
    totalFen += priceFen * quantity;
    if (totalFen > mostInt64) throw invalid(at + "unit_price", "makes the sum too large");
    return { itemId: line.product_id, orderLineNo: String(i + 1), quantity: String(quantity), price: String(priceFen), currency: "CNY", skuId: line.sku_id };
  });
  return { lines, totalFen };
}

/** Whole fen of a price in yuan, exact: a price between two fen is refused, not rounded. */
function unitFen(field: string, price: GivenMoney | null): bigint {
  if (!price) throw invalid(field, "is missing; PandaPon's Taobao order takes the expected price of one piece");
  if (price.currency !== "CNY") throw invalid(field, `is in ${legible(price.currency).slice(0, 8)}; Taobao sells in CNY`);
  const [, yuan, fen = ""] = /^([0-9]{1,17})(?:\.([0-9]{1,2})0*)?$/.exec(price.amount) ?? [];
  if (yuan === undefined) throw invalid(field, "is not an amount of whole fen, which is what PandaPon takes");
  return BigInt(yuan) * 100n + BigInt(fen.padEnd(2, "0"));
}

/** Never repeats a value in an error: an address is personal. */
function receiver(a: Address | null): Record<string, string> {
  const required: [string, string | undefined][] = [["name", a?.name], ["mobile", a && a.mobile + a.phone || ""], ["province", a?.province], ["city", a?.city], ["street", a?.street]];
  for (const [name, value] of required) {
    if (!value) throw invalid("address." + name, "is missing; Taobao delivers to a full address");
  }
  const to = a!;
  return {
    zip: to.postcode, country: to.country || "中国", address: to.town + to.street, city: to.city, phone: to.phone, // 中国 as in the documented example
    mobile_phone: to.mobile, district: to.district, name: to.name, state: to.province,
  };
}

/** The parts of an address that must not come back in what the gateway says. */
const personal = (a: Address): string[] => [a.name, a.mobile, a.phone, a.street, a.town + a.street, a.town];

// The order. Detail and list are taken to answer create's object (SEED) with the members filled that
// are null at creation, and with the order's own status: UNKNOWN.

const orderOf = (data: Json | undefined): Order => order(Members.of(data, "data"));

function order(data: Members): Order {
  const id = data.id("id");
  if (id === "") throw new JsonError("data.id is missing");
  const subs = data.list("subOrderVOS");
  const lines = subs.map(lineOf);
  const word = data.text("status");
  const handle = subs.filter((sub) => sub.id("taobaoSubPurchaseId") !== "").map((sub) => `${sub.id("subOrderId")}:${sub.id("taobaoSubPurchaseId")}`).join(",");
  return {
    ref: data.text("sellerOrderNumber"), order: { id, handle }, number: data.id("orderNo"), market: "taobao",
    marketplace_ids: [...new Set(subs.map((sub) => sub.id("taobaoPurchaseId")).filter((found) => found !== ""))],
    status: orderStatus(word, lines), upstream_status: legible(word), lines, totals: totals(subs), times: { created_ms: data.time("createTime") },
  };
}

function lineOf(sub: Members): Line {
  const word = sub.text("status");
  const [code, message] = [legible(sub.text("errorCode")), legible(sub.text("errorMessage"))];
  return {
    id: sub.id("subOrderId"), product_id: sub.id("itemId"), sku_id: sub.id("skuId"), name: legible(sub.text("title")), quantity: sub.whole("quantity"),
    amount: cny(sub.fen("purchaseAmount")), status: statuses[word] ?? "STATUS_UNSPECIFIED", upstream_status: legible(word),
    problem: code || message ? { code, message } : null,
  };
}

/** Known once every line that was taken has its amount: an absent amount is not zero. */
function totals(subs: Members[]): Totals {
  const taken = subs.filter((sub) => sub.text("errorCode") === "" && sub.text("errorMessage") === "");
  let [goods, shipping] = [0n, 0n];
  for (const sub of taken) {
    const [amount, post] = [sub.fen("purchaseAmount"), sub.fen("domesticPostFee")];
    if (amount === undefined || post === undefined || (sub.text("purchaseCurrency") || "CNY") !== "CNY") return {};
    goods += amount;
    shipping += post;
  }
  return taken.length === 0 ? {} : { goods: cny(goods), shipping: cny(shipping), payable: cny(goods + shipping) };
}

/** "2.32 CNY" of 232 fen; absent stays absent. */
export function cny(fen: bigint | undefined): Money | null {
  if (fen === undefined) return null;
  const digits = (fen < 0n ? -fen : fen).toString().padStart(3, "0");
  return { amount: `${fen < 0n ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`, currency: "CNY" };
}

/**
 * PandaPon's own pages give no list: the numbers are the sister platform's (SIBLING doc-en-ka
 * doc-8873281), the words Taobao's own (UPSTREAM, spelling as on the wire). While finance is at work on a
 * payment (1, 2, 3, 5) the order is neither unpaid nor paid: unspecified.
 */
const statuses: Record<string, Status> = {
  "12": "STATUS_AWAITING_PAYMENT", BULIDING: "STATUS_AWAITING_PAYMENT", BUILDING: "STATUS_AWAITING_PAYMENT",
  "0": "STATUS_AWAITING_PAYMENT", WAIT_BUYER_P: "STATUS_AWAITING_PAYMENT", WAIT_BUYER_PAY: "STATUS_AWAITING_PAYMENT",
  "10": "STATUS_PAID", WAIT_SELLER_SEND_GOODS: "STATUS_PAID",
  "11": "STATUS_SHIPPED", WAIT_BUYER_CONFIRM_GOODS: "STATUS_SHIPPED",
  "4": "STATUS_CLOSED", TRADE_CLOSED: "STATUS_CLOSED",
};
Object.setPrototypeOf(statuses, null); // a gateway's word is a stranger's: "constructor" is no status

/** Looks at the lines too: an order that waits for the seller may have lines that are on their way. */
function orderStatus(word: string, lines: Line[]): Status {
  const status = statuses[word] ?? "STATUS_UNSPECIFIED";
  const moving = (s: Status | undefined) => s === "STATUS_PAID" || s === "STATUS_SHIPPED";
  return moving(status) && lines.some((line) => line.status !== status && moving(line.status)) ? "STATUS_PARTLY_SHIPPED" : status;
}

/** One parcel of GET /open/order/logistics/detail/get (DOC doc api-250313082). Its receiver is personal and not read. */
function parcel(data: Members): Parcel {
  const events = data.list("logisticsTraces").map(event);
  events.sort((a, b) => Number(b.time_ms) - Number(a.time_ms));
  const partner = data.list("logisticsPartner")[0];
  return { number: legible(data.text("mailNo")), carrier: partner ? legible(partner.text("company")) : "", events };
}

function event(trace: Members): Event {
  const place = ["province", "city", "district", "facilityName"].map((part) => legible(trace.text(part))).filter((part) => part !== "");
  const text = trace.text("standerdDesc") || trace.text("statusDesc"); // spelt so on the wire
  return { time_ms: trace.time("time"), text: legible(text), place: place.join(" "), code: legible(trace.text("action")) };
}

/** The members of the gateway's object that are known to say nothing personal; all others are shown as redacted. */
const shown = new Set(["id", "orderNo", "sellerOrderNumber", "createTime", "status", "subOrderVOS", "subOrderId", "quantity", "title", "purchaseCurrency",
  "purchaseAmount", "itemId", "skuId", "domesticPostFee", "closeReason", "taobaoPurchaseId", "taobaoSubPurchaseId", "errorCode", "errorMessage"]);

function harmless(data: Json | undefined): Json {
  if (Array.isArray(data)) return data.map(harmless);
  if (!(data instanceof Map)) return data instanceof Digits ? data : data ?? null;
  return new Map([...data].map(([name, member]) => [name, shown.has(name) || member === null ? harmless(member) : "[redacted]"]));
}
