import { readdirSync, readFileSync } from "node:fs";
import { ConnectionError, TruncatedError } from "@sse/protocol";
import { describe, expect, test } from "vitest";
import { send } from "../llm/ai-sdk-ui.ts";
import { ask as askAnthropic } from "../llm/anthropic-messages.ts";
import { call } from "../llm/mcp-tool-call.ts";
import { ask as askChat } from "../llm/openai-chat.ts";
import { ask as askResponses } from "../llm/openai-responses.ts";
import { stream, Vendor } from "./support/vendor.ts";

// The streams have the shapes that the vendors document; the words in them are ours.

const FOLDER = new URL("../llm/", import.meta.url);

test.for(readdirSync(FOLDER))("%s has at most twenty readable lines", (file) => {
  const lines = readFileSync(new URL(file, FOLDER), "utf8").trimEnd().split("\n");
  expect(lines.length).toBeLessThanOrEqual(20);
  for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(110);
});

/** What a loop gave until it ended or threw, and what it threw. */
async function read<T>(events: AsyncIterable<T>): Promise<{ readonly got: readonly T[]; thrown: unknown }> {
  const got: T[] = [];
  try {
    for await (const event of events) got.push(event);
  } catch (thrown) {
    return { got, thrown };
  }
  return { got, thrown: undefined };
}

describe("OpenAI chat completions", () => {
  const auth = { authorization: "Bearer key" };
  const chunk = (delta: object, finish_reason: string | null = null) =>
    [
      {
        id: "chatcmpl-1",
        object: "chat.completion.chunk",
        created: 1_790_000_000,
        model: "gpt-5-mini",
        service_tier: "default",
        system_fingerprint: null,
        choices: [{ index: 0, delta, logprobs: null, finish_reason }],
        obfuscation: "x1",
      },
    ] as const;
  const usage = [
    { id: "chatcmpl-1", object: "chat.completion.chunk", choices: [], usage: { total_tokens: 9 } },
  ] as const;
  const begin = [chunk({ role: "assistant", content: "", refusal: null }), chunk({ content: "Good " })];

  test("come word by word, until [DONE]", async () => {
    const body = stream(...begin, chunk({ content: "evening" }), chunk({}, "stop"), usage, ["[DONE]"]);
    await using vendor = await Vendor.start({ body });
    const { got, thrown } = await read(askChat("Hello", auth, vendor.url));
    expect([got.join(""), thrown]).toEqual(["Good evening", undefined]);
    const [asked] = vendor.asked;
    expect([asked?.method, asked?.url, asked?.headers.authorization]).toEqual([
      "POST",
      "/chat/completions",
      "Bearer key",
    ]);
    expect(JSON.parse(asked?.body ?? "")).toMatchObject({
      stream: true,
      messages: [{ role: "user", content: "Hello" }],
    });
  });

  test.for([true, false])(
    "that are cut before [DONE] say so, and are not asked for again (in the middle of the body: %s)",
    async (cut) => {
      await using vendor = await Vendor.start({ body: stream(...begin), cut });
      const { got, thrown } = await read(askChat("Hello", auth, vendor.url));
      expect(got.join("")).toBe("Good ");
      expect(thrown).toBeInstanceOf(TruncatedError);
      expect(vendor.asked).toHaveLength(1);
    },
  );

  test("that fail on the way throw what the server said", async () => {
    const error = { message: "The server had an error", type: "server_error", code: null };
    await using vendor = await Vendor.start({ body: stream(...begin, [{ error }]) });
    expect(await read(askChat("Hello", auth, vendor.url))).toEqual({
      got: ["", "Good "],
      thrown: new Error(error.message),
    });
  });

  test("that are refused throw an error with the readable answer", async () => {
    const answer = {
      error: { message: "Rate limit reached", type: "requests", code: "rate_limit_exceeded" },
    };
    const body = JSON.stringify(answer);
    await using vendor = await Vendor.start({ status: 429, type: "application/json", body });
    const { thrown } = await read(askChat("Hello", auth, vendor.url));
    expect(thrown).toBeInstanceOf(ConnectionError);
    expect(JSON.parse(await (thrown as ConnectionError).text())).toEqual(answer);
  });
});

describe("OpenAI Responses", () => {
  const auth = { authorization: "Bearer key" };
  const part = { item_id: "msg_1", output_index: 0, content_index: 0 };
  const state = (status: string, error: object | null = null) => ({
    response: { id: "resp_1", object: "response", status, background: true, error, output: [] },
  });
  const events = [
    { type: "response.created", ...state("queued") },
    { type: "response.queued", ...state("queued") },
    { type: "response.in_progress", ...state("in_progress") },
    {
      type: "response.output_item.added",
      output_index: 0,
      item: { id: "msg_1", type: "message", content: [] },
    },
    {
      type: "response.content_part.added",
      ...part,
      part: { type: "output_text", text: "", annotations: [] },
    },
    ...["Water ", "boils ", "at ", "100 ", "°C."].map((delta) => ({
      type: "response.output_text.delta",
      ...part,
      delta,
      logprobs: [],
    })),
    { type: "response.output_text.done", ...part, text: "Water boils at 100 °C." },
    { type: "response.completed", ...state("completed") },
  ].map((event, sequence_number) => [{ ...event, sequence_number }, { event: event.type }] as const);
  const first = (count: number) => stream(...events.slice(0, count));
  const after = (url: string) => new URL(url, "http://vendor").searchParams.get("starting_after");

  test("go on after the last sequence number wherever they were cut: no word is lost, none comes twice", async () => {
    // After each event, and in the middle of each.
    for (let count = 1; count < events.length; count++) {
      for (const half of ["", `event: response.output_text.delta\ndata: {"type":"resp`]) {
        const rest = stream(...events.slice(count));
        await using vendor = await Vendor.start({ body: first(count) + half, cut: true }, { body: rest });
        const { got, thrown } = await read(
          askResponses("When does water boil?", auth, `${vendor.url}/responses`),
        );
        expect([got.join(""), thrown]).toEqual(["Water boils at 100 °C.", undefined]);
        const [created, resumed] = vendor.asked;
        expect([created?.method, created?.url]).toEqual(["POST", "/responses"]);
        expect([resumed?.method, resumed?.headers.authorization]).toEqual(["GET", "Bearer key"]);
        expect(resumed?.url).toContain("/responses/resp_1?stream=true");
        expect(Number(after(resumed?.url ?? ""))).toBe(count - 1);
      }
    }
  });

  test("that are cut again and again are gone on with as long as something comes", async () => {
    const bodies = events.map((event) => ({ body: stream(event), cut: true }));
    await using vendor = await Vendor.start(...bodies.slice(0, 3), { body: stream(...events.slice(3)) });
    const { got } = await read(askResponses("When does water boil?", auth, `${vendor.url}/responses`));
    expect(got.join("")).toBe("Water boils at 100 °C.");
    expect(vendor.asked.slice(1).map(({ url }) => after(url))).toEqual(["0", "1", "2"]);
  });

  test("that fail throw what the server said", async () => {
    const failed = {
      type: "response.failed",
      ...state("failed", { code: "server_error", message: "No luck" }),
    };
    const body = stream(events[0]!, [{ ...failed, sequence_number: 1 }, { event: failed.type }]);
    await using vendor = await Vendor.start({ body });
    const { thrown } = await read(askResponses("?", auth, `${vendor.url}/responses`));
    expect(thrown).toEqual(new Error("No luck"));
  });
});

describe("Anthropic messages", () => {
  const named = (data: { readonly type: string }) => [data, { event: data.type }] as const;
  const text = (words: string) =>
    named({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: words } } as {
      type: string;
    });
  const begin = [
    named({ type: "message_start", message: { id: "msg_1", role: "assistant", content: [] } } as {
      type: string;
    }),
    named({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } } as {
      type: string;
    }),
    named({ type: "ping" }),
    text("Hello"),
  ];

  test("come word by word; pings and unknown events are passed over", async () => {
    const body = stream(
      ...begin,
      text("!"),
      named({ type: "content_block_stop", index: 0 } as { type: string }),
      named({ type: "something_of_next_year" }),
      named({ type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 2 } } as {
        type: string;
      }),
      named({ type: "message_stop" }),
    );
    await using vendor = await Vendor.start({ body });
    const { got, thrown } = await read(askAnthropic("Hi", "key", vendor.url));
    expect([got, thrown]).toEqual([["Hello", "!"], undefined]);
    const { headers, body: sent } = vendor.asked[0]!;
    expect([headers["x-api-key"], headers["anthropic-version"]]).toEqual(["key", "2023-06-01"]);
    expect(JSON.parse(sent)).toMatchObject({ stream: true, max_tokens: 1024 });
  });

  test("that end with an error event throw what it says", async () => {
    const error = { type: "overloaded_error", message: "Overloaded" };
    const body = stream(...begin, named({ type: "error", error } as { type: string }));
    await using vendor = await Vendor.start({ body });
    expect(await read(askAnthropic("Hi", "key", vendor.url))).toEqual({
      got: ["Hello"],
      thrown: new Error("Overloaded"),
    });
  });

  test("that are cut before message_stop say so", async () => {
    await using vendor = await Vendor.start({ body: stream(...begin), cut: true });
    const { got, thrown } = await read(askAnthropic("Hi", "key", vendor.url));
    expect([got, thrown instanceof TruncatedError]).toEqual([["Hello"], true]);
  });
});

describe("an MCP tool call over Streamable HTTP", () => {
  const prime = (id: string) => ["", { id }] as const;
  const progress = (value: number, id: string) =>
    [
      {
        jsonrpc: "2.0",
        method: "notifications/progress",
        params: { progressToken: 1, progress: value, total: 3 },
      },
      { id, event: "message" },
    ] as const;
  const result = {
    jsonrpc: "2.0",
    id: 1,
    result: { content: [{ type: "text", text: "done" }], isError: false },
  };
  const params = { name: "count", arguments: { to: 3 }, _meta: { progressToken: 1 } };
  const messages = async (url: string) => {
    const { got, thrown } = await read(call(`${url}/mcp`, "session-1", params));
    return { thrown, got: got.map(({ data }) => data.result ?? data.method) };
  };
  const all = { thrown: undefined, got: [...Array(3).fill("notifications/progress"), result.result] };

  test("is one POST where nothing goes wrong", async () => {
    const body = stream(prime("a-0"), progress(1, "a-1"), progress(2, "a-2"), progress(3, "a-3"), [result]);
    await using vendor = await Vendor.start({ body });
    expect(await messages(vendor.url)).toEqual(all);
    const { method, headers, body: sent } = vendor.asked[0]!;
    expect([method, headers.accept, headers["mcp-session-id"], headers["mcp-protocol-version"]]).toEqual([
      "POST",
      "application/json, text/event-stream",
      "session-1",
      "2025-11-25",
    ]);
    expect(JSON.parse(sent)).toEqual({ jsonrpc: "2.0", id: 1, method: "tools/call", params });
  });

  test("goes on by GET with Last-Event-ID when the server closes the stream early, and when it is cut", async () => {
    await using vendor = await Vendor.start(
      { body: stream(prime("a-0")) }, // closed in order, to be polled
      { body: stream(progress(1, "a-1"), progress(2, "a-2")), cut: true },
      { body: stream(progress(3, "a-3"), [result, { id: "a-4" }]) },
    );
    expect(await messages(vendor.url)).toEqual(all);
    const again = vendor.asked.slice(1);
    expect(again.map(({ method, headers }) => `${method} ${headers["last-event-id"]}`)).toEqual([
      "GET a-0",
      "GET a-2",
    ]);
    expect(again.map(({ body, headers }) => body + headers["mcp-session-id"])).toEqual([
      "session-1",
      "session-1",
    ]);
  });

  test("may be answered with JSON instead of a stream", async () => {
    await using vendor = await Vendor.start({ type: "application/json", body: JSON.stringify(result) });
    expect(await messages(vendor.url)).toEqual({ thrown: undefined, got: [result.result] });
  });

  test("of a session that is gone throws, and is not repeated", async () => {
    const body = '{"jsonrpc":"2.0","error":{"code":-32001,"message":"Session not found"},"id":null}';
    await using vendor = await Vendor.start({ status: 404, type: "application/json", body });
    const { thrown } = await messages(vendor.url);
    expect((thrown as ConnectionError).status).toBe(404);
    expect(vendor.asked).toHaveLength(1);
  });
});

describe("an AI SDK UI message stream", () => {
  const begin = [
    [{ type: "start", messageId: "msg_1" }],
    [{ type: "start-step" }],
    [{ type: "tool-input-available", toolCallId: "call_1", toolName: "weather", input: { city: "Oslo" } }],
    [{ type: "tool-output-available", toolCallId: "call_1", output: { degrees: 4 } }],
    [{ type: "text-start", id: "text_1" }],
    [{ type: "text-delta", id: "text_1", delta: "It is " }],
  ] as const;
  const parts = async (url: string) => {
    const skipped: string[] = [];
    const messages = [{ id: "1", role: "user", parts: [{ type: "text", text: "Weather?" }] }];
    const { got, thrown } = await read(send(url, messages, (part) => skipped.push(part)));
    return { got, thrown, skipped };
  };

  test("gives text and tools' output, tells of other parts, and ends with [DONE]", async () => {
    const body = stream(
      ...begin,
      [{ type: "text-delta", id: "text_1", delta: "4 °C." }],
      [{ type: "text-end", id: "text_1" }],
      [{ type: "data-weather", data: { icon: "cloud" } }],
      [{ type: "finish-step" }],
      [{ type: "finish" }],
      ["[DONE]"],
    );
    await using vendor = await Vendor.start({ body });
    expect(await parts(vendor.url)).toEqual({
      got: [{ degrees: 4 }, "It is ", "4 °C."],
      thrown: undefined,
      skipped: [
        ...["start", "start-step", "tool-input-available", "text-start", "text-end", "data-weather"],
        ...["finish-step", "finish"],
      ],
    });
  });

  test("that carries an error part throws it", async () => {
    const body = stream(...begin, [{ type: "error", errorText: "The model is gone" }], ["[DONE]"]);
    await using vendor = await Vendor.start({ body });
    expect((await parts(vendor.url)).thrown).toEqual(new Error("The model is gone"));
  });

  test("that ends without [DONE] was cut", async () => {
    await using vendor = await Vendor.start({ body: stream(...begin) });
    const { got, thrown } = await parts(vendor.url);
    expect([got, thrown instanceof TruncatedError]).toEqual([[{ degrees: 4 }, "It is "], true]);
  });
});
