/// <reference lib="esnext.disposable" preserve="true" />
export {
  DEFAULT_MAX_EVENT_BYTES,
  END_ID,
  END_TYPE,
  ERROR_TYPE,
  EVENT_STREAM_MEDIA_TYPE,
  GAP_TYPE,
  LAST_EVENT_ID_PARAMETER,
  MARK_TYPE,
  MAX_ID_BYTES,
  MAX_RETRY_MS,
  REAUTH_TYPE,
} from "./constants.ts";
export {
  BackplaneError,
  ClosedError,
  ConnectionError,
  type ConnectionErrorCode,
  type ConnectionErrorFacts,
  InvalidDataError,
  InvalidEventError,
  InvalidOptionError,
  isSseError,
  LimitError,
  SseError,
  type SseErrorOptions,
  TruncatedError,
} from "./errors.ts";
export type { ServerSentEvent, ServerSentEventInit } from "./event.ts";
export { decodeLastEventId, encodeLastEventId } from "./last-event-id.ts";
export { EventStreamParser } from "./parser.ts";
export type { EventStreamParserHandlers, EventStreamParserOptions } from "./parser-options.ts";
export {
  type EventReader,
  type EventStreamSource,
  type ReadEventsOptions,
  readEvents,
} from "./read-events.ts";
export {
  type BytesCodec,
  bytes,
  type Codec,
  type JsonCodec,
  json,
  type TextCodec,
  text,
} from "./schema/codecs.ts";
export type {
  ContractCodec,
  ContractOptions,
  DecodedEvent,
  EncodedEvent,
  EventContract,
  EventIssue,
  EventMap,
  EventOf,
  EventSchema,
  InputOf,
  OutgoingEvent,
  OutputOf,
  Received,
  ReceivedUnchecked,
  SendableType,
  SendOptions,
  TextEvents,
} from "./schema/contract.ts";
export { defineEvents } from "./schema/events.ts";
export { encodeEvent, serializeComment, serializeEvent } from "./serialize.ts";
export { EventStreamDecoderStream, EventStreamEncoderStream } from "./streams.ts";
