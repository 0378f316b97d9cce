import { connect } from "@sse/client";
import { defineEvents, text } from "@sse/protocol";
import { eventStream } from "@sse/server";
import { toNodeListener } from "@sse/server/node";
import { expect, it, vi } from "vitest";
import { respond as byCallback } from "../../pages/guides/producers/callback.ts";
import { job } from "../../pages/guides/producers/events.ts";
import { respond as byGenerator } from "../../pages/guides/producers/generator.ts";
import { respond as export_, rows } from "../../pages/guides/producers/pace.ts";
import { Worker } from "../../pages/guides/producers/worker.ts";
import { serve } from "../support/serve.ts";

it("a generator that waits with the signal is stopped the moment the client leaves", async () => {
  const stops: number[] = [];
  await using server = await serve(
    toNodeListener((request) => byGenerator(request, () => stops.push(performance.now()))),
  );
  const took: number[] = [];
  for (let visit = 0; visit < 5; visit++) {
    for await (const event of connect(job, server.url)) {
      expect(event).toMatchObject({ type: "progress", data: { percent: 0 } });
      break;
    }
    const leftAt = performance.now();
    await expect.poll(() => stops.length).toBe(visit + 1);
    took.push((stops[visit] ?? 0) - leftAt);
  }
  expect(Math.min(...took)).toBeLessThan(900); // it would have waited for a second, each time
});

it("one that waits without it is stopped when what it waits for is over; the connection does not wait", async () => {
  const notes = defineEvents({ note: text() });
  const waits = Promise.withResolvers<void>();
  const [stopped, closed] = [vi.fn(), vi.fn()];
  await using server = await serve(
    toNodeListener((request) =>
      eventStream(notes, request, async function* (connection) {
        connection.closed.then(closed);
        try {
          yield notes.event("note", "first");
          await waits.promise;
        } finally {
          stopped();
        }
      }),
    ),
  );
  for await (const _ of connect(notes, server.url)) break;
  await expect.poll(() => closed).toHaveBeenCalledExactlyOnceWith("client");
  expect(stopped).not.toHaveBeenCalled();
  waits.resolve();
  await expect.poll(() => stopped).toHaveBeenCalledOnce();
});

it("a callback's listener is taken away when the client leaves, and when the stream is finished", async () => {
  const worker = new Worker();
  await using server = await serve(toNodeListener((request) => byCallback(request, worker)));
  const leaving = connect(job, server.url);
  leaving.on("progress", () => {});
  await expect.poll(() => worker.watched).toBe(1);
  leaving.close();
  await expect.poll(() => worker.watched).toBe(0);
  const staying = connect(job, server.url);
  const read: unknown[] = [];
  staying.on("*", ({ data }) => read.push(data));
  await expect.poll(() => worker.watched).toBe(1);
  worker.tell(50);
  worker.tell(100);
  expect(await staying.closed).toBe("ended");
  expect(read).toEqual([{ percent: 50 }, { percent: 100 }, "all of it"]);
  expect(worker.watched).toBe(0);
});

it("an export waits for its reader", async () => {
  let made = 0;
  const row = "x".repeat(65_536);
  const read = () => (made++ < 1000 ? row : undefined);
  await using server = await serve(toNodeListener((request) => export_(request, read)));
  const loop = connect(rows, server.url)[Symbol.asyncIterator]();
  await loop.next();
  const settled = async () => {
    const before = made;
    await new Promise((resolve) => setTimeout(resolve, 100));
    return made === before;
  };
  await expect.poll(settled).toBe(true);
  expect(made).toBeLessThan(500);
  let count = 1;
  for (let next = await loop.next(); !next.done; next = await loop.next())
    if (next.value.type === "row") count++;
  expect(count).toBe(1000);
});
