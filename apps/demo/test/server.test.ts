import { connect as tcpConnect } from "node:net";
import { connect, request } from "@sse/client";
import { TruncatedError } from "@sse/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accessLog, answer, type Level, type LiveEvent, type LogLine, live } from "../src/contract.ts";
import { Ledger } from "../src/page/ledger.ts";
import { DemoProcess } from "./demo-process.ts";

let demo: DemoProcess;
let url: string;
beforeAll(async () => {
  demo = await DemoProcess.start();
  url = await demo.url();
});
afterAll(() => demo[Symbol.asyncDispose]());

describe("the live stream", () => {
  test("carries this machine ten times a second, and goes on from the page's own position", async () => {
    const snapshot = await demo.snapshot();
    await using subscription = connect(live, new URL("/live?page=samples-test", url), {
      lastEventId: snapshot.lastEventId,
    });
    const samples: LiveEvent[] = [];
    for await (const event of subscription) {
      samples.push(event);
      if (samples.length === 15) break;
    }
    const first = snapshot.samples.at(-1);
    expect(samples.map(({ data }) => data.n)).toEqual(samples.map((_, i) => (first?.n ?? 0) + 1 + i));
    const [, a, , , , , , , , , , b] = samples;
    if (a?.type !== "sample" || b?.type !== "sample") throw new Error("expected samples");
    expect(b.data.at - a.data.at).toBeGreaterThan(700);
    expect(a.data.memory.usedBytes).toBeLessThan(a.data.memory.totalBytes);
    expect(a.data.cores.every((share) => share >= 0 && share <= 1)).toBe(true);
  });

  test("a burst of 100,000 arrives completely, to its own page alone", async () => {
    const page = "burst-test";
    const ledger = new Ledger();
    ledger.begin("burst", { run: 1, n: 0 });
    await using subscription = connect(live, new URL(`/live?page=${page}`, url));
    await using other = connect(live, new URL("/live?page=another-page", url));
    let strays = 0;
    other.on("burst", () => strays++);
    const complete = new Promise<void>((resolve) => {
      subscription.on("burst", ({ data, type }) => {
        ledger.take(type, data);
        if (data.index === data.of) resolve();
      });
    });
    await new Promise<void>((resolve) => {
      const stop = subscription.on("sample", () => {
        stop();
        resolve();
      });
    });
    expect((await demo.control("burst", { page, events: 100_000 })).status).toBe(200);
    await complete;
    expect(ledger).toMatchObject({ received: 100_000, lost: 0, duplicated: 0, disordered: 0 });
    expect(strays).toBe(0);
  });
});

describe("the log", () => {
  async function read(level: Level, count: number, lastEventId?: string): Promise<LogLine[]> {
    const lines: LogLine[] = [];
    const stream = request(accessLog, new URL("/log?page=log-reader", url), {
      json: { level, backlog: 100 },
      ...(lastEventId === undefined ? {} : { lastEventId }),
    });
    for await (const { data } of stream) {
      lines.push(data);
      if (lines.length === count) break;
    }
    return lines;
  }

  test("has the requests as they were answered, filtered by the body of the POST", async () => {
    const path = `/nothing-${Math.random().toString(36).slice(2)}`;
    await (await fetch(new URL(path, url))).text();
    const [line] = (await read("warn", 1)).slice(-1);
    expect(line).toMatchObject({ level: "warn", method: "GET", status: 404, phase: "end" });
    const levels = new Set((await read("info", 3)).map(({ level }) => level));
    expect(levels.has("debug")).toBe(false);
  });

  test("goes on after the line it is given", async () => {
    const lines = await read("debug", 4);
    const [, second, third] = lines;
    const rest = await read("debug", 1, String(second?.n));
    expect(rest[0]).toEqual(third);
  });
});

describe("an answer", () => {
  const ask = (page: string, question = "server client event") =>
    request(answer, new URL(`/ask?page=${page}`, url), { json: { question } });

  test("comes in tokens, says where they are from, and is finished", async () => {
    const types: string[] = [];
    for await (const event of ask("answer-finished")) types.push(event.type);
    expect(types.slice(0, 3)).toEqual(["found", "passage", "token"]);
    expect(types.at(-1)).toBe("done");
  });

  test("that is cut is never taken for finished", async () => {
    const page = "answer-cut";
    let tokens = 0;
    const reading = (async () => {
      for await (const event of ask(page)) {
        if (event.type === "token" && ++tokens === 3) void demo.control("cut", { page, stream: "/ask" });
      }
    })();
    await expect(reading).rejects.toBeInstanceOf(TruncatedError);
    expect(tokens).toBeGreaterThanOrEqual(3);
  });

  test("that nobody waits for any more is no failure at the server", async () => {
    for await (const event of ask("answer-left")) if (event.type === "token") break;
    for await (const event of ask("answer-next")) if (event.type === "token") break;
    expect(demo.stderr).toBe("");
  });

  test("is finished at once when nothing fits", async () => {
    const types: string[] = [];
    for await (const event of ask("answer-nothing", "xylophone zeppelin")) types.push(event.type);
    expect(types).toEqual(["found", "done"]);
  });
});

describe("requests that are refused", () => {
  const post = (path: string, body: string, headers: Record<string, string> = {}) =>
    fetch(new URL(path, url), {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body,
    });

  test.for([
    ["/control/cut", '{"page":"x","stream":"/live"}', "'page' is 8 to 64 letters"],
    ["/control/cut", '{"page":"12345678","stream":"/"}', "'stream' is one of"],
    ["/control/burst", '{"page":"12345678","events":1e9}', "'events' is a whole number"],
    ["/control/job/start", '{"folder":"/etc","paceMBps":25}', "'folder' is one of"],
    ["/log", "[]", "not a JSON object"],
    ["/ask", "{", "not JSON"],
  ] as const)("POST %s %s gets 400: %s", async ([path, body, message]) => {
    const response = await post(path, body);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain(message);
  });

  test("another site's page may not do anything", async () => {
    expect((await post("/control/restart", "{}", { origin: "https://example.com" })).status).toBe(403);
    expect((await post("/control/restart", "{}", { "content-type": "text/plain" })).status).toBe(415);
  });

  test("a host name that only points here is not answered", async () => {
    const { port } = new URL(url);
    const head = await new Promise<string>((resolve, reject) => {
      const socket = tcpConnect(Number(port), "127.0.0.1", () =>
        socket.write("GET / HTTP/1.1\r\nHost: rebound.example\r\nConnection: close\r\n\r\n"),
      );
      let text = "";
      socket.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      socket.on("end", () => resolve(text)).on("error", reject);
    });
    expect(head).toMatch(/^HTTP\/1\.1 403 /);
  });

  test("what is not there is 404", async () => {
    expect((await fetch(new URL("/assets/../package.json", url))).status).toBe(404);
    expect((await post("/control/toString", "{}")).status).toBe(404);
  });
});
