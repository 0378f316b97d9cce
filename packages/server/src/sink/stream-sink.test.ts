import { describe, expect, test } from "vitest";
import { type SinkUnderTest, testSink } from "../../test/contracts/sink.ts";
import { joinBytes, type Sink, type SinkOwner } from "./sink.ts";
import { StreamSink, sinkOf } from "./stream-sink.ts";

testSink("of a Response's body", async (owner): Promise<SinkUnderTest> => {
  const sink = new StreamSink(owner);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let ended: "open" | "end" | "cut" = "open";
  let reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> | undefined;
  const readAll = async (): Promise<void> => {
    reader = sink.body.getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        chunks.push(value);
      }
      ended = "end";
    } catch {
      ended = "cut";
    }
  };
  return {
    sink,
    read: () => void readAll(),
    received: () => joinBytes([...chunks, new Uint8Array()]),
    ended: () => ended,
    leave: () => void reader?.cancel(),
    dispose: async () => reader?.cancel().catch(() => {}),
  };
});

const IDLE: SinkOwner = { onDrain() {}, onGone() {} };

/** Remembers what it was given. */
function recording(room = true) {
  const calls: string[] = [];
  const sink: Sink = {
    waitingBytes: 7,
    write(bytes) {
      calls.push(`write ${bytes}`);
      return room;
    },
    end: () => calls.push("end"),
    destroy: () => calls.push("destroy"),
  };
  return { sink, calls };
}

describe("a stream's sink that is taken over", () => {
  test("hands on what waited in one piece, and everything that follows", () => {
    const own = new StreamSink(IDLE);
    const { sink, calls } = recording();
    own.write(new Uint8Array([1]));
    own.write(new Uint8Array([2]));
    expect(own.redirect(() => sink)).toBe(true);
    own.write(new Uint8Array([3]));
    own.end();
    own.destroy();
    own.release();
    expect(calls).toEqual(["write 1,2", "write 3", "end", "destroy", "destroy"]);
    expect(own.waitingBytes).toBe(7);
    expect(own.body.locked).toBe(true);
  });

  test("hands on an end that came before", () => {
    const own = new StreamSink(IDLE);
    const { sink, calls } = recording();
    own.write(new Uint8Array([1]));
    own.end();
    expect(own.redirect(() => sink)).toBe(true);
    expect(calls).toEqual(["write 1", "end"]);
  });

  test("tells its owner of the room that there is now", () => {
    let drains = 0;
    const own = new StreamSink({ onDrain: () => drains++, onGone() {} });
    expect(own.write(new Uint8Array(20_000))).toBe(false);
    own.redirect(() => recording(true).sink);
    expect(drains).toBe(1);
  });

  test("is not, once somebody reads the body, holds it, or it is over", async () => {
    const read = new StreamSink(IDLE);
    read.write(new Uint8Array(1));
    const reader = read.body.getReader();
    await reader.read();
    reader.releaseLock();
    const held = new StreamSink(IDLE);
    held.body.getReader();
    const over = new StreamSink(IDLE);
    over.destroy();
    const ended = new StreamSink(IDLE);
    ended.end();
    for (const sink of [read, held, over, ended]) expect(sink.redirect(() => recording().sink)).toBe(false);
  });

  test("is found by the body of the response, not by one that wraps it", () => {
    const own = new StreamSink(IDLE);
    const response = new Response(own.body);
    expect(response.body && sinkOf(response.body)).toBe(own);
    expect(sinkOf(new Response("text").body as ReadableStream)).toBeUndefined();
    expect(sinkOf(own.body.pipeThrough(new TransformStream()))).toBeUndefined();
  });
});
