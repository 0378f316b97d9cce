import {
  BackplaneError,
  ClosedError,
  ConnectionError,
  defineEvents,
  InvalidDataError,
  InvalidEventError,
  InvalidOptionError,
  isSseError,
  LimitError,
  SseError,
  serializeEvent,
  TruncatedError,
} from "@sse/protocol";
import { describe, expect, it, vi } from "vitest";
import * as z from "zod";

const cause = new Error("cause");

const errors: readonly [string, SseError, { readonly code: string; readonly retryable: boolean }][] = [
  ["SseError", new SseError("some-code", "text", { cause }), { code: "some-code", retryable: false }],
  [
    "InvalidEventError",
    new InvalidEventError("text", { cause }),
    { code: "invalid-event", retryable: false },
  ],
  [
    "InvalidDataError",
    new InvalidDataError("tick", [], { cause }),
    { code: "invalid-data", retryable: false },
  ],
  [
    "InvalidOptionError",
    new InvalidOptionError("text", { cause }),
    { code: "invalid-option", retryable: false },
  ],
  [
    "LimitError",
    new LimitError("text", { limit: 1, size: 2 }, { cause }),
    { code: "limit-exceeded", retryable: false },
  ],
  [
    "ConnectionError",
    new ConnectionError("connection-lost", "text", { url: "https://a.example/", cause, retryable: true }),
    { code: "connection-lost", retryable: true },
  ],
  [
    "TruncatedError",
    new TruncatedError("text", { lastEventId: "1", cause }),
    { code: "truncated", retryable: true },
  ],
  [
    "BackplaneError",
    new BackplaneError("publish", "text", { cause }),
    { code: "backplane", retryable: false },
  ],
  ["ClosedError", new ClosedError("text", { cause }), { code: "closed", retryable: false }],
];

describe.each(errors)("%s", (name, error, { code, retryable }) => {
  it("knows its name, its code, and whether to try again", () => {
    expect(error).toBeInstanceOf(SseError);
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe(name);
    expect(error.code).toBe(code);
    expect(error.retryable).toBe(retryable);
    expect(String(error)).toMatch(new RegExp(`^${name}: `));
    expect(error.stack).toContain(name);
  });

  it("keeps its cause", () => {
    expect(error.cause).toBe(cause);
  });

  it("is told by isSseError", () => {
    expect(isSseError(error)).toBe(true);
  });
});

describe("an error without a cause", () => {
  it("has none, and not one that is undefined", () => {
    expect("cause" in new SseError("code", "text")).toBe(false);
    expect("cause" in new SseError("code", "text", { cause: undefined })).toBe(true);
  });
});

describe("the facts of an error", () => {
  it("stand in fields", async () => {
    expect(new LimitError("text", { limit: 1, size: 2 })).toMatchObject({ limit: 1, size: 2 });
    expect(new TruncatedError("text", { lastEventId: "7" }).lastEventId).toBe("7");
    expect(new BackplaneError("publish", "text", { uncertain: true })).toMatchObject({
      operation: "publish",
      uncertain: true,
    });
    expect(new BackplaneError("publish", "text").uncertain).toBe(false);
    const refused = new ConnectionError("response-refused", "text", {
      url: "https://a.example/",
      status: 503,
      readBody: async () => "sorry",
    });
    expect(refused).toMatchObject({ url: "https://a.example/", status: 503 });
    expect(await refused.text()).toBe("sorry");
    expect(await new ConnectionError("connection-lost", "text", { url: "" }).text()).toBe("");
  });

  it("of invalid data name the property, however the library writes its path", () => {
    const issues = [
      { message: "plain" },
      { message: "keys", path: ["a", 0, "b"] },
      { message: "objects", path: [{ key: "c" }, { key: 1 }] },
      { message: "symbols", path: [Symbol("s")] },
      { message: "empty", path: [] },
    ];
    expect(new InvalidDataError("tick", issues).message).toBe(
      "Event 'tick' has invalid data: plain; a.0.b: keys; c.1: objects; Symbol(s): symbols; empty.",
    );
  });
});

describe("isSseError", () => {
  it("tells errors of another copy of the package", async () => {
    vi.resetModules();
    const copy = await import("@sse/protocol");
    const foreign = new copy.LimitError("text", { limit: 1, size: 2 });
    expect(copy.LimitError).not.toBe(LimitError);
    expect(foreign).not.toBeInstanceOf(SseError);
    expect(isSseError(foreign)).toBe(true);
    expect(copy.isSseError(new LimitError("text", { limit: 1, size: 2 }))).toBe(true);
  });

  it.each([
    ["an Error", new Error("x")],
    ["an Error with a code", Object.assign(new Error("x"), { code: "closed", retryable: false })],
    ["an object that looks like one", { "~sse": true, code: "closed", retryable: false }],
    ["null", null],
    ["undefined", undefined],
    ["a string", "SseError"],
  ])("says no to %s", (_, value) => {
    expect(isSseError(value)).toBe(false);
  });
});

describe("messages", () => {
  const secret = "s3cr3t".repeat(40);

  it("show no more than the beginning of a value", () => {
    const failures = [
      () => serializeEvent({ id: `${"x".repeat(80)}\n${secret}` }),
      () => serializeEvent({ type: `${"x".repeat(80)}\n${secret}` }),
      () => serializeEvent({ data: ["x".repeat(80), secret] as unknown as string }),
      () => serializeEvent({ retryMs: `${"x".repeat(80)}${secret}` as unknown as number }),
    ];
    for (const fail of failures) {
      expect(fail).toThrow(InvalidEventError);
      expect(fail).not.toThrow(/s3cr3t/);
    }
  });

  it("of data that a schema refuses do not repeat the data", () => {
    const contract = defineEvents({ login: z.object({ user: z.string(), token: z.string().max(5) }) });
    const fail = () => contract["~codec"].encode("login", { user: 5, token: secret });
    expect(fail).toThrow(/user: .*token: /);
    expect(fail).not.toThrow(/s3cr3t/);
  });

  it("of a limit do not repeat the stream", () => {
    expect(new LimitError("too long", { limit: 1, size: 2 }).message).toBe("too long");
  });
});
