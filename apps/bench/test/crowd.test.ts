import { describe, expect, it } from "vitest";
import { loadBroadcaster } from "../src/fan-out/adapters/index.ts";
import { Crowd } from "../src/fan-out/crowd.ts";
import { nextTick } from "../src/fan-out/tick.ts";

const NODE = ["raw", "ours", "ours-lean", "better-sse", "fastify-sse", "h3", "hono"];
const WEB = ["ours-srvx", "plain-srvx", "ours-hono-node", "plain-hono-node"];

/** Ten events, published in a few turns, to a few clients. */
async function send(name: string, expected: number) {
  const open = await loadBroadcaster(name);
  await using broadcaster = await open({ heartbeatMs: false, slowConsumer: "disconnect" });
  const crowd = new Crowd(broadcaster.port);
  expect(await crowd.open(5, 0)).toBe(5);
  expect(broadcaster.size()).toBe(5);
  crowd.reset(true);
  for (let n = 0; n < 10; n++) {
    broadcaster.publish(nextTick());
    if (n % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  const received = await crowd.wait(expected, 1000);
  crowd.close();
  return received;
}

describe("The clients of the bench", () => {
  it.each([...NODE, ...WEB])("count the events of %s, and read when they were sent", async (name) => {
    const received = await send(name, 10);
    expect(received).toMatchObject({ complete: 5, incomplete: 0, closed: 0 });
    expect(received.p50).toBeGreaterThan(0);
    expect(received.p99).toBeLessThan(20_000); // milliseconds since it was sent, not since 1970
  });

  it("notice one event too few, and one too many", async () => {
    expect(await send("raw", 11)).toMatchObject({ complete: 0, incomplete: 5 });
    expect(await send("raw", 9)).toMatchObject({ complete: 0, incomplete: 5 });
  });
});
