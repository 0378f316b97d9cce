import type { IncomingMessage, ServerResponse } from "node:http";
import { connect } from "@sse/client";
import { createEventSource } from "eventsource-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as hubAfter from "../pages/migrating/better-sse/after.ts";
import * as channelBefore from "../pages/migrating/better-sse/before.ts";
import { follow as followAfter } from "../pages/migrating/eventsource/after.ts";
import { follow as followBefore } from "../pages/migrating/eventsource/before.ts";
import { firstPrices as pricesAfter } from "../pages/migrating/eventsource-client/after.ts";
import { firstPrices as pricesBefore } from "../pages/migrating/eventsource-client/before.ts";
import { answer as answerAfter } from "../pages/migrating/eventsource-parser/after.ts";
import { answer as answerBefore } from "../pages/migrating/eventsource-parser/before.ts";
import { installed } from "./support/installed.ts";
import { Pages } from "./support/page.ts";
import { type Served, serve } from "./support/serve.ts";

const tick = (price: number) => `id: ${price}\nevent: tick\ndata: {"price":${price}}\n\n`;

interface Asked {
  readonly method: string;
  readonly lastEventId: string | undefined;
  readonly authorization: string | undefined;
}

/** A server that lets every page in, and answers one request after the other, preflights apart. */
async function answering(...answers: readonly ((res: ServerResponse, req: IncomingMessage) => unknown)[]) {
  const asked: Asked[] = [];
  const server = await serve((req, res) => {
    res.setHeader("access-control-allow-origin", "*");
    res.setHeader("access-control-allow-headers", "authorization, content-type, last-event-id");
    if (req.method === "OPTIONS") return res.end();
    const lastEventId = req.headers["last-event-id"]?.toString();
    asked.push({ method: req.method ?? "", lastEventId, authorization: req.headers.authorization });
    return answers[Math.min(asked.length, answers.length) - 1]?.(res, req);
  });
  return Object.assign(server, { asked }) as Served & { readonly asked: readonly Asked[] };
}

const streams =
  (text: string, then: "stays" | "ends" | "cut" = "stays") =>
  (res: ServerResponse) => {
    res.setHeader("content-type", "text/event-stream");
    res.write(text, () => {
      if (then === "ends") res.end();
      if (then === "cut") res.destroy();
    });
  };
const refuses = (status: number) => (res: ServerResponse) => res.writeHead(status).end("no\n");

describe("from eventsource", () => {
  it.each([
    ["before", followBefore],
    ["after", followAfter],
  ])("%s: ticks with a header, again after a cut, and the status of a refusal", async (_name, follow) => {
    await using server = await answering(
      streams(`retry: 10\n\n${tick(1)}`, "cut"),
      streams(tick(2), "cut"),
      refuses(403),
    );
    const lines: string[] = [];
    const close = follow(server.url, "token", (line) => lines.push(line));
    await expect.poll(() => lines.at(-1)).toBe("error 403");
    close();
    expect(lines).toEqual(["tick 1", "error undefined", "tick 2", "error undefined", "error 403"]);
    expect(server.asked.map(({ lastEventId }) => lastEventId)).toEqual([undefined, "1", "2"]);
    expect(server.asked.map(({ authorization }) => authorization)).toEqual(Array(3).fill("Bearer token"));
  });
});

describe("from eventsource-client", () => {
  it.each([
    ["before", pricesBefore],
    ["after", pricesAfter],
  ])("%s: the first prices", async (_name, firstPrices) => {
    await using server = await answering(streams(tick(1) + tick(2) + tick(3)));
    expect(await firstPrices(server.url, 2)).toEqual([1, 2]);
  });

  it("its loop leaves the connection open, as its readme says", async () => {
    await using server = await answering(streams(tick(1)));
    const source = createEventSource(server.url);
    for await (const _ of source) break;
    expect(source.readyState).toBe("open");
    source.close();
  });
});

describe("from eventsource-parser", () => {
  it.each([
    ["before", answerBefore],
    ["after", answerAfter],
  ])("%s: the tokens of an answer", async (_name, answer) => {
    const text =
      ": hi\n\nevent: token\ndata: Grüße\n\ndata: no token\n\nevent: token\ndata: 😀\n\nevent: token\ndata: cut";
    const tokens: string[] = [];
    await answer(new Response(text), (token) => tokens.push(token));
    expect(tokens).toEqual(["Grüße", "😀"]);
  });
});

describe("from better-sse", () => {
  it.each([
    ["before", channelBefore, () => channelBefore.ticks.sessionCount, [1, 3]],
    ["after", hubAfter, () => hubAfter.hub.stats().connections, [1, 2, 3]],
  ])(
    "%s: ticks for everybody, and what comes of those that were missed",
    async (_name, side, readers, all) => {
      await using server = await serve(side.events);
      const prices: number[] = [];
      const follow = (lastEventId?: string) => {
        const stream = connect(hubAfter.market, server.url, { lastEventId });
        stream.on("tick", ({ data }) => prices.push(data.price));
        return stream;
      };
      const first = follow();
      await expect.poll(readers).toBe(1);
      await side.tick(1);
      await expect.poll(() => prices).toEqual([1]);
      first.close();
      await expect.poll(readers).toBe(0);
      await side.tick(2);
      const again = follow(first.lastEventId);
      await expect.poll(readers).toBe(1);
      await side.tick(3);
      await expect.poll(() => prices).toEqual(all);
      again.close();
    },
  );
});

describe.skipIf(!installed.chromium)("in Chromium", () => {
  let pages: Pages;
  beforeAll(async () => {
    pages = await Pages.start();
  });
  afterAll(() => pages[Symbol.asyncDispose]());

  async function run(script: string) {
    const page = await pages.open(`globalThis.lines = []; const log = (line) => lines.push(line); ${script}`);
    return { page, lines: () => page.evaluate("globalThis.lines") };
  }

  describe("from the browser's EventSource", () => {
    it.each(["before", "after", "typed"])("%s: opens, ticks, comes back, and is over", async (file) => {
      await using server = await answering(
        streams(`retry: 1000\n\n${tick(1)}`),
        streams(tick(2)),
        refuses(404),
      );
      const { page, lines } = await run(
        `import { follow } from "./migrating/native-eventsource/${file}.ts"; follow("${server.url}", log);`,
      );
      const expected = ["open", "tick 1"];
      await expect.poll(lines).toEqual(expected);
      server.cut();
      expected.push("again", "open", "tick 2");
      await expect.poll(lines).toEqual(expected);
      server.cut();
      await expect.poll(lines).toEqual([...expected, "again", "over"]);
      expect(server.asked.map(({ lastEventId }) => lastEventId)).toEqual([undefined, "1", "2"]);
      await page.close();
    });

    it("a 503 is over for both EventSources, and not for connect", async () => {
      for (const [file, last] of [
        ["before", "over"],
        ["after", "over"],
        ["typed", "open"],
      ]) {
        await using server = await answering(refuses(503), streams(tick(1)));
        const { page, lines } = await run(
          `import { follow } from "./migrating/native-eventsource/${file}.ts"; follow("${server.url}", log);`,
        );
        await expect.poll(lines).toContain(last);
        await page.close();
      }
    });

    it("its events are trusted, ours are not: only a browser can make such", async () => {
      await using server = await answering(streams("data: x\n\n"));
      const { page, lines } = await run(`import { EventSource as Ours } from "@sse/client";
        new EventSource("${server.url}").onmessage = (event) => log("native " + event.isTrusted);
        new Ours("${server.url}").onmessage = (event) => log("ours " + event.isTrusted);`);
      await expect
        .poll(async () => [...((await lines()) as string[])].sort())
        .toEqual(["native true", "ours false"]);
      await page.close();
    });
  });

  describe("from fetch-event-source", () => {
    const asking = (file: string, url: string) =>
      `import { ask } from "./migrating/fetch-event-source/${file}.ts";
       ask("${url}", "token", "how", log).then(() => log("over"), (error) => log("failed: " + error.message));`;
    const words = "event: word\ndata: a\n\nevent: word\ndata: b\n\nevent: done\ndata: stop\n\n";

    it.each(["before", "after"])("%s: an answer word by word, and the text of a refusal", async (file) => {
      await using server = await answering(streams(words, "ends"), refuses(422));
      const first = await run(asking(file, server.url));
      await expect.poll(first.lines).toEqual(["a", "b", "over"]);
      const second = await run(asking(file, server.url));
      await expect.poll(second.lines).toEqual(["failed: no\n"]);
      expect(server.asked[0]).toMatchObject({ method: "POST", authorization: "Bearer token" });
      await Promise.all([first.page.close(), second.page.close()]);
    });

    it("an answer whose body ends before its end is over before, and an error after", async () => {
      for (const [file, last] of [
        ["before", "over"],
        ["after", expect.stringContaining("was cut before it was finished")],
      ]) {
        await using server = await answering(streams("event: word\ndata: a\n\n", "ends"));
        const { page, lines } = await run(asking(file as string, server.url));
        await expect.poll(lines).toEqual(["a", last]);
        await page.close();
      }
    });

    it("without onerror a POST that breaks is sent again before, and never after", async () => {
      const begins = streams("event: word\ndata: a\n\n");
      await using before = await answering(begins, refuses(400));
      const first = await run(`import { fetchEventSource } from "@microsoft/fetch-event-source";
        const onmessage = ({ data }) => log(data);
        fetchEventSource("${before.url}", { method: "POST", body: "{}", openWhenHidden: true, onmessage });`);
      await expect.poll(first.lines).toEqual(["a"]);
      before.cut();
      await expect.poll(() => before.asked.length).toBeGreaterThan(1);
      await first.page.close();
      await using after = await answering(begins, refuses(400));
      const second = await run(asking("after", after.url));
      await expect.poll(second.lines).toEqual(["a"]);
      after.cut();
      const cut = expect.stringContaining("was cut before it was finished");
      await expect.poll(second.lines).toEqual(["a", cut]);
      expect(after.asked.length).toBe(1);
      await second.page.close();
    });

    it.each(["before-get", "after-get"])("%s: ticks, and again after the server closed", async (file) => {
      await using server = await answering(streams(tick(1), "ends"), streams(tick(2)));
      const token = file === "after-get" ? '() => "token"' : '"token"';
      const { page, lines } = await run(
        `import { follow } from "./migrating/fetch-event-source/${file}.ts"; follow("${server.url}", ${token}, log);`,
      );
      await expect.poll(lines).toEqual(["tick 1", "tick 2"]);
      expect(server.asked.map(({ lastEventId }) => lastEventId)).toEqual([undefined, "1"]);
      await page.close();
    });

    it("by default it closes when the page is hidden; connect stays", async () => {
      const hide = `Object.defineProperty(document, "hidden", { value: true, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));`;
      for (const [file, closes] of [
        ["before-get", true],
        ["after-get", false],
      ] as const) {
        let open = 0;
        await using server = await answering((res) => {
          open++;
          res.once("close", () => open--);
          streams(tick(1))(res);
        });
        const token = file === "after-get" ? '() => "token"' : '"token"';
        const { page, lines } = await run(
          `import { follow } from "./migrating/fetch-event-source/${file}.ts"; follow("${server.url}", ${token}, log);`,
        );
        await expect.poll(lines).toEqual(["tick 1"]);
        await page.evaluate(hide);
        if (closes) await expect.poll(() => open).toBe(0);
        else expect(await page.evaluate("fetch('/').then(() => 1)")).toBe(1);
        expect(open).toBe(closes ? 0 : 1);
        await page.close();
      }
    });
  });
});
