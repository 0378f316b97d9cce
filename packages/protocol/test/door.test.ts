import * as protocol from "@sse/protocol";
import { expect, it } from "vitest";

it("the door is this list", () => {
  expect(Object.keys(protocol).sort()).toEqual([
    "BackplaneError",
    "ClosedError",
    "ConnectionError",
    "DEFAULT_MAX_EVENT_BYTES",
    "END_ID",
    "END_TYPE",
    "ERROR_TYPE",
    "EVENT_STREAM_MEDIA_TYPE",
    "EventStreamDecoderStream",
    "EventStreamEncoderStream",
    "EventStreamParser",
    "GAP_TYPE",
    "InvalidDataError",
    "InvalidEventError",
    "InvalidOptionError",
    "LAST_EVENT_ID_PARAMETER",
    "LimitError",
    "MARK_TYPE",
    "MAX_ID_BYTES",
    "MAX_RETRY_MS",
    "REAUTH_TYPE",
    "SseError",
    "TruncatedError",
    "bytes",
    "decodeLastEventId",
    "defineEvents",
    "encodeEvent",
    "encodeLastEventId",
    "isSseError",
    "json",
    "readEvents",
    "serializeComment",
    "serializeEvent",
    "text",
  ]);
});

it("the constants are what the wire profile says", () => {
  expect(protocol.EVENT_STREAM_MEDIA_TYPE).toBe("text/event-stream");
  expect(protocol.DEFAULT_MAX_EVENT_BYTES).toBe(16 * 1024 * 1024);
  expect(protocol.MAX_ID_BYTES).toBe(1024);
  expect(protocol.MAX_RETRY_MS).toBe(2 ** 31 - 1);
  expect(protocol.LAST_EVENT_ID_PARAMETER).toBe("lastEventId");
  const { MARK_TYPE, GAP_TYPE, ERROR_TYPE, REAUTH_TYPE, END_TYPE, END_ID } = protocol;
  expect([MARK_TYPE, GAP_TYPE, ERROR_TYPE, REAUTH_TYPE, END_TYPE, END_ID]).toEqual([
    "sse.mark",
    "sse.gap",
    "sse.error",
    "sse.reauth",
    "sse.end",
    "sse.end",
  ]);
});
