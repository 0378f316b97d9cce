import { defineEvents, json } from "@sse/protocol";
import { expect, test } from "vitest";
import { AT_ONCE, play } from "../../test/server/client.ts";
import { connect } from "../connect.ts";
import type { ConnectionState } from "../connection-state.ts";
import { EventSource } from "../event-source.ts";

const numbers = defineEvents({ n: json<number>(), over: json<null>() }, { end: ["over"] });
const tell = (target: EventTarget, type: string) => target.dispatchEvent(new Event(type));

const naps = [
  ["pagehide", "pageshow"],
  ["freeze", "resume"],
] as const;
for (const [sleep, wake] of naps) {
  test(`lets go on ${sleep}, stays away, and resumes at once on ${wake}`, async () => {
    const target = sleep === "freeze" ? document : (globalThis as unknown as EventTarget);
    const first = { body: ["event: n\nid: 1\ndata: 1\n\n"], end: "hold" } as const;
    const { url, seen } = await play(first, { body: ["event: over\ndata: null\n\n"], end: "hold" });
    // A minute of waiting is what a page that comes back does not pay.
    const subscription = connect(numbers, url, { reconnect: { reconnectionTimeMs: 60_000 } });
    const states: ConnectionState["status"][] = [];
    subscription.onStateChange(({ status }) => states.push(status));
    await new Promise<void>((resolve) => void subscription.on("n", () => resolve()));
    tell(target, sleep);
    await seen(1, 1);
    expect([states.at(-1), (await seen()).length]).toEqual(["waiting", 1]);
    tell(target, wake);
    expect(await subscription.closed).toBe("ended");
    expect((await seen(2))[1]?.headers["last-event-id"]).toBe("1");
  });
}

test("a wait ends at once when the network is back", async () => {
  const { url } = await play({ status: 503 }, { body: ["event: over\ndata: null\n\n"], end: "hold" });
  const subscription = connect(numbers, url, { reconnect: { reconnectionTimeMs: 60_000 } });
  subscription.on("over", () => {});
  await new Promise<void>((resolve) => {
    subscription.onStateChange(({ status }) => status === "waiting" && resolve());
  });
  tell(globalThis as unknown as EventTarget, "online");
  expect(await subscription.closed).toBe("ended");
});

test("an EventSource sleeps with the page, and a closed one stays closed", async () => {
  const { url, seen } = await play({ body: ["id: 1\ndata: 1\n\n"], end: "hold" });
  const source = new EventSource(url, { reconnect: AT_ONCE });
  await new Promise((resolve) => source.addEventListener("message", resolve, { once: true }));
  const error = new Promise((resolve) => source.addEventListener("error", resolve, { once: true }));
  tell(globalThis as unknown as EventTarget, "pagehide");
  await error;
  expect(source.readyState).toBe(EventSource.CONNECTING);
  source.close();
  tell(globalThis as unknown as EventTarget, "pageshow");
  expect([source.readyState, (await seen(1, 1)).length]).toEqual([EventSource.CLOSED, 1]);
});
