import { afterEach, describe, expect, test } from "vitest";
import type { Bytes, Sink, SinkOwner } from "../../src/sink/sink.ts";
import { eventually } from "../support/serve.ts";

/** One sink, and the client at its other end. */
export interface SinkUnderTest {
  readonly sink: Sink;
  /** Reads whatever comes from now on; before, nothing is read. */
  read(): void;
  /** What was read so far. */
  readonly received: () => Uint8Array;
  /** How the client saw the body end. */
  readonly ended: () => "open" | "end" | "cut";
  /** The client goes away. */
  leave(): void;
  dispose(): Promise<void>;
}

class Owner implements SinkOwner {
  drains = 0;
  gone = 0;
  onDrain(): void {
    this.drains++;
  }
  onGone(): void {
    this.gone++;
  }
}

const bytes = (length: number, value = 0): Bytes => new Uint8Array(length).fill(value);

/** What every sink does. */
export function testSink(name: string, open: (owner: SinkOwner) => Promise<SinkUnderTest>): void {
  const all: SinkUnderTest[] = [];
  async function start() {
    const owner = new Owner();
    const under = await open(owner);
    all.push(under);
    return { owner, ...under };
  }
  /** Writes until the sink says that it is enough. */
  function fill(sink: Sink): number {
    let written = 0;
    while (written < 64 * 2 ** 20) {
      written += 65_536;
      if (!sink.write(bytes(65_536))) return written;
    }
    throw new Error("It never was enough.");
  }
  afterEach(async () => {
    for (const under of all.splice(0)) await under.dispose();
  });

  describe(`the sink ${name}`, () => {
    test("delivers bytes in order, each once, and then the end", async () => {
      const { sink, read, received, ended } = await start();
      for (let n = 0; n < 100; n++) sink.write(bytes(n, n));
      read();
      for (let n = 100; n < 200; n++) sink.write(bytes(n, n));
      sink.end();
      await eventually(() => ended() === "end");
      const expected = Array.from({ length: 200 }, (_, n) => [...bytes(n, n)]).flat();
      expect([...received()]).toEqual(expected);
    });

    test("says when it is enough, and calls once there is room again", async () => {
      const { sink, owner, read, received } = await start();
      const written = fill(sink);
      expect(owner.drains).toBe(0);
      read();
      await eventually(() => owner.drains > 0 && received().length === written);
      expect(sink.write(bytes(1))).toBe(true);
      expect(owner.gone).toBe(0);
    });

    test("takes everything that it is given, also when it is enough", async () => {
      const { sink, read, received } = await start();
      const written = fill(sink);
      for (let n = 0; n < 10; n++) sink.write(bytes(1000));
      expect(sink.waitingBytes).toBeGreaterThan(0);
      read();
      await eventually(() => received().length === written + 10_000);
      await eventually(() => sink.waitingBytes === 0);
    });

    test("sends what waits before the end", async () => {
      const { sink, read, received, ended } = await start();
      const written = fill(sink);
      sink.end();
      read();
      await eventually(() => ended() === "end");
      expect(received().length).toBe(written);
    });

    test("cuts, so that the client does not take what it has for the whole", async () => {
      const { sink, read, ended } = await start();
      fill(sink);
      read();
      sink.destroy();
      await eventually(() => ended() === "cut");
      expect(sink.waitingBytes).toBe(0);
    });

    test("notices that the client left, once, idle or full", async () => {
      for (const isFull of [false, true]) {
        const { sink, owner, read, received, leave } = await start();
        sink.write(bytes(10));
        read();
        await eventually(() => received().length === 10);
        if (isFull) fill(sink);
        leave();
        await eventually(() => owner.gone === 1);
        sink.destroy();
        await new Promise((resolve) => setImmediate(resolve));
        expect(owner.gone).toBe(1);
      }
    });

    test("does nothing more after the end, and never throws", async () => {
      for (const finish of ["end", "destroy"] as const) {
        const { sink, owner, read } = await start();
        read();
        sink[finish]();
        expect(sink.write(bytes(10))).toBe(false);
        sink.end();
        sink.destroy();
        sink.write(bytes(10));
        expect(owner.drains).toBe(0);
      }
    });
  });
}
