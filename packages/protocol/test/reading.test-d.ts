import {
  defineEvents,
  type EventIssue,
  type EventReader,
  EventStreamDecoderStream,
  EventStreamEncoderStream,
  EventStreamParser,
  encodeEvent,
  isSseError,
  json,
  readEvents,
  type ServerSentEvent,
  type SseError,
  serializeEvent,
  text,
} from "@sse/protocol";
import { describe, expectTypeOf, it } from "vitest";
import * as z from "zod";

const jobs = defineEvents({ progress: z.object({ percent: z.number() }), log: text() }, { end: ["log"] });

describe("readEvents", () => {
  it("without a contract gives text under any type", () => {
    const reader = readEvents(new Response(""));
    const read = async () => {
      for await (const event of reader) {
        expectTypeOf(event.type).toEqualTypeOf<string>();
        expectTypeOf(event.data).toEqualTypeOf<string>();
        expectTypeOf(event.lastEventId).toEqualTypeOf<string>();
      }
    };
    expectTypeOf(read).returns.resolves.toBeVoid();
  });

  it("with a contract gives its events", () => {
    const reader = readEvents(new Response(""), {
      events: jobs,
      onIssue: (issue) => {
        expectTypeOf(issue).toEqualTypeOf<EventIssue>();
      },
    });
    expectTypeOf(reader).toExtend<EventReader<{ readonly type: "progress" | "log" }>>();
    const read = async () => {
      for await (const event of reader) {
        if (event.type === "progress") expectTypeOf(event.data).toEqualTypeOf<{ percent: number }>();
        else expectTypeOf(event.data).toEqualTypeOf<string>();
        // @ts-expect-error no such type
        if (event.type === "other") return;
      }
      for await (const batch of reader.batches())
        expectTypeOf(batch[0]?.type).toEqualTypeOf<"progress" | "log" | undefined>();
    };
    expectTypeOf(read).returns.resolves.toBeVoid();
  });

  it("takes a contract with done, by or id too", () => {
    const tokens = defineEvents({ message: json<{ token: string }>() }, { done: "[DONE]" });
    const read = async () => {
      for await (const { data } of readEvents(new Response(""), { events: tokens }))
        expectTypeOf(data.token).toEqualTypeOf<string>();
    };
    expectTypeOf(read).returns.resolves.toBeVoid();
  });

  it("takes every source of bytes, and no text", () => {
    const iterable = (async function* () {
      yield new Uint8Array();
    })();
    readEvents(iterable);
    readEvents(new ReadableStream<Uint8Array>());
    // @ts-expect-error a body may be missing: pass the Response
    readEvents(new Response("").body);
    // @ts-expect-error text is no source
    readEvents("data: a\n\n");
    // @ts-expect-error bytes are no source: feed them to a parser
    readEvents(new Uint8Array());
    // @ts-expect-error a stream of text is no source
    readEvents(new ReadableStream<string>());
  });

  it("takes options that are undefined", () => {
    readEvents(new Response(""), {
      signal: undefined,
      events: undefined,
      onIssue: undefined,
      maxEventBytes: undefined,
      lastEventId: undefined,
    });
  });
});

describe("the parser and the serializer", () => {
  it("tell and take what they say", () => {
    const parser = new EventStreamParser({
      onEvent: (event) => expectTypeOf(event).toEqualTypeOf<ServerSentEvent>(),
      onLastEventId: (id) => expectTypeOf(id).toEqualTypeOf<string>(),
      onReconnectionTime: (ms) => expectTypeOf(ms).toEqualTypeOf<number>(),
      onComment: (comment) => expectTypeOf(comment).toEqualTypeOf<string>(),
    });
    parser.feed("");
    parser.feed(new Uint8Array());
    expectTypeOf(parser.end()).toEqualTypeOf<{ readonly truncated: boolean }>();
    expectTypeOf(parser.reconnectionTimeMs).toEqualTypeOf<number | undefined>();
    // @ts-expect-error a buffer is no view
    parser.feed(new ArrayBuffer(1));
    // @ts-expect-error the last event ID is the stream's
    parser.lastEventId = "";
    // @ts-expect-error handlers come first
    new EventStreamParser();
    // @ts-expect-error no such handler
    new EventStreamParser({ onMessage: () => {} });
  });

  it("refuse what cannot be written, as far as types can tell", () => {
    expectTypeOf(serializeEvent({ type: "t", data: "a", id: undefined })).toEqualTypeOf<string>();
    expectTypeOf(encodeEvent({})).toEqualTypeOf<Uint8Array<ArrayBuffer>>();
    // @ts-expect-error data is text: JSON.stringify it, or use a contract
    serializeEvent({ data: { a: 1 } });
    // @ts-expect-error it is called retryMs
    serializeEvent({ retry: 5 });
    // @ts-expect-error it is called type
    serializeEvent({ event: "t" });
    // @ts-expect-error an id is a string
    serializeEvent({ id: 5 });
  });

  it("pipe", () => {
    const events = new ReadableStream<Uint8Array>().pipeThrough(new EventStreamDecoderStream());
    expectTypeOf(events).toEqualTypeOf<ReadableStream<ServerSentEvent>>();
    const bytes = new ReadableStream<{ data: string }>().pipeThrough(new EventStreamEncoderStream());
    expectTypeOf(bytes).toEqualTypeOf<ReadableStream<Uint8Array<ArrayBuffer>>>();
  });

  it("errors are told by isSseError", () => {
    const handle = (error: unknown) => {
      if (isSseError(error)) expectTypeOf(error).toEqualTypeOf<SseError>();
    };
    expectTypeOf(handle).toBeFunction();
  });
});
