import { defineEvents, EventStreamParser, json } from "@sse/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { BodyReader } from "../test/support/body.ts";
import type { Backplane, BackplaneListener, BackplaneSubscription } from "./backplane/backplane.ts";
import { memoryBackplane } from "./backplane/memory.ts";
import type { Position } from "./backplane/message.ts";
import type { Frame } from "./frame.ts";
import { createChannelHub } from "./hub.ts";
import { parsePosition } from "./position.ts";

const CHANNELS = ["a", "b", "c"] as const;
const LAST = "last";
/** Each event says which of the log it is: offsets are dense, and follow the order of the calls. */
const contract = defineEvents({ n: json<readonly [n: number, filling: string]>() });
/** One fills a client's stream, and then its queue has room for one more. */
const LARGE = "x".repeat(20_000);
const QUEUE_BYTES = 25_000;

/** A log that forgets quickly, delivers when it is told to, and answers in whatever order it is told to. */
class ForgetfulLog {
  readonly backplane: Backplane;
  #arriving: Frame[] = [];
  #answers: (() => void)[] = [];
  #isFast = false;
  #listener: BackplaneListener | undefined;

  constructor(maxEvents: number) {
    const log = memoryBackplane({ replay: { maxEvents } });
    this.backplane = {
      publish: (message) => log.publish(message),
      subscribe: (listener) => this.#subscribe(log, listener),
      replay: (...asked) => this.#later(log.replay(...asked)),
      head: () => this.#later(log.head()),
      close: () => log.close(),
      [Symbol.asyncDispose]: () => log.close(),
    };
  }

  deliver(count: number): void {
    const frames = this.#arriving.splice(0, count);
    if (frames.length > 0) this.#listener?.onFrames(frames);
  }

  answer(which: number): void {
    const [answer] = this.#answers.splice(which % Math.max(1, this.#answers.length), 1);
    answer?.();
  }

  /** From here on it delivers and answers at once. */
  hurry(): void {
    this.#isFast = true;
    this.deliver(Number.POSITIVE_INFINITY);
    for (const answer of this.#answers.splice(0)) answer();
  }

  async #subscribe(log: Backplane, listener: BackplaneListener): Promise<BackplaneSubscription> {
    this.#listener = listener;
    return log.subscribe({
      onFrames: (frames) => {
        this.#arriving.push(...frames);
        if (this.#isFast) this.deliver(Number.POSITIVE_INFINITY);
      },
      onReset: (position: Position) => listener.onReset(position),
    });
  }

  /** What is answered is the truth of the moment in which it was asked. */
  async #later<T>(truth: Promise<T>): Promise<T> {
    if (!this.#isFast) await new Promise<void>((resolve) => this.#answers.push(resolve));
    return truth;
  }
}

function hubOn(backplane: Backplane) {
  return createChannelHub(contract, {
    backplane,
    heartbeatMs: false,
    slowConsumer: "drop-oldest",
    limits: { maxStallMs: false, maxQueueBytes: QUEUE_BYTES },
    onError: (error) => {
      throw error;
    },
  });
}

/** One client over its reconnections, which keeps what it was sent, in order. */
class Client {
  readonly channels: readonly [string, ...string[]];
  readonly received: { type: string; data: string; id: string }[] = [];
  #lastEventId = "";
  #parser = this.#parse();
  #body: BodyReader | undefined;
  #leave = new AbortController();
  #opening: Promise<void> | undefined;
  #reading: Promise<void> | undefined;

  constructor(channels: readonly string[]) {
    this.channels = [LAST, ...channels];
  }

  connect(hub: ReturnType<typeof hubOn>): Promise<void> {
    this.#opening ??= this.#connect(hub);
    return this.#opening;
  }

  /** One chunk; whoever asks meanwhile waits for the same one. */
  read(): Promise<void> {
    this.#reading ??= this.#read();
    return this.#reading;
  }

  /** Cuts the connection: what was not read is lost. */
  async leave(): Promise<void> {
    if (this.#body === undefined) return;
    this.#leave.abort();
    await this.#reading;
    this.#body = this.#opening = undefined;
  }

  async finish(hub: ReturnType<typeof hubOn>, last: number): Promise<void> {
    await this.connect(hub);
    while (!this.received.some(({ type, data }) => type === "n" && numberOf(data) === last)) {
      await this.read();
      if (this.#body?.done) throw new Error(`The stream ended after: ${this.#body.text}`);
    }
  }

  async #connect(hub: ReturnType<typeof hubOn>): Promise<void> {
    this.#leave = new AbortController();
    const headers = this.#lastEventId === "" ? {} : { "last-event-id": this.#lastEventId };
    const request = new Request("http://localhost/", { headers, signal: this.#leave.signal });
    this.#body = new BodyReader(await hub.respond(request, { channels: this.channels }));
    this.#parser = this.#parse();
  }

  async #read(): Promise<void> {
    const chunk = (await this.#body?.next()) ?? "";
    this.#reading = undefined;
    this.#parser.feed(chunk);
  }

  #parse(): EventStreamParser {
    return new EventStreamParser({
      onEvent: ({ type, data, lastEventId }) => {
        this.#lastEventId = lastEventId || this.#lastEventId;
        this.received.push({ type, data, id: lastEventId });
      },
    });
  }
}

function numberOf(data: string): number {
  return JSON.parse(data)[0];
}

function offsetOf(id: string): number {
  const position = parsePosition(id);
  if (position === undefined) throw new Error(`'${id}' is no position.`);
  return position.offset;
}

/** Walks through what a client was sent, and says how many events it was told it misses. */
function check(client: Client, log: readonly string[]): number {
  const own = log.flatMap((channel, index) => (client.channels.includes(channel) ? [index + 1] : []));
  const between = (after: number, upTo: number) => own.filter((n) => n > after && n <= upTo);
  let at: number | undefined;
  let missed = 0;
  for (const { type, data, id } of client.received) {
    const to = offsetOf(id);
    at ??= to; // the mark of the first opening
    if (type === "n") {
      expect(numberOf(data)).toBe(to);
      expect(between(at, to)).toEqual([to]);
    } else if (type === "sse.mark") {
      expect(to).toBeGreaterThanOrEqual(at);
      expect(between(at, to)).toEqual([]);
    } else {
      const { from, reason } = JSON.parse(data);
      expect(type).toBe("sse.gap");
      expect(["expired", "overflow"]).toContain(reason);
      // It begins where the client stands, and its end is an event of the client's own: it covers no more.
      expect(between(at, offsetOf(from))).toEqual([]);
      expect(own).toContain(to);
      missed += between(at, to).length;
    }
    at = to;
  }
  expect(between(at ?? 0, log.length)).toEqual([]);
  return missed;
}

const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ channel: fc.nat(2), isLarge: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("connect"), client: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("leave"), client: fc.nat(2) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("read"), client: fc.nat(2) }) },
  { weight: 4, arbitrary: fc.record({ count: fc.nat(6) }) },
  { weight: 3, arbitrary: fc.record({ which: fc.nat(5) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("microtask", "turn") }) },
);

test("from a log that forgets, a client sees each event of its channels once and in order, or a gap over exactly those it misses", async () => {
  const seen = { expired: 0, overflow: 0, missed: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 20, maxLength: 120 }),
      fc.integer({ min: 1, max: 8 }),
      fc.subarray([...CHANNELS], { minLength: 1 }),
      async (steps, maxEvents, some) => {
        const log = new ForgetfulLog(maxEvents);
        await using hub = hubOn(log.backplane);
        const clients = [new Client(some), new Client(["a"]), new Client(CHANNELS)];
        const published: string[] = [];
        const publish = (channel: string, filling = ""): Promise<string> => {
          published.push(channel);
          return hub.publish("n", [published.length, filling], { channel });
        };
        for (const action of steps) {
          const client = "client" in action ? clients[action.client] : undefined;
          if ("channel" in action) void publish(CHANNELS[action.channel] ?? "a", action.isLarge ? LARGE : "");
          else if ("count" in action) log.deliver(action.count);
          else if ("which" in action) log.answer(action.which);
          else if (action.do === "connect") await client?.connect(hub);
          else if (action.do === "leave") await client?.leave();
          else if (action.do === "read") void client?.read();
          else if (action.do === "turn") await new Promise((resolve) => setImmediate(resolve));
          else await null;
        }
        log.hurry();
        // Each has a position to be held to, though it may only come now.
        for (const client of clients) await client.connect(hub);
        await publish(LAST);
        for (const client of clients) {
          await client.finish(hub, published.length);
          seen.missed += check(client, published);
          for (const { type, data } of client.received) {
            if (type === "sse.gap") seen[JSON.parse(data).reason as "expired" | "overflow"]++; // checked above
          }
        }
      },
    ),
    { numRuns: 1500 },
  );
  // Nothing of this is so for want of gaps; there are about ten times as many.
  expect(seen.expired).toBeGreaterThan(20);
  expect(seen.overflow).toBeGreaterThan(20);
  expect(seen.missed).toBeGreaterThan(100);
}, 60_000);
