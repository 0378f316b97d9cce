import { EventStreamParser, type EventStreamParserHandlers, InvalidOptionError } from "@sse/protocol";
import { describe, expect, it } from "vitest";
import { committed, type Entry, event, observe, recordingParser } from "./observation.ts";

const encoder = new TextEncoder();

/** The same text as a parser may get it: at once and in small pieces, as text and as bytes. */
const feeds: readonly [string, (parser: EventStreamParser, text: string) => void][] = [
  ["text", (parser, text) => parser.feed(text)],
  ["bytes", (parser, text) => parser.feed(encoder.encode(text))],
  [
    "single bytes",
    (parser, text) => encoder.encode(text).forEach((byte) => void parser.feed(Uint8Array.of(byte))),
  ],
];

describe("what a parser knows", () => {
  it("begins with nothing, or with the last event ID that it is given", () => {
    expect(new EventStreamParser({})).toMatchObject({ lastEventId: "", reconnectionTimeMs: undefined });
    expect(new EventStreamParser({}, { lastEventId: "9" }).lastEventId).toBe("9");
    expect(observe(["data: a\n\n"], { lastEventId: "9" }).log).toEqual([event("a", { id: "9" })]);
    expect(observe(["id\ndata: a\n\n"], { lastEventId: "9" }).log).toEqual([committed(""), event("a")]);
  });

  it("takes options that are undefined", () => {
    expect(observe(["data: a\n\n"], { lastEventId: undefined, maxEventBytes: undefined }).log).toEqual([
      event("a"),
    ]);
  });

  it.each(feeds)("is up to date within the handlers, fed %s", (_, feed) => {
    const seen: unknown[] = [];
    const parser: EventStreamParser = new EventStreamParser({
      onEvent: ({ lastEventId }) => seen.push(["event", lastEventId, parser.lastEventId]),
      onLastEventId: (id) => seen.push(["id", id, parser.lastEventId]),
      onReconnectionTime: (ms) => seen.push(["retry", ms, parser.reconnectionTimeMs]),
    });
    feed(parser, "retry: 5\nid: 1\ndata: a\n\nid: 2\n\nretry: 6\n");
    expect(seen).toEqual([
      ["retry", 5, 5],
      ["id", "1", "1"],
      ["event", "1", "1"],
      ["id", "2", "2"],
      ["retry", 6, 6],
    ]);
  });

  it.each(feeds)("is the same without any handler, fed %s", (_, feed) => {
    const parser = new EventStreamParser({});
    feed(parser, ": c\nretry: 5\nid: 1\ndata: a\n\nid: 2\n");
    expect(parser).toMatchObject({ lastEventId: "1", reconnectionTimeMs: 5 });
    expect(parser.end()).toEqual({ truncated: true });
  });

  it("calls handlers as methods of what it was given", () => {
    class Handlers implements EventStreamParserHandlers {
      readonly #seen: string[] = [];
      get seen(): readonly string[] {
        return this.#seen;
      }
      onEvent({ data }: { readonly data: string }): void {
        this.#seen.push(data);
      }
      onLastEventId(id: string): void {
        this.#seen.push(id);
      }
      onReconnectionTime(ms: number): void {
        this.#seen.push(String(ms));
      }
      onComment(text: string): void {
        this.#seen.push(text);
      }
    }
    const handlers = new Handlers();
    new EventStreamParser(handlers).feed("retry: 1\n: c\nid: 2\ndata: a\n\n");
    expect(handlers.seen).toEqual(["1", "c", "2", "a"]);
  });

  it("gives events of plain own properties", () => {
    let seen: object | undefined;
    new EventStreamParser({
      onEvent: (value) => {
        seen = value;
      },
    }).feed("event: __proto__\ndata: a\n\n");
    expect(Object.entries(seen ?? {})).toEqual([
      ["type", "__proto__"],
      ["data", "a"],
      ["lastEventId", ""],
    ]);
    expect(Object.getPrototypeOf(seen)).toBe(Object.prototype);
  });
});

describe("chunks", () => {
  it("may be text and bytes in turn", () => {
    const chunks = ["da", encoder.encode("ta: é"), "😀\nda", encoder.encode("ta: b\n"), "\n"];
    expect(observe(chunks).log).toEqual([event("é😀\nb")]);
  });

  it("that are text after an unfinished character end it as U+FFFD", () => {
    expect(observe(["data: ", Uint8Array.of(0xe2, 0x82), "a\n\n"]).log).toEqual([event("\uFFFDa")]);
  });

  it("may be overwritten after they were fed", () => {
    for (const size of [1, 3, 20, 33, 100]) {
      const stream = encoder.encode(`data: é${"x".repeat(70)}日本😀\nid: 1\n\n`);
      const log: Entry[] = [];
      const parser = recordingParser(log);
      const buffer = new Uint8Array(size);
      for (let at = 0; at < stream.length; at += size) {
        const part = stream.subarray(at, at + size);
        buffer.set(part);
        parser.feed(buffer.subarray(0, part.length));
        buffer.fill(10);
      }
      expect(log).toEqual([committed("1"), event(`é${"x".repeat(70)}日本😀`, { id: "1" })]);
    }
  });

  it("may be Node's Buffers, and parts of larger buffers", () => {
    const larger = Buffer.from("xxdata: é\n\nxx");
    expect(observe([larger.subarray(2, larger.length - 2)]).log).toEqual([event("é")]);
  });
});

// Chromium's TextDecoder refuses such memory, Node's does not: the client's tests ask the same of both.
it.each<[string, (bytes: number) => ArrayBufferLike]>([
  ["shared", (bytes) => new SharedArrayBuffer(bytes)],
  ["resizable", (bytes) => Reflect.construct(ArrayBuffer, [bytes, { maxByteLength: 4096 }])],
  ["shared and growable", (bytes) => Reflect.construct(SharedArrayBuffer, [bytes, { maxByteLength: 4096 }])],
])("a chunk may lie in memory that is %s", (_, allocate) => {
  const bytes = encoder.encode(`data: ${"é".repeat(100)}\n\n`);
  const chunk = new Uint8Array(allocate(bytes.length));
  chunk.set(bytes);
  for (let at = 0; at <= chunk.length; at++) {
    expect(observe([chunk.subarray(0, at), chunk.subarray(at)]).log).toEqual([event("é".repeat(100))]);
  }
});

describe("what is neither bytes nor text", () => {
  const bytes = encoder.encode("data: a\n\n");
  it.each<[string, unknown]>([
    ["an ArrayBuffer", bytes.buffer],
    ["a DataView", new DataView(bytes.buffer)],
    ["a list of numbers", [...bytes]],
    ["a String object", new String("data: a\n\n")],
    ["a number", 5],
    ["undefined", undefined],
    ["null", null],
  ])("is refused at once, with what to do: %s", (_, chunk) => {
    const log: Entry[] = [];
    const parser = recordingParser(log);
    expect(() => Reflect.apply(parser.feed, parser, [chunk])).toThrow(InvalidOptionError);
    expect(() => Reflect.apply(parser.feed, parser, [chunk])).toThrow(/Uint8Array or a string/);
    parser.feed(bytes);
    expect(log).toEqual([event("a")]);
  });
});

describe("end()", () => {
  it.each(feeds)(
    "makes the parser ready for a next stream, which knows the id of the one before, fed %s",
    (_, feed) => {
      const log: Entry[] = [];
      const parser = recordingParser(log);
      feed(parser, "\uFEFFid: 1\ndata: a\n\nid: 2\nevent: lost\ndata: lost\r");
      expect(parser.end()).toEqual({ truncated: true });
      feed(parser, "\uFEFFdata: b\n\n");
      expect(parser.end()).toEqual({ truncated: false });
      expect(log).toEqual([committed("1"), event("a", { id: "1" }), event("b", { id: "1" })]);
    },
  );

  it.each(feeds)(
    "forgets a CR, so that an LF which begins the next stream is a line of its own, fed %s",
    (_, feed) => {
      const log: Entry[] = [];
      const parser = recordingParser(log);
      feed(parser, "data: a\r");
      parser.end();
      feed(parser, "\ndata: b\n\n");
      expect(log).toEqual([event("b")]);
    },
  );

  it("may come first, and again", () => {
    const parser = new EventStreamParser({});
    expect(parser.end()).toEqual({ truncated: false });
    expect(parser.end()).toEqual({ truncated: false });
  });
});

describe("reset()", () => {
  it.each(feeds)("makes the parser what it was, fed %s", (_, feed) => {
    const log: Entry[] = [];
    const parser = recordingParser(log, { lastEventId: "9" });
    feed(parser, "retry: 5\nid: 1\n\nevent: t\nid: 2\ndata: lost");
    parser.reset();
    expect(parser).toMatchObject({ lastEventId: "9", reconnectionTimeMs: undefined });
    log.length = 0;
    feed(parser, "\uFEFFdata: a\n\n");
    expect(log).toEqual([event("a", { id: "9" })]);
  });

  const ends = [
    ["LF", "\n"],
    ["CRLF", "\r\n"],
    ["CR", "\r"],
  ] as const;
  const places = [
    ["onEvent", "data: go"],
    ["onLastEventId", "id: go\ndata: go"],
    ["onReconnectionTime", "retry: 7"],
    ["onComment", ": go"],
  ] as const;

  it.each(
    ends.flatMap(([endName, end]) =>
      places.map(([handler, lines]) => [handler, endName, lines, end] as const),
    ),
  )("in %s with %s drops the rest of the chunk and all that was pending", (handler, _, lines, end) => {
    const log: Entry[] = [];
    let armed = true;
    const resetOnce = () => {
      if (armed) parser.reset();
      armed = false;
    };
    const record: EventStreamParserHandlers = {
      onEvent: ({ type, data, lastEventId }) => log.push({ event: type, data, lastEventId }),
    };
    const parser: EventStreamParser = new EventStreamParser({ ...record, [handler]: resetOnce });
    const block = `${lines}\n\n`.replaceAll("\n", end);
    const rest = `event: t\nid: 5\ndata: rest\n\ndata: pending`.replaceAll("\n", end);
    parser.feed(`id: 4${end}${block}${rest}`);
    expect(log).toEqual([]);
    expect(parser.lastEventId).toBe("");
    // From here on it reads as a new one; a byte order mark is taken off again.
    const after = new EventStreamParser(record);
    parser.feed(`\uFEFFevent: u${end}${end}`);
    after.feed(`event: u${end}${end}`);
    expect(parser.end()).toEqual({ truncated: false });
  });
});

describe("a handler that throws", () => {
  it.each(["\n", "\r\n", "\r"])("ends the call, and what was pending does not come again, with %j", (end) => {
    const seen: string[] = [];
    const parser = new EventStreamParser({
      onEvent: ({ type, data }) => {
        seen.push(`${type} ${data}`);
        if (data.includes("bad")) throw new Error("mine");
      },
    });
    parser.feed(`event: t\ndata: a\n`.replaceAll("\n", end));
    expect(() => parser.feed(`data: bad\n\ndata: lost\n\n`.replaceAll("\n", end))).toThrow("mine");
    parser.feed(`data: c\n\n`.replaceAll("\n", end));
    expect(seen).toEqual(["t a\nbad", "message c"]);
  });

  it.each(["\n", "\r\n", "\r"])("does not undo the id that was committed with the event, with %j", (end) => {
    const parser = new EventStreamParser({
      onEvent: () => {
        throw new Error("mine");
      },
    });
    expect(() => parser.feed(`id: 1\ndata: a\n\n`.replaceAll("\n", end))).toThrow("mine");
    expect(parser.lastEventId).toBe("1");
  });
});
