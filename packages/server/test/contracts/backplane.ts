import { afterEach, describe, expect, test } from "vitest";
import type { Backplane, BackplaneListener, ReplayPage } from "../../src/backplane/backplane.ts";
import type { Position } from "../../src/backplane/message.ts";
import type { ReplayOptions } from "../../src/backplane/replay-options.ts";
import type { Frame } from "../../src/frame.ts";
import { eventually } from "../support/serve.ts";
import { message } from "./message.ts";

export { message };

/** How an implementation is set up: each call of `open` is another process on the same log. */
export interface BackplaneUnderTest {
  /**
   * One client of the log; the first call begins an empty one that keeps at least 1,000 events, or what is said. Of
   * how much it keeps, it may go past by a sixteenth.
   */
  open(replay?: ReplayOptions): Promise<Backplane>;
  /** Frees what was set up, the log too. */
  dispose(): Promise<void>;
}

const decoder = new TextDecoder();

function dataOf(frames: readonly Frame[]): string[] {
  return frames.map(({ bytes }) => /data: (.*)\n\n$/.exec(decoder.decode(bytes))?.[1] ?? "");
}

class Recorder implements BackplaneListener {
  readonly frames: Frame[] = [];
  readonly resets: Position[] = [];
  onFrames(frames: readonly Frame[]): void {
    this.frames.push(...frames);
  }
  onReset(position: Position): void {
    this.resets.push(position);
  }
  /** Settles when so many have come. */
  async got(count: number): Promise<string[]> {
    await eventually(() => this.frames.length >= count);
    return dataOf(this.frames);
  }
}

/** What every backplane does, whatever it is made of. */
export function testBackplane(name: string, setUp: () => Promise<BackplaneUnderTest>): void {
  const open: BackplaneUnderTest[] = [];
  async function start(): Promise<BackplaneUnderTest> {
    const under = await setUp();
    open.push(under);
    return under;
  }
  async function log(): Promise<Backplane> {
    return (await start()).open();
  }
  afterEach(async () => {
    for (const under of open.splice(0)) await under.dispose();
  });
  const all = (log: Backplane, after: Position, channels: string[] = ["a", "b", "c"]) =>
    readAll(log, after, channels);

  describe(`the backplane ${name}`, () => {
    test("gives offsets that ascend by one from 1 on, in one epoch", async () => {
      const one = await log();
      const head = await one.head();
      expect(head.offset).toBe(0);
      expect(head.epoch).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
      const positions = [];
      for (let n = 1; n <= 3; n++) positions.push(await one.publish(message(`${n}`)));
      expect(positions.map(({ offset }) => offset)).toEqual([1, 2, 3]);
      expect(new Set(positions.map(({ epoch }) => epoch))).toEqual(new Set([head.epoch]));
      expect(await one.head()).toEqual(positions[2]);
    });

    test("logs calls in the order in which they were made, awaited or not", async () => {
      const one = await log();
      const recorder = new Recorder();
      await one.subscribe(recorder);
      const positions = await Promise.all(Array.from({ length: 50 }, (_, n) => one.publish(message(`${n}`))));
      expect(positions.map(({ offset }) => offset)).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
      expect(await recorder.got(50)).toEqual(Array.from({ length: 50 }, (_, n) => `${n}`));
    });

    test("delivers each event once, in order, with channel, key, end and its id in front", async () => {
      const one = await log();
      const recorder = new Recorder();
      await one.subscribe(recorder);
      const { epoch } = await one.publish(message("1", "a", { key: "k" }));
      await one.publish(message("2", 'b,"\0\n日本', { end: true }));
      await recorder.got(2);
      const [first, second] = recorder.frames;
      expect(first).toMatchObject({ epoch, offset: 1, channel: "a", key: "k", end: false });
      expect(second).toMatchObject({ epoch, offset: 2, channel: 'b,"\0\n日本', key: undefined, end: true });
      expect(decoder.decode(first?.bytes)).toBe(`id: ${epoch}.1\ndata: 1\n\n`);
    });

    test("payloads come back as they are: nothing in them is interpreted", async () => {
      const one = await log();
      const payload = `${String.fromCharCode(...Array.from({ length: 256 }, (_, n) => n))}日本🎌*1\r\n$-1\r\n`;
      const { epoch } = await one.publish(message("", "a", { payload }));
      const [frame] = await all(one, { epoch, offset: 0 });
      expect(decoder.decode(frame?.bytes)).toBe(`id: ${epoch}.1\n${payload}`);
    });

    test("a subscription begins after the position that it returns", async () => {
      const one = await log();
      await one.publish(message("before"));
      const recorder = new Recorder();
      const { position } = await one.subscribe(recorder);
      expect(position.offset).toBe(1);
      await one.publish(message("after"));
      expect(await recorder.got(1)).toEqual(["after"]);
    });

    test("subscriptions are independent, and a closed one hears nothing more", async () => {
      const one = await log();
      const [left, right] = [new Recorder(), new Recorder()];
      const subscription = await one.subscribe(left);
      await one.subscribe(right);
      await one.publish(message("1"));
      await Promise.all([left.got(1), right.got(1)]);
      await subscription.close();
      await one.publish(message("2"));
      expect(await right.got(2)).toEqual(["1", "2"]);
      expect(left.frames).toHaveLength(1);
    });

    test("all processes see one order, their own events in it", async () => {
      const under = await start();
      const [one, two] = [await under.open(), await under.open()];
      const recorders = [new Recorder(), new Recorder()];
      await one.subscribe(recorders[0] as Recorder);
      await two.subscribe(recorders[1] as Recorder);
      await Promise.all(Array.from({ length: 20 }, (_, n) => (n % 2 ? one : two).publish(message(`${n}`))));
      const [left, right] = await Promise.all(recorders.map((recorder) => recorder.got(20)));
      expect(left).toEqual(right);
      expect(recorders[0]?.frames.map(({ offset }) => offset)).toEqual(
        Array.from({ length: 20 }, (_, n) => n + 1),
      );
    });

    test("the same idempotency key appends nothing and has the first position", async () => {
      const under = await start();
      const [one, two] = [await under.open(), await under.open()];
      const options = { idempotencyKey: "order 7" };
      const first = await one.publish(message("1"), options);
      await one.publish(message("2"), { idempotencyKey: "order 8" });
      expect(await one.publish(message("1"), options)).toEqual(first);
      expect(await two.publish(message("1"), options)).toEqual(first);
      expect((await one.head()).offset).toBe(2);
    });

    test("the same idempotency key at the same time is one event", async () => {
      const one = await log();
      const positions = await Promise.all(
        Array.from({ length: 5 }, () => one.publish(message("1"), { idempotencyKey: "k" })),
      );
      expect(new Set(positions.map(({ offset }) => offset))).toEqual(new Set([1]));
    });

    test("replay gives what is after a position, of the channels asked for, in pages of the size asked for", async () => {
      const one = await log();
      for (let n = 1; n <= 30; n++) await one.publish(message(`${n} ${"x".repeat(1000)}`, n % 3 ? "a" : "b"));
      const { epoch } = await one.head();
      const page = await one.replay({ epoch, offset: 10 }, ["b"], 2500);
      expect(page.gap).toBeUndefined();
      expect(page.from).toEqual({ epoch, offset: 10 });
      expect(page.frames.map(({ offset }) => offset)).toEqual([12, 15]);
      expect(page.upTo.offset).toBeGreaterThanOrEqual(15);
      expect(page.upTo.offset).toBeLessThan(18);
      const rest = await all(one, page.upTo, ["b"]);
      expect(rest.map(({ offset }) => offset)).toEqual([18, 21, 24, 27, 30]);
      expect((await all(one, { epoch, offset: 0 }, ["a", "b"])).length).toBe(30);
    });

    test("an event larger than a page still comes", async () => {
      const one = await log();
      await one.publish(message("x".repeat(10_000)));
      const { epoch } = await one.head();
      expect((await one.replay({ epoch, offset: 0 }, ["a"], 100)).frames).toHaveLength(1);
    });

    test("replay at the head, and of channels without events, is complete and reaches the head", async () => {
      const one = await log();
      for (let n = 0; n < 5; n++) await one.publish(message("x"));
      const head = await one.head();
      expect(await one.replay(head, ["a"], 1000)).toEqual({
        gap: undefined,
        from: head,
        frames: [],
        upTo: head,
      });
      expect(await all(one, { ...head, offset: 0 }, ["never"])).toEqual([]);
    });

    test("another epoch, and a position past the head, are gaps to the head: never everything", async () => {
      const one = await log();
      await one.publish(message("1"));
      const head = await one.head();
      const empty = { from: head, frames: [], upTo: head };
      expect(await one.replay({ epoch: "other", offset: 0 }, ["a"], 1000)).toEqual({
        gap: "unknown-epoch",
        ...empty,
      });
      expect(await one.replay({ ...head, offset: 2 }, ["a"], 1000)).toEqual({ gap: "future", ...empty });
      const far = { ...head, offset: Number.MAX_SAFE_INTEGER };
      expect(await one.replay(far, ["a"], 1000)).toEqual({ gap: "future", ...empty });
    });

    test("what another process published is replayed, though this one has not read it yet", async () => {
      const under = await start();
      const [one, two] = [await under.open(), await under.open()];
      const { epoch } = await two.publish(message("elsewhere"));
      expect(dataOf(await all(one, { epoch, offset: 0 }))).toEqual(["elsewhere"]);
    });

    test("keeps a bounded number of events, the newest, and says so to whoever misses one", async () => {
      const one = await (await start()).open({ maxEvents: 32 });
      for (let n = 1; n <= 100; n++) await one.publish(message(`${n}`));
      const head = await one.head();
      const page = await one.replay({ ...head, offset: 10 }, ["a"], 1_000_000);
      expect(page).toMatchObject({ gap: "expired", from: { epoch: head.epoch } });
      expect(page.from.offset).toBeGreaterThanOrEqual(66);
      expect(page.from.offset).toBeLessThanOrEqual(68);
      expect(page.frames.map(({ offset }) => offset)).toEqual(
        Array.from({ length: 100 - page.from.offset }, (_, n) => page.from.offset + n + 1),
      );
      expect((await all(one, { ...head, offset: 70 })).length).toBe(30);
    });

    test("keeps a bounded number of bytes", async () => {
      const one = await (await start()).open({ maxBytes: 100_000 });
      for (let n = 1; n <= 50; n++) await one.publish(message("x".repeat(10_000)));
      const head = await one.head();
      const page = await one.replay({ ...head, offset: 1 }, ["a"], 1_000_000);
      expect(page.gap).toBe("expired");
      expect(page.frames.length).toBeGreaterThan(7);
      expect(page.frames.length).toBeLessThan(11);
    });

    test("a client that has read to the end misses nothing, whatever was let go of before", async () => {
      const under = await start();
      const one = await under.open({ maxEvents: 16 });
      for (let n = 1; n <= 50; n++) await one.publish(message(`${n}`));
      const head = await one.head();
      const page = await (await under.open({ maxEvents: 16 })).replay(head, ["a", "b"], 1000);
      expect(page).toEqual({ gap: undefined, from: head, frames: [], upTo: head });
    });

    test("a process that listens does not take a quiet channel for incomplete since another is busy", async () => {
      const one = await (await start()).open({ maxEvents: 16 });
      const recorder = new Recorder();
      await one.subscribe(recorder);
      const quiet = await one.publish(message("quiet", "b"));
      for (let n = 1; n <= 50; n++) await one.publish(message(`${n}`));
      await recorder.got(51);
      expect((await one.replay(quiet, ["b"], 1000)).gap).toBeUndefined();
      expect((await one.replay({ ...quiet, offset: 0 }, ["b"], 1000)).gap).toBe("expired");
      expect((await one.replay(quiet, ["a", "b"], 1000)).gap).toBe("expired");
    });

    test("events of 1 MiB come, live and again", async () => {
      const under = await start();
      const [one, two] = [await under.open(), await under.open()];
      const recorder = new Recorder();
      await two.subscribe(recorder);
      const begin = await one.head();
      const data = "🎌".repeat(262_144); // four bytes each
      await Promise.all([one.publish(message(data)), one.publish(message(`${data}2`))]);
      await recorder.got(2);
      const again = await all(await under.open(), begin);
      expect(dataOf(again).map((text) => text.length)).toEqual([524_288, 524_289]);
      expect(dataOf(recorder.frames)[0]).toBe(data);
    });

    test("hundreds of channels, whatever their names, are one log and do not mix", async () => {
      const under = await start();
      const one = await under.open();
      const hostile = [
        "",
        " ",
        "*",
        ">",
        "a.b",
        "a b",
        "\r\n",
        "\0",
        "{}",
        "__proto__",
        "日本",
        "\ud800",
        "\ud801",
      ];
      const channels = [...hostile, "x".repeat(5_000), ...Array.from({ length: 300 }, (_, n) => `room ${n}`)];
      const begin = await one.head();
      await Promise.all(channels.map((channel, n) => one.publish(message(`${n}`, channel))));
      const two = await under.open();
      for (const [n, channel] of channels.entries()) {
        if (n > 30 && n % 50 !== 0) continue;
        const frames = await all(two, begin, [channel]);
        expect(frames.map((frame) => frame.channel)).toEqual([channel]);
        expect(dataOf(frames)).toEqual([`${n}`]);
      }
      expect((await all(two, begin, channels)).length).toBe(channels.length);
    });

    test("each of many publishers keeps its own order, and the log has all of them once", async () => {
      const under = await start();
      const publishers = await Promise.all(Array.from({ length: 4 }, () => under.open()));
      const recorder = new Recorder();
      await (publishers[0] as Backplane).subscribe(recorder);
      await Promise.all(
        publishers.flatMap((log, p) =>
          Array.from({ length: 200 }, (_, n) => log.publish(message(`${p} ${n}`))),
        ),
      );
      const heard = await recorder.got(800);
      for (const p of publishers.keys()) {
        const own = heard.filter((data) => data.startsWith(`${p} `));
        expect(own).toEqual(Array.from({ length: 200 }, (_, n) => `${p} ${n}`));
      }
      expect(recorder.frames.map(({ offset }) => offset)).toEqual(
        Array.from({ length: 800 }, (_, n) => n + 1),
      );
    });

    test("what was published before it was closed is still logged, awaited or not", async () => {
      const one = await log();
      const positions = Promise.all(Array.from({ length: 600 }, (_, n) => one.publish(message(`${n}`))));
      await one.close();
      expect((await positions).map(({ offset }) => offset)).toEqual(
        Array.from({ length: 600 }, (_, n) => n + 1),
      );
    });

    test("after close everything is refused with a BackplaneError, and nothing is delivered", async () => {
      const one = await log();
      await one.close();
      const position = { epoch: "e", offset: 0 };
      const calls = [
        () => one.publish(message("x")),
        () => one.head(),
        () => one.subscribe(new Recorder()),
        () => one.replay(position, ["a"], 1000),
      ];
      for (const call of calls) await expect(call()).rejects.toMatchObject({ code: "backplane" });
      await one.close();
    });
  });
}

/** Page by page to the head, as connections do it. */
async function readAll(log: Backplane, after: Position, channels: string[]): Promise<Frame[]> {
  const frames: Frame[] = [];
  let page: ReplayPage;
  let at = after;
  do {
    page = await log.replay(at, channels, 2000);
    expect(page.gap).toBeUndefined();
    frames.push(...page.frames);
    at = page.upTo;
  } while (at.offset < (await log.head()).offset);
  return frames;
}
