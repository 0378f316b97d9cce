import { defineEvents, json } from "@sse/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BodyReader } from "../test/support/body.ts";
import { FakeLog } from "../test/support/fake-log.ts";
import { eventually } from "../test/support/serve.ts";
import { createChannelHub } from "./hub.ts";
import { formatPosition } from "./position.ts";

const contract = defineEvents({ n: json<number>() });
const CHANNELS = ["a", "b", "c"] as const;
const LAST = "last";

/** One client over its reconnections: what it must see, by a model, and what it does see. */
class Client {
  readonly channels: readonly string[];
  readonly seen: number[] = [];
  gaps = 0;
  #lastEventId = "";
  #body: BodyReader | undefined;
  #leave = new AbortController();
  #handled = 0;
  #reading: Promise<void> | undefined;

  constructor(channels: readonly string[]) {
    this.channels = channels;
  }

  get isConnected(): boolean {
    return this.#body !== undefined;
  }

  async connect(hub: ReturnType<typeof hubOn>): Promise<void> {
    this.#leave = new AbortController();
    const headers = this.#lastEventId === "" ? {} : { "last-event-id": this.#lastEventId };
    const request = new Request("http://localhost/", { headers, signal: this.#leave.signal });
    const [first = LAST, ...rest] = [...this.channels, LAST];
    this.#body = new BodyReader(await hub.respond(request, { channels: [first, ...rest] }));
    this.#handled = 0;
  }

  /** One chunk; whoever asks meanwhile waits for the same one. */
  read(): Promise<void> {
    this.#reading ??= this.#read();
    return this.#reading;
  }

  async #read(): Promise<void> {
    await this.#body?.next();
    this.#reading = undefined;
    this.#handle();
  }

  /** Cuts the connection; what was received stays received. */
  leave(): void {
    this.#leave.abort();
    this.#body = undefined;
  }

  async finish(): Promise<void> {
    while (this.seen.at(-1) !== -1) {
      if (this.#body?.done) throw new Error(`The stream ended after: ${this.#body.text}`);
      await this.read();
    }
  }

  #handle(): void {
    const events = this.#body?.events ?? [];
    for (const { type, data, lastEventId } of events.slice(this.#handled)) {
      if (lastEventId !== "") this.#lastEventId = lastEventId;
      if (type === "n") this.seen.push(Number(data));
      if (type === "sse.gap") this.gaps++;
    }
    this.#handled = events.length;
  }
}

function hubOn(log: FakeLog) {
  return createChannelHub(contract, {
    backplane: log,
    heartbeatMs: false,
    limits: { maxStallMs: false, maxQueueBytes: false },
    onError: (error) => {
      throw error;
    },
  });
}

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant("publish" as const), channel: fc.constantFrom(...CHANNELS) }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("connect" as const), client: fc.nat(2) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("read" as const), client: fc.nat(2) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("leave" as const), client: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("deliver" as const), count: fc.nat(5) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("answer" as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("microtask" as const, "turn" as const) }) },
);

describe("a client that joins", () => {
  test("sees every event of its channels once and in order, however publishing, reading, leaving and a slow log interleave", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 20, maxLength: 100 }),
        fc.tuple(fc.subarray([...CHANNELS], { minLength: 1 }), fc.subarray([...CHANNELS], { minLength: 1 })),
        async (steps, subscriptions) => {
          const log = new FakeLog();
          await using hub = hubOn(log);
          const clients = [new Client(subscriptions[0]), new Client(subscriptions[1]), new Client(CHANNELS)];
          const published: { n: number; channel: string }[] = [];
          const starts: (number | undefined)[] = [undefined, undefined, undefined];
          for (const action of steps) {
            if (action.do === "publish") {
              published.push({ n: published.length + 1, channel: action.channel });
              void hub.publish("n", published.length, { channel: action.channel });
            } else if (action.do === "connect") {
              const client = clients[action.client] as Client;
              if (client.isConnected) continue;
              await client.connect(hub);
              await client.read(); // the opening, so that it has a position to come back with
              // What this process has read at the first connection is before the client's time.
              starts[action.client] ??= log.delivered;
            } else if (action.do === "read") {
              // Only where there is something to come: the last event ends every run.
              void clients[action.client]?.read();
            } else if (action.do === "leave") clients[action.client]?.leave();
            else if (action.do === "deliver") log.deliver(action.count);
            else if (action.do === "answer") log.answer();
            else if (action.do === "turn") await new Promise((resolve) => setImmediate(resolve));
            else await null;
          }
          log.isSlow = false;
          await hub.publish("n", -1, { channel: LAST });
          for (const [index, client] of clients.entries()) {
            const start = starts[index];
            if (start === undefined) continue;
            if (!client.isConnected) await client.connect(hub);
            await client.finish();
            const expected = published.filter(
              ({ n, channel }) => n > start && client.channels.includes(channel),
            );
            expect(client.seen).toEqual([...expected.map(({ n }) => n), -1]);
            expect(client.gaps).toBe(0);
          }
        },
      ),
      { numRuns: 3000 },
    );
  }, 60_000);

  test("comes over to the live events though each page is old when it arrives", async () => {
    const log = new FakeLog();
    await using hub = hubOn(log);
    await hub.publish("n", 0, { channel: "a" });
    log.deliver(1);
    const client = new Client(["a"]);
    await client.connect(hub);
    await client.read();
    client.leave();
    await hub.publish("n", 1, { channel: "a" });
    log.deliver(1);
    await client.connect(hub);
    for (let n = 2; n < 40; n++) {
      void hub.publish("n", n, { channel: "a" });
      log.deliver(1);
      log.answer();
      await new Promise((resolve) => setImmediate(resolve));
    }
    // Two pages at the most: the one before the mark, and one more.
    expect(log.replays).toBeLessThanOrEqual(2);
    while ((client.seen.at(-1) ?? 0) < 39) await client.read();
    expect(client.seen).toEqual(Array.from({ length: 39 }, (_, n) => n + 1));
  });

  test("from a process that is further along is given nothing twice, and no gap", async () => {
    const log = new FakeLog();
    await using hub = hubOn(log);
    const ids: string[] = [];
    for (let n = 1; n <= 10; n++) ids.push(await hub.publish("n", n, { channel: "a" }));
    // This process has been given none of them when the client comes with the eighth.
    log.isSlow = true;
    const request = new Request("http://localhost/", { headers: { "last-event-id": ids[7] ?? "" } });
    const body = new BodyReader(await hub.respond(request, { channels: ["a"] }));
    log.answer();
    await body.until("data: 10");
    log.deliver(10);
    void hub.publish("n", 11, { channel: "a" });
    log.deliver(1);
    await body.until("data: 11");
    expect(body.events.map(({ type, data }) => (type === "n" ? data : type))).toEqual([
      "sse.mark",
      "9",
      "10",
      "11",
    ]);
  });
});

describe("when the log is lost", () => {
  test("every live connection is told of a gap, and goes on in the new epoch", async () => {
    const log = new FakeLog();
    await using hub = hubOn(log);
    const client = new BodyReader(await hub.respond(new Request("http://localhost/"), { channels: ["a"] }));
    const before = await hub.publish("n", 1, { channel: "a" });
    log.deliver(1);
    await client.until("data: 1");
    await log.lose();
    log.deliver(1);
    void hub.publish("n", 2, { channel: "a" });
    log.deliver(1);
    await client.until("data: 2");
    const gap = client.events.find(({ type }) => type === "sse.gap");
    expect(JSON.parse(gap?.data ?? "")).toEqual({ from: before, reason: "unknown-epoch" });
    expect(client.events.map(({ type }) => type)).toEqual(["sse.mark", "n", "sse.gap", "n"]);
    expect(hub.stats().gaps).toBe(1);
  });

  test("a client that meets the new epoch first waits for this process to hear of it, without asking in a loop", async () => {
    const log = new FakeLog();
    await using hub = hubOn(log);
    const first = new BodyReader(await hub.respond(new Request("http://localhost/"), { channels: ["a"] }));
    await first.until("sse.mark");
    const old = await hub.publish("n", 1, { channel: "a" });
    log.deliver(1);
    await log.lose(); // the process is not told yet
    const head = formatPosition(await log.head());
    const request = new Request("http://localhost/", {
      headers: { "last-event-id": `${old.split(".")[0]}.0` },
    });
    log.isSlow = false;
    const body = new BodyReader(await hub.respond(request, { channels: ["a"] }));
    await body.until("sse.gap");
    expect(body.events.at(-1)?.lastEventId).toBe(head);
    const asked = log.replays;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(log.replays).toBe(asked);
    log.deliver(1);
    await hub.publish("n", 2, { channel: "a" });
    log.deliver(1);
    await body.until("data: 2");
    expect(body.events.filter(({ type }) => type === "sse.gap")).toHaveLength(1);
    await eventually(() => hub.stats().gaps === 2);
  });
});
