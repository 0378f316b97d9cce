import {
  defineEvents,
  type EventIssue,
  type EventStreamSource,
  InvalidDataError,
  InvalidOptionError,
  json,
  LimitError,
  readEvents,
  text,
} from "@sse/protocol";
import { describe, expect, it } from "vitest";
import { streamOf, TestBody, TestIterable } from "./body.ts";

const encoder = new TextEncoder();
const STREAM = "id: 1\nevent: t\ndata: a\n\n: c\n\ndata: b\n\ndata: lost\n";
const EVENTS = [
  { type: "t", data: "a", lastEventId: "1" },
  { type: "message", data: "b", lastEventId: "1" },
];

describe("readEvents reads", () => {
  it.each<[string, () => EventStreamSource]>([
    ["a Response", () => new Response(STREAM)],
    ["a Response's body", () => new Response(STREAM).body as ReadableStream<Uint8Array>],
    ["a ReadableStream", () => streamOf([encoder.encode(STREAM)])],
    ["an AsyncIterable of chunks", () => new TestIterable(STREAM)],
    ["an AsyncIterable of single bytes", () => new TestIterable(...STREAM)],
    [
      "a Response of another implementation of fetch",
      () => responseOfOthers(streamOf([encoder.encode(STREAM)])),
    ],
    ["such a one whose body is an AsyncIterable", () => responseOfOthers(new TestIterable(STREAM))],
    ["an iterator that answers at once", () => answersAtOnce(encoder.encode(STREAM))],
    ["a generator that returns something, which is no chunk", () => returnsSomething(encoder.encode(STREAM))],
    [
      "an AsyncIterable with empty chunks",
      () => new TestIterable("", STREAM.slice(0, 9), "", STREAM.slice(9), ""),
    ],
  ])("%s", async (_, source) => {
    expect(await collect(readEvents(source()))).toEqual(EVENTS);
  });

  it.each<[string, EventStreamSource]>([
    ["a Response without a body", new Response(null)],
    ["an empty Response", new Response("")],
    ["an empty iterable", new TestIterable()],
    ["only an unfinished event", new Response("data: a\n")],
  ])("nothing from %s", async (_, source) => {
    expect(await collect(readEvents(source))).toEqual([]);
  });

  it("an event as soon as its last byte came, though the stream stays open", async () => {
    const body = new TestBody();
    const reader = readEvents(body.stream);
    const first = reader.next();
    body.write("data: a\r");
    body.write("\r");
    expect(await first).toEqual({ done: false, value: { type: "message", data: "a", lastEventId: "" } });
    await reader.return?.();
  });

  it("on from a last event ID", async () => {
    const reader = readEvents(new Response("data: a\n\n"), { lastEventId: "9" });
    expect(await collect(reader)).toEqual([{ type: "message", data: "a", lastEventId: "9" }]);
  });

  it.each([
    ["an object that is no source", {}],
    ["a string", "data: a\n\n"],
    ["a number", 5],
    ["undefined", undefined],
  ])("nothing from %s, and says so at once", (_, source) => {
    // Wrong on purpose: this is what JavaScript without types does.
    expect(() => readEvents(source as unknown as EventStreamSource)).toThrow(InvalidOptionError);
  });

  it("says at once that maxEventBytes is wrong, and leaves the stream to others", () => {
    const stream = streamOf([]);
    expect(() => readEvents(stream, { maxEventBytes: 0 })).toThrow(InvalidOptionError);
    expect(stream.locked).toBe(false);
  });

  it.each([
    ["the events without defineEvents", { tick: text() }],
    ["null", null],
  ])("says at once that a contract is none: %s", (_, events) => {
    const read = () => Reflect.apply(readEvents, undefined, [new Response(STREAM), { events }]);
    expect(read).toThrow(InvalidOptionError);
    expect(read).toThrow(/made by defineEvents/);
  });
});

describe("next()", () => {
  it("called many times at once is answered in order", async () => {
    const body = new TestBody();
    const reader = readEvents(body.stream);
    const order: number[] = [];
    const answers = [0, 1, 2, 3, 4].map((index) =>
      reader.next().then((result) => {
        order.push(index);
        return result.done ? "end" : result.value.data;
      }),
    );
    body.write("data: a\n\ndata: b\n\n");
    body.write("data: c");
    body.write("\n\n");
    body.end();
    expect(await Promise.all(answers)).toEqual(["a", "b", "c", "end", "end"]);
    expect(order).toEqual([0, 1, 2, 3, 4]);
  });

  it("is answered in order also where some events are queued already", async () => {
    const reader = readEvents(new TestIterable("data: a\n\ndata: b\n\ndata: c\n\n", "data: d\n\n"));
    await reader.next();
    const order: number[] = [];
    const next = async (index: number) => {
      const { value } = await reader.next();
      order.push(index);
      return value?.data;
    };
    expect(await Promise.all([next(0), next(1), next(2), next(3)])).toEqual(["b", "c", "d", undefined]);
    expect(order).toEqual([0, 1, 2, 3]);
  });

  it("says done for ever after the end", async () => {
    const reader = readEvents(new Response("data: a\n\n"));
    await reader.next();
    for (let times = 0; times < 3; times++)
      expect(await reader.next()).toEqual({ done: true, value: undefined });
  });
});

describe("leaving", () => {
  it("a loop cancels the stream", async () => {
    const body = new TestBody();
    body.write("data: a\n\ndata: b\n\n");
    for await (const event of readEvents(body.stream)) {
      expect(event.data).toBe("a");
      break;
    }
    await body.cancelled;
  });

  it("a loop by a throw cancels the stream", async () => {
    const body = new TestBody();
    body.write("data: a\n\n");
    const loop = async () => {
      for await (const _ of readEvents(body.stream)) throw new Error("mine");
    };
    await expect(loop()).rejects.toThrow("mine");
    await body.cancelled;
  });

  it("a loop returns the iterable's iterator", async () => {
    const source = new TestIterable("data: a\n\n", "data: b\n\n");
    for await (const _ of readEvents(source)) break;
    expect(source.left).toBe(true);
  });

  it("with return() drops what is queued and ends", async () => {
    const body = new TestBody();
    body.write("data: a\n\ndata: b\n\n");
    const reader = readEvents(body.stream);
    await reader.next();
    expect(await reader.return?.()).toEqual({ done: true, value: undefined });
    expect(await reader.next()).toEqual({ done: true, value: undefined });
    expect(body.isCancelled).toBe(true);
  });

  it("with return() answers a next() that waits", async () => {
    const body = new TestBody();
    const reader = readEvents(body.stream);
    const waiting = reader.next();
    await reader.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
  });

  it("by disposal cancels the stream", async () => {
    const body = new TestBody();
    await readEvents(body.stream)[Symbol.asyncDispose]?.();
    await body.cancelled;
  });

  it("survives a source that fails to be cancelled", async () => {
    const stream = new ReadableStream<Uint8Array>({ cancel: () => Promise.reject(new Error("no")) });
    await expect(readEvents(stream).return?.()).resolves.toEqual({ done: true, value: undefined });
  });

  it("does not cancel a stream that came to its end", async () => {
    const body = new TestBody();
    body.write("data: a\n\n");
    body.end();
    const reader = readEvents(body.stream);
    expect(await collect(reader)).toHaveLength(1);
    await reader.return?.();
    expect(body.isCancelled).toBe(false);
  });
});

describe("a signal", () => {
  it("that is aborted already throws its reason and cancels", async () => {
    const body = new TestBody();
    const reason = new Error("stop");
    const reader = readEvents(body.stream, { signal: AbortSignal.abort(reason) });
    await expect(reader.next()).rejects.toBe(reason);
    expect(await body.cancelled).toBe(reason);
    expect(await reader.next()).toEqual({ done: true, value: undefined });
  });

  it("aborted while next() waits throws its reason there", async () => {
    const body = new TestBody();
    const controller = new AbortController();
    const reader = readEvents(body.stream, { signal: controller.signal });
    const waiting = reader.next();
    const reason = new Error("stop");
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    expect(await body.cancelled).toBe(reason);
  });

  it("aborted while an iterable does not answer throws its reason all the same", {
    timeout: 3_000,
  }, async () => {
    const silent: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }),
    };
    const controller = new AbortController();
    const waiting = readEvents(silent, { signal: controller.signal }).next();
    const reason = new Error("stop");
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
  });

  it("aborted with events queued drops them", async () => {
    const body = new TestBody();
    body.write("data: a\n\ndata: b\n\n");
    const controller = new AbortController();
    const reader = readEvents(body.stream, { signal: controller.signal });
    await reader.next();
    controller.abort();
    await expect(reader.next()).rejects.toMatchObject({ name: "AbortError" });
  });

  it("aborted after the end does nothing", async () => {
    const controller = new AbortController();
    const reader = readEvents(new Response("data: a\n\n"), { signal: controller.signal });
    expect(await collect(reader)).toHaveLength(1);
    controller.abort();
    expect(await reader.next()).toEqual({ done: true, value: undefined });
  });

  it("aborted after the loop was left does nothing", async () => {
    const controller = new AbortController();
    const body = new TestBody();
    const reader = readEvents(body.stream, { signal: controller.signal });
    await reader.return?.();
    controller.abort();
    expect(await reader.next()).toEqual({ done: true, value: undefined });
  });
});

describe("an error", () => {
  it("of the source comes after the events before it", async () => {
    const failure = new Error("cut");
    async function* source(): AsyncGenerator<Uint8Array> {
      yield encoder.encode("data: a\n\ndata: b\n\n");
      throw failure;
    }
    const reader = readEvents(source());
    expect((await reader.next()).value?.data).toBe("a");
    expect((await reader.next()).value?.data).toBe("b");
    await expect(reader.next()).rejects.toBe(failure);
    expect(await reader.next()).toEqual({ done: true, value: undefined });
  });

  it("of a stream that breaks while next() waits is thrown there", async () => {
    const body = new TestBody();
    const waiting = readEvents(body.stream).next();
    const failure = new TypeError("terminated");
    body.fail(failure);
    await expect(waiting).rejects.toBe(failure);
  });

  it("past maxEventBytes comes after the events of the same chunk, and cancels the stream", async () => {
    const body = new TestBody();
    body.write(`data: a\n\ndata: ${"x".repeat(50)}`);
    const reader = readEvents(body.stream, { maxEventBytes: 20 });
    expect((await reader.next()).value?.data).toBe("a");
    await expect(reader.next()).rejects.toBeInstanceOf(LimitError);
    expect(await body.cancelled).toBeInstanceOf(LimitError);
    expect(await reader.next()).toEqual({ done: true, value: undefined });
  });

  it("is thrown by one of several waiting calls, and the others are done", async () => {
    const body = new TestBody();
    const reader = readEvents(body.stream);
    const waiting = [reader.next(), reader.next()];
    body.fail(new Error("cut"));
    const settled = await Promise.allSettled(waiting);
    expect(settled.map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
  });
});

describe("batches()", () => {
  it("gives the events of each chunk together, and no empty batch", async () => {
    const source = new TestIterable(
      "data: a\n\ndata: b\n\nda",
      "ta: c",
      "\n\ndata: d\n\n",
      ": x\n\n",
      "data: e",
    );
    const batches = await collect(readEvents(source).batches());
    expect(batches.map((batch) => batch.map(({ data }) => data))).toEqual([
      ["a", "b"],
      ["c", "d"],
    ]);
  });

  it("goes on where next() left off", async () => {
    const reader = readEvents(new TestIterable("data: a\n\ndata: b\n\ndata: c\n\n", "data: d\n\n"));
    expect((await reader.next()).value?.data).toBe("a");
    const batches = await collect(reader.batches());
    expect(batches.map((batch) => batch.map(({ data }) => data))).toEqual([["b", "c"], ["d"]]);
  });

  it("cancels the stream when it is left", async () => {
    const body = new TestBody();
    body.write("data: a\n\n");
    for await (const _ of readEvents(body.stream).batches()) break;
    await body.cancelled;
  });

  it("throws what the source throws, after the events before", async () => {
    const body = new TestBody();
    body.write("data: a\n\n");
    const batches = readEvents(body.stream).batches();
    expect((await batches.next()).value).toHaveLength(1);
    body.fail(new Error("cut"));
    await expect(batches.next()).rejects.toThrow("cut");
  });
});

describe("with a contract", () => {
  const jobs = defineEvents(
    { progress: json<{ percent: number }>(), log: text(), finished: json<{ total: number }>() },
    { end: ["finished"] },
  );

  it("events are decoded, and what does not fit is reported and left out", async () => {
    const issues: EventIssue[] = [];
    const body =
      'event: log\ndata: {x\n\nid: 4\nevent: progress\ndata: {x\n\nevent: other\ndata\n\nevent: progress\ndata: {"percent":5}\n\n';
    const reader = readEvents(new Response(body), { events: jobs, onIssue: (issue) => issues.push(issue) });
    expect(await collect(reader)).toEqual([
      { type: "log", data: "{x", lastEventId: "" },
      { type: "progress", data: { percent: 5 }, lastEventId: "4" },
    ]);
    expect(issues).toMatchObject([
      { kind: "invalid", type: "progress", lastEventId: "4" },
      { kind: "unknown", type: "other", lastEventId: "4" },
    ]);
    expect(issues[0]?.error).toBeInstanceOf(InvalidDataError);
  });

  it("an end event is given, and nothing after it is read", async () => {
    const body = new TestBody();
    body.write('event: finished\ndata: {"total":3}\n\nevent: log\ndata: late\n\n');
    const events = await collect(readEvents(body.stream, { events: jobs }));
    expect(events).toEqual([{ type: "finished", data: { total: 3 }, lastEventId: "" }]);
    await body.cancelled;
  });

  it("an invalid end event does not end the stream", async () => {
    const body = "event: finished\ndata: {x\n\nevent: log\ndata: on\n\n";
    const events = await collect(readEvents(new Response(body), { events: jobs }));
    expect(events.map(({ type }) => type)).toEqual(["log"]);
  });

  it("done ends the stream and is no event", async () => {
    const tokens = defineEvents({ message: json<{ token: string }>() }, { done: "[DONE]" });
    const body = new TestBody();
    body.write('data: {"token":"a"}\n\ndata: [DONE]\n\ndata: {"token":"late"}\n\n');
    expect(await collect(readEvents(body.stream, { events: tokens }))).toEqual([
      { type: "message", data: { token: "a" }, lastEventId: "" },
    ]);
    await body.cancelled;
  });

  it("by and id are found in the JSON", async () => {
    const feed = defineEvents({ add: json<{ kind: "add"; seq: number }>() }, { by: "kind", id: "seq" });
    const body = 'event: ignored\ndata: {"kind":"add","seq":7}\n\n';
    expect(await collect(readEvents(new Response(body), { events: feed }))).toEqual([
      { type: "add", data: { kind: "add", seq: 7 }, lastEventId: "7" },
    ]);
  });

  it("what onIssue throws is thrown after the events before", async () => {
    const mine = new Error("mine");
    const onIssue = () => {
      throw mine;
    };
    const reader = readEvents(new Response("event: log\ndata: a\n\nevent: other\ndata\n\n"), {
      events: jobs,
      onIssue,
    });
    expect((await reader.next()).value?.type).toBe("log");
    await expect(reader.next()).rejects.toBe(mine);
  });

  it("a contract's batches end with its end event", async () => {
    const body = 'event: log\ndata: a\n\nevent: finished\ndata: {"total":1}\n\nevent: log\ndata: late\n\n';
    const batches = await collect(readEvents(new Response(body), { events: jobs }).batches());
    expect(batches.map((batch) => batch.map(({ type }) => type))).toEqual([["log", "finished"]]);
  });
});

async function collect<T>(source: AsyncIterable<T>): Promise<readonly T[]> {
  const values: T[] = [];
  for await (const value of source) values.push(value);
  return values;
}

/** As undici's or node-fetch's: no instance of the global class. */
function responseOfOthers(body: unknown): Response {
  return { body, status: 200 } as unknown as Response;
}

function answersAtOnce(...chunks: Uint8Array[]): AsyncIterable<Uint8Array> {
  const next = () => (chunks.length > 0 ? { done: false, value: chunks.shift() } : { done: true });
  // `for await` takes such an iterator, though it does not have the type of one.
  return { [Symbol.asyncIterator]: () => ({ next }) } as unknown as AsyncIterable<Uint8Array>;
}

async function* returnsSomething(chunk: Uint8Array): AsyncGenerator<Uint8Array, Uint8Array> {
  yield chunk;
  return encoder.encode("\n");
}
