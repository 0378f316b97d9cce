import { defineEvents, InvalidOptionError, json } from "@sse/protocol";
import { afterEach, describe, expect, test } from "vitest";
import { connect, EventSource, request } from "../src/index.ts";
import { share } from "../src/share.ts";
import { AT_ONCE, collect, once, play } from "./server/client.ts";

// What callers do to the client: listeners that reject, hooks that throw, options that cannot be, fetches that answer
// with something else.

const numbers = defineEvents({ n: json<number>(), over: json<null>() }, { end: ["over"] });
const N = "event: n\ndata: 1\nid: 1\n\nevent: n\ndata: 2\nid: 2\n\n";
const OVER = "event: over\ndata: null\n\n";
const STREAM = { headers: { "content-type": "text/event-stream" } };
const answering = (body: string) => async () => new Response(body, STREAM);
const URL_OF_NOBODY = "http://nobody.test/";

const undo: (() => void)[] = [];
afterEach(() => {
  for (const one of undo.splice(0)) one();
});

/** What is reported as an uncaught exception or on the console, and no rejection that nobody handled. */
function reports(): string[] {
  const reported: string[] = [];
  const { reportError: report } = globalThis;
  const { error } = console;
  console.error = (thrown: unknown) => void reported.push(String(thrown));
  globalThis.reportError = console.error;
  undo.push(() => {
    console.error = error;
    globalThis.reportError = report;
  });
  return reported;
}

function open<T extends { close(): void }>(one: T): T {
  undo.push(() => one.close());
  return one;
}

describe("functions of the caller's", () => {
  test("that are asynchronous and reject are reported, and the stream goes on", async () => {
    const reported = reports();
    const fail = (what: string) => async (): Promise<void> => {
      throw new Error(what);
    };
    const subscription = connect(numbers, URL_OF_NOBODY, {
      fetch: answering(`event: new\ndata: 1\n\n${N}${OVER}`),
      onIssue: fail("issue"),
      store: { load: fail("load") as () => Promise<undefined>, save: fail("save"), clear: fail("clear") },
    });
    subscription.on("n", fail("listener"));
    subscription.onStateChange(fail("state"));
    expect(await subscription.closed).toBe("ended");
    await expect.poll(() => reported.filter((one) => one === "Error: clear")).toHaveLength(1);
    expect([...new Set(reported)].sort()).toEqual(
      ["clear", "issue", "listener", "load", "state"].map((what) => `Error: ${what}`),
    );
  });

  test("a listener that takes itself away and comes back hears the next event, not this one again", async () => {
    const subscription = connect(numbers, URL_OF_NOBODY, { fetch: answering(N + OVER) });
    const heard: number[] = [];
    const listen = ({ data }: { readonly data: number }) => {
      heard.push(data);
      off();
      if (heard.length < 10) off = subscription.on("n", listen);
    };
    let off = subscription.on("n", listen);
    await subscription.closed;
    expect(heard).toEqual([1, 2]);
  });

  test("a listener that an earlier one took away, or closed for, hears nothing more", async () => {
    const heard: string[] = [];
    const subscription = connect(numbers, URL_OF_NOBODY, { fetch: answering(N) });
    subscription.on("n", ({ data }) => {
      heard.push(`first ${data}`);
      if (data === 1) off();
      else subscription.close();
    });
    const off = subscription.on("n", ({ data }) => void heard.push(`second ${data}`));
    subscription.on("n", ({ data }) => void heard.push(`third ${data}`));
    await subscription.closed;
    expect(heard).toEqual(["first 1", "third 1", "first 2"]);
  });

  test("a listener of states that closes is told so last, and the others hear of the close alone", async () => {
    const heard: string[] = [];
    const subscription = connect(numbers, URL_OF_NOBODY, { fetch: answering(N) });
    subscription.onStateChange(({ status }) => {
      heard.push(`first ${status}`);
      subscription.close();
    });
    subscription.onStateChange(({ status }) => heard.push(`second ${status}`));
    await subscription.closed;
    expect(heard).toEqual(["first open", "first closed", "second closed"]);
  });

  test("whoever closes in any state has nothing sent any more, and hears of no other state", async () => {
    for (const status of ["waiting", "connecting", "open"] as const) {
      for (const refused of [503, 401]) {
        let sent = 0;
        const answers = [new Response("", { status: refused }), new Response(N, STREAM)];
        const heard: string[] = [];
        const subscription = open(
          connect(numbers, URL_OF_NOBODY, {
            reconnect: AT_ONCE,
            refresh: () => heard.push("refresh"),
            fetch: async () => {
              sent++;
              return answers.shift() ?? new Response(null, { status: 204 });
            },
          }),
        );
        subscription.on("*", () => {});
        subscription.onStateChange((state) => {
          heard.push(state.status);
          if (state.status === status) subscription.close();
        });
        await subscription.closed;
        const [expected, requests] = [heard.slice(0, heard.indexOf("closed") + 1), sent];
        await new Promise((resolve) => setTimeout(resolve, 10)); // in which nothing happens
        expect([heard, sent, subscription.state.status]).toEqual([expected, requests, "closed"]);
      }
    }
  });

  test("a stream that is closed as it opens is let go of, also where nobody listens", async () => {
    const cancelled = new Promise((resolve) => {
      const body = new ReadableStream({ cancel: resolve });
      const subscription = connect(numbers, URL_OF_NOBODY, { fetch: async () => new Response(body, STREAM) });
      subscription.onStateChange(({ status }) => status === "open" && subscription.close());
    });
    await cancelled;
  });

  test("no listener stays at a signal that outlives the subscription", async () => {
    const { signal } = new AbortController();
    let listening = 0;
    const { addEventListener: add, removeEventListener: remove } = signal;
    signal.addEventListener = (...given: Parameters<typeof add>) => {
      listening++;
      add.apply(signal, given);
    };
    signal.removeEventListener = (...given: Parameters<typeof remove>) => {
      listening--;
      remove.apply(signal, given);
    };
    const subscription = connect(numbers, URL_OF_NOBODY, { fetch: answering(N), signal });
    const off = subscription.on("n", () => {}, { signal });
    subscription.on("*", () => {}, { signal });
    off();
    expect(listening).toBe(2);
    subscription.close();
    subscription.on("n", () => {}, { signal });
    expect(listening).toBe(0);
  });

  test("onReconnect that throws is reported and comes back all the same; asynchronous, it may stop", async () => {
    const reported = reports();
    const { url, seen } = await play({ status: 503 }, { status: 503 }, { status: 503 });
    const asked: number[] = [];
    const subscription = open(
      connect(numbers, url, {
        reconnect: AT_ONCE,
        onReconnect: ({ attempt }): unknown => {
          asked.push(attempt);
          if (attempt === 1) throw new Error("at once");
          return attempt === 2 ? Promise.reject(new Error("later")) : Promise.resolve(false);
        },
      }),
    );
    expect(await subscription.closed).toBe("stopped");
    expect([asked, reported]).toEqual([
      [1, 2, 3],
      ["Error: at once", "Error: later"],
    ]);
    expect(await seen()).toHaveLength(3);
  });

  test("a store that throws, or holds what is no id, costs nothing but the position", async () => {
    const reported = reports();
    const loads: readonly (() => unknown)[] = [
      () => JSON.parse("{"),
      () => null,
      () => 5,
      async () => "two\nlines",
    ];
    for (const load of loads) {
      const store = { load: load as () => string, save: () => {}, clear: () => {} };
      const { got } = await collect(connect(numbers, URL_OF_NOBODY, { fetch: answering(N + OVER), store }));
      expect(got).toHaveLength(3);
    }
    expect(reported).toHaveLength(1);
  });

  test("an abort or a close need not wait for a store or a function that never settles", async () => {
    const never = () => new Promise<never>(() => {});
    const abort = new AbortController();
    const store = { load: never, save: () => {}, clear: () => {} };
    const loop = collect(connect(numbers, URL_OF_NOBODY, { signal: abort.signal, store }));
    abort.abort(new Error("enough"));
    expect(String((await loop).thrown)).toBe("Error: enough");
    const subscription = connect(numbers, URL_OF_NOBODY, { headers: never });
    const closed = collect(subscription);
    subscription.close();
    expect(await closed).toEqual({ got: [], thrown: undefined });
  });

  test("nothing is sent when a function took so long that nobody wants the stream any more", async () => {
    let go: (headers: Record<string, string>) => void = () => {};
    let sent = 0;
    const subscription = connect(numbers, URL_OF_NOBODY, {
      headers: () => new Promise((resolve) => (go = resolve)),
      fetch: async () => {
        sent++;
        return new Response(N, STREAM);
      },
    });
    await Promise.resolve();
    subscription.close();
    go({});
    await new Promise((resolve) => setTimeout(resolve));
    expect(sent).toBe(0);
  });
});

describe("a fetch of the caller's", () => {
  test("that answers with something else than an unread Response is told so, and not asked again", async () => {
    const used = new Response(N, STREAM);
    await used.text();
    const locked = new Response(N, STREAM);
    locked.body?.getReader();
    // React Native's has no body to stream, node-fetch's one of another kind.
    const bodiless = { status: 200, ok: true, headers: new Headers(STREAM.headers) };
    const foreign = { ...bodiless, body: { pipe() {} } };
    for (const answer of [undefined, null, "text", {}, { status: 200 }, bodiless, foreign, used, locked]) {
      const fetch = async () => answer as Response;
      const { thrown } = await collect(connect(numbers, URL_OF_NOBODY, { fetch }));
      expect(thrown).toBeInstanceOf(InvalidOptionError);
      expect(String(thrown)).toMatch(/: fetch /);
      await expect(request(numbers, URL_OF_NOBODY, { fetch }).next()).rejects.toThrow(InvalidOptionError);
    }
  });
});

describe("an option that cannot be", () => {
  const wrong: Readonly<Record<string, readonly unknown[]>> = {
    signal: [{}, 5],
    fetch: [5, null],
    onIssue: ["yes"],
    lastEventId: [null, 5, "two\nlines", "x".repeat(1025)],
    idleTimeoutMs: [-1, 0, Number.NaN, "10", true],
    maxEventBytes: [0, -1, Number.NaN, "10"],
    reconnect: [true, null, 5, { maxAttempts: -1 }, { minDelayMs: "5" }, { retries: 3 }],
  };
  const ofConnect = {
    ...wrong,
    credentials: ["yes", null],
    redirects: ["manual"],
    cursor: ["cookie"],
    unknown: ["keep"],
    gaps: [true],
    onReconnect: [5],
    refresh: ["token"],
    store: [{}, { load: () => "" }],
    transport: [{}],
  };
  const ofEventSource = { ...wrong, method: [5, "GE T", "TRACE"], events: [{}] };
  const ofRequest = {
    ...wrong,
    method: [5, "CONNECT"],
    resume: ["again"],
    until: ["end"],
    json: [() => {}, 1n],
  };
  const faces: readonly (readonly [string, object, (options: object) => unknown])[] = [
    ["connect", ofConnect, (options) => connect(numbers, URL_OF_NOBODY, options)],
    ["request", ofRequest, (options) => request(numbers, URL_OF_NOBODY, options)],
    ["EventSource", ofEventSource, (options) => new EventSource(URL_OF_NOBODY, options)],
  ];
  for (const [face, options, make] of faces) {
    test(`is an InvalidOptionError of ${face} that names it`, () => {
      for (const [name, values] of Object.entries(options) as [string, readonly unknown[]][]) {
        for (const value of values) {
          const attempt = () => make({ [name]: value });
          expect(attempt, `${name}: ${String(value)}`).toThrow(InvalidOptionError);
          expect(attempt).toThrow(new RegExp(`^${name}\\b`));
        }
      }
    });
  }

  test("is also a body that is given twice, or has no place in the method", () => {
    expect(() => request(numbers, URL_OF_NOBODY, { json: 1, body: "1" })).toThrow(/json and body/);
    expect(() => request(numbers, URL_OF_NOBODY, { method: "GET", body: "1" })).toThrow(/^method /);
    expect(() => new EventSource(URL_OF_NOBODY, { body: "1" })).toThrow(/^method /);
    async function* parts() {
      yield new Uint8Array([1]);
    }
    // A function makes a new one for each attempt; the stream itself would be empty the second time.
    for (const body of [new ReadableStream(), parts() as never]) {
      expect(() => request(numbers, URL_OF_NOBODY, { body, resume: "same" })).toThrow(/^body .* function/);
    }
  });

  test("is also what is no contract, no options and no listener", () => {
    const anyhow = { connect, request } as unknown as Record<string, (...given: unknown[]) => unknown>;
    expect(() => anyhow.connect?.({ n: json() }, URL_OF_NOBODY)).toThrow(/defineEvents/);
    expect(() => anyhow.request?.({ n: json() }, URL_OF_NOBODY)).toThrow(/defineEvents/);
    expect(() => anyhow.request?.(URL_OF_NOBODY)).toThrow(/defineEvents/);
    for (const options of [null, 5, "x"]) {
      expect(() => anyhow.connect?.(numbers, URL_OF_NOBODY, options)).toThrow(InvalidOptionError);
      expect(() => anyhow.request?.(numbers, URL_OF_NOBODY, options)).toThrow(InvalidOptionError);
    }
    const subscription = open(connect(URL_OF_NOBODY, { fetch: answering(N) }));
    expect(() => subscription.on("*", "listener" as never)).toThrow(/function/);
    for (const options of [null, { signal: {} }] as never[]) {
      expect(() => subscription.on("*", () => {}, options)).toThrow(InvalidOptionError);
    }
    subscription.close(); // which knows nothing of those that were refused
    expect(() => anyhow.connect?.(undefined, URL_OF_NOBODY)).toThrow(/defineEvents/);
    for (const options of [undefined, null, "key", { key: "" }] as never[]) {
      expect(() => share(options)).toThrow(/^share needs a key/);
    }
  });

  test("is told without the secrets of a URL", () => {
    for (const url of ["http://user:secret@[bad/", "http://[bad/?token=secret"]) {
      for (const make of [() => connect(numbers, url), () => new EventSource(url)]) {
        expect(make).toThrow(/bad/);
        expect(make).not.toThrow(/secret/);
      }
    }
  });
});

test("an EventSource whose method is written in small letters comes back like any other", async () => {
  const { url, seen } = await play({ body: [N] });
  const source = open(new EventSource(url, { method: "get", reconnect: AT_ONCE }));
  await once(source, "error");
  await seen(2);
  expect(source.readyState).not.toBe(EventSource.CLOSED);
});
