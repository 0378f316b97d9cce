import {
  EventStreamDecoderStream,
  EventStreamEncoderStream,
  encodeEvent,
  InvalidEventError,
  LimitError,
  type ServerSentEvent,
  type ServerSentEventInit,
} from "@sse/protocol";
import { describe, expect, it } from "vitest";
import { streamOf } from "./body.ts";
import { pieces } from "./chunkings.ts";

const encoder = new TextEncoder();

describe("EventStreamDecoderStream", () => {
  it.each([1, 3, 1_000])("makes events of bytes in chunks of %i", async (size) => {
    const bytes = encoder.encode(
      "\uFEFFid: 1\nevent: t\ndata: é\ndata: 😀\n\n: c\n\ndata: b\r\rdata: lost\n",
    );
    const events = await collect(streamOf(pieces(bytes, size)).pipeThrough(new EventStreamDecoderStream()));
    expect(events).toEqual([
      { type: "t", data: "é\n😀", lastEventId: "1" },
      { type: "message", data: "b", lastEventId: "1" },
    ]);
  });

  it("begins with the last event ID that it is given", async () => {
    const source = streamOf([encoder.encode("data: a\n\n")]);
    const events = await collect(source.pipeThrough(new EventStreamDecoderStream({ lastEventId: "7" })));
    expect(events).toEqual([{ type: "message", data: "a", lastEventId: "7" }]);
  });

  it("errors past maxEventBytes, after the events before", async () => {
    const source = streamOf([encoder.encode("data: a\n\n"), encoder.encode(`data: ${"x".repeat(50)}`)]);
    const reader = source.pipeThrough(new EventStreamDecoderStream({ maxEventBytes: 20 })).getReader();
    expect((await reader.read()).value?.data).toBe("a");
    await expect(reader.read()).rejects.toBeInstanceOf(LimitError);
  });
});

describe("EventStreamEncoderStream", () => {
  it("makes bytes of events, a chunk each", async () => {
    const events = [{ type: "t", data: "a\nb", id: "1" }, { comment: "c" }, { retryMs: 5 }];
    const chunks = await collect(streamOf(events).pipeThrough(new EventStreamEncoderStream()));
    expect(chunks).toEqual(events.map(encodeEvent));
  });

  it("errors on an event that cannot be written", async () => {
    const events = streamOf([{ data: "a" }, { type: "a\nb" }]);
    const reader = events.pipeThrough(new EventStreamEncoderStream()).getReader();
    await reader.read();
    await expect(reader.read()).rejects.toBeInstanceOf(InvalidEventError);
  });
});

it("an encoder and a decoder in a row give what went in", async () => {
  const events: readonly ServerSentEvent[] = [
    { type: "message", data: "", lastEventId: "0" },
    { type: "t", data: " a\n\nb ", lastEventId: "1" },
    { type: "__proto__", data: '{"é":"😀"}', lastEventId: "日本" },
    { type: "constructor", data: "\u2028\0\uFEFF", lastEventId: "" },
  ];
  const inits = events.map(
    ({ type, data, lastEventId }): ServerSentEventInit => ({ type, data, id: lastEventId }),
  );
  const stream = streamOf(inits)
    .pipeThrough(new EventStreamEncoderStream())
    .pipeThrough(new EventStreamDecoderStream());
  expect(await collect(stream)).toEqual(events);
});

async function collect<T>(stream: ReadableStream<T>): Promise<readonly T[]> {
  const values: T[] = [];
  for await (const value of stream) values.push(value);
  return values;
}
