import { connect } from "@sse/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { news } from "../../../docs/pages/recipes/events.ts";
import type { Framework } from "../../src/framework.ts";
import { App } from "./app.ts";
import { RawReader } from "./raw-reader.ts";

const browser = { accept: "text/event-stream", "accept-encoding": "gzip, deflate, br, zstd" };

/** What every framework has to do with its recipe; `more` are tests of its own, before it is stopped. */
export function behaves(framework: Framework, more?: (app: () => App) => void): void {
  let app: App;
  beforeAll(async () => {
    app = await App.start(framework);
  });
  afterAll(async () => app?.[Symbol.asyncDispose]());

  test("sends every event at once, and uncompressed to a client that could read it compressed", async () => {
    using reader = new RawReader(app.port, "GET", browser);
    await reader.until("event: sse.mark");
    for (const n of [1001, 1002, 1003]) {
      await app.publish(n);
      await reader.until(`"n":${n},`);
    }
    expect(reader.head).toMatch(/^HTTP\/1\.1 200 /);
    expect(reader.head).toMatch(/^content-type: text\/event-stream/im);
    expect(reader.head).not.toMatch(/^content-encoding:/im);
  });

  test("gives a client that comes back what it missed", async () => {
    const [first = { n: 0, id: "" }] = await read(app.url, () => true);
    for (const n of [2001, 2002]) await app.publish(n);
    const missed = (await read(app.url, (n) => n === 2002, first.id)).map(({ n }) => n);
    // Among them is what is published every second, wherever that second ended.
    expect(missed.filter((n) => n > 2000)).toEqual([2001, 2002]);
    const byItself = missed.filter((n) => n < 1000);
    expect(byItself).toEqual(byItself.map((_, index) => first.n + 1 + index));
  });

  test("notices that a client has left, without having written anything to it", async () => {
    // Headlines come by themselves: one time that none came in between is what is meant.
    await expect.poll(() => publishedBeforeItIsNoticed(app)).toBe(0);
  });

  test("leaves HEAD and OPTIONS to the hub", async () => {
    const head = await fetch(app.url, { method: "HEAD" });
    expect([head.status, head.headers.get("content-type")]).toEqual([
      200,
      "text/event-stream; charset=utf-8",
    ]);
    const options = await fetch(app.url, { method: "OPTIONS" });
    expect([options.status, await options.text()]).toEqual([
      405,
      expect.stringMatching(/^Events are had by /),
    ]);
    expect((await app.stats()).connections).toBe(0);
  });

  more?.(() => app);

  test("ends streams with a time to come back when it is stopped, and is over", async () => {
    using reader = new RawReader(app.port, "GET", browser);
    await reader.until("event: sse.mark");
    const stopped = app.stop("SIGTERM");
    await expect.poll(() => reader.text).toMatch(/\nretry: \d+\n\n\r\n0\r\n\r\n$/);
    await stopped;
  });
}

interface Headline {
  readonly n: number;
  readonly id: string;
}

/** Headlines up to the one that is asked for. */
async function read(
  url: string,
  isLast: (n: number) => boolean,
  lastEventId?: string,
): Promise<readonly Headline[]> {
  const headlines: Headline[] = [];
  for await (const event of connect(news, url, { reconnect: false, lastEventId })) {
    headlines.push({ n: event.data.n, id: event.lastEventId });
    if (isLast(event.data.n)) break;
  }
  return headlines;
}

async function publishedBeforeItIsNoticed(app: App): Promise<number> {
  await expect.poll(async () => (await app.stats()).connections).toBe(0);
  using reader = new RawReader(app.port, "GET", browser);
  await reader.until("event: sse.mark");
  await expect.poll(async () => (await app.stats()).connections).toBe(1);
  const { published } = await app.stats();
  reader.leave();
  await expect.poll(async () => (await app.stats()).connections, { interval: 5 }).toBe(0);
  return (await app.stats()).published - published;
}
