// The messages of the contract and its Error, under the names that this adapter uses. The types are
// made from proto/sampan/v1/adapter.proto by `npm run types`, so they cannot differ from it; read the
// rules there. What arrives has every member (the types that end in __Output); what is sent may leave
// members out.
import type { Error as ErrorMessage } from "./gen/sampan/v1/Error.js";
import type { ErrorCode } from "./gen/sampan/v1/ErrorCode.js";
import type { Outcome } from "./gen/sampan/v1/Outcome.js";

export type { Address__Output as Address } from "./gen/sampan/v1/Address.js";
export type { Attempt__Output as Attempt } from "./gen/sampan/v1/Attempt.js";
export type { CancelOrderRequest__Output as CancelOrderRequest } from "./gen/sampan/v1/CancelOrderRequest.js";
export type { Cancellation } from "./gen/sampan/v1/Cancellation.js";
export type { Capability } from "./gen/sampan/v1/Capability.js";
export type { ConfigureRequest__Output as ConfigureRequest } from "./gen/sampan/v1/ConfigureRequest.js";
export type { ConfirmReceiptRequest__Output as ConfirmReceiptRequest } from "./gen/sampan/v1/ConfirmReceiptRequest.js";
export type { CreateOrderRequest__Output as CreateOrderRequest } from "./gen/sampan/v1/CreateOrderRequest.js";
export type { Description } from "./gen/sampan/v1/Description.js";
export type { Effect } from "./gen/sampan/v1/Effect.js";
export type { Event } from "./gen/sampan/v1/Event.js";
export type { FenceProof } from "./gen/sampan/v1/FenceProof.js";
export type { GatewayError } from "./gen/sampan/v1/GatewayError.js";
export type { GetOrderRequest__Output as GetOrderRequest } from "./gen/sampan/v1/GetOrderRequest.js";
export type { GetRefundRequest__Output as GetRefundRequest } from "./gen/sampan/v1/GetRefundRequest.js";
export type { Line } from "./gen/sampan/v1/Line.js";
export type { ListOrdersRequest__Output as ListOrdersRequest } from "./gen/sampan/v1/ListOrdersRequest.js";
export type { Money, Money__Output as GivenMoney } from "./gen/sampan/v1/Money.js";
export type { Order } from "./gen/sampan/v1/Order.js";
export type { OrderLine__Output as OrderLine } from "./gen/sampan/v1/OrderLine.js";
export type { OrderPage } from "./gen/sampan/v1/OrderPage.js";
export type { OrderRef__Output as OrderRef } from "./gen/sampan/v1/OrderRef.js";
export type { Parcel } from "./gen/sampan/v1/Parcel.js";
export type { Payment } from "./gen/sampan/v1/Payment.js";
export type { PayRequest__Output as PayRequest } from "./gen/sampan/v1/PayRequest.js";
export type { ProveFenceRequest__Output as ProveFenceRequest } from "./gen/sampan/v1/ProveFenceRequest.js";
export type { Quote } from "./gen/sampan/v1/Quote.js";
export type { QuoteRequest__Output as QuoteRequest } from "./gen/sampan/v1/QuoteRequest.js";
export type { Receipt } from "./gen/sampan/v1/Receipt.js";
export type { RefundRequest__Output as RefundRequest } from "./gen/sampan/v1/RefundRequest.js";
export type { Refund } from "./gen/sampan/v1/Refund.js";
export type { Status } from "./gen/sampan/v1/Status.js";
export type { Totals } from "./gen/sampan/v1/Totals.js";
export type { Tracking } from "./gen/sampan/v1/Tracking.js";
export type { TrackRequest__Output as TrackRequest } from "./gen/sampan/v1/TrackRequest.js";
export type { ErrorCode, ErrorMessage, Outcome };

/** What the gateway itself said, in its own words. It never holds a body, an address or a key. */
export interface Said {
  gateway_code?: string;
  gateway_message?: string;
  gateway_request_id?: string;
}

/** The parts of the contract's Error beside code, outcome and message. */
export interface Beside extends Said {
  op?: string;
  field?: string;
  detail?: string[];
}

/**
 * The contract's Error, thrown. It says what kind, and whether it happened: OUTCOME_NOT_DONE is a
 * promise that nothing happened, so anything that is not sure is OUTCOME_UNSPECIFIED. What is thrown
 * and is no AdapterError becomes a fault of the adapter, which is in doubt on a write.
 */
export class AdapterError extends Error {
  constructor(
    readonly code: ErrorCode,
    readonly outcome: Outcome,
    message: string,
    readonly beside: Beside = {},
  ) {
    super(message);
  }
}

/** A wrong member of the request or of the settings; nothing was sent. */
export function invalid(field: string, message: string): AdapterError {
  return new AdapterError("ERROR_CODE_INVALID_INPUT", "OUTCOME_NOT_DONE", message, { field });
}

/** An operation that the account does not have; nothing was sent. */
export function notOffered(reason: string): AdapterError {
  return new AdapterError("ERROR_CODE_UNSUPPORTED", "OUTCOME_NOT_DONE", reason);
}
