import { defineEvents, json } from "@sse/protocol";
import { afterEach, expect, test } from "vitest";
import { AT_ONCE, play } from "../../test/server/client.ts";
import { connect } from "../connect.ts";
import type { ConnectOptions } from "../options.ts";
import type { Subscription } from "../subscription.ts";
import { share } from "./share.ts";

const numbers = defineEvents({ n: json<number>(), over: json<null>() }, { end: ["over"] });
type N = { readonly type: "n"; readonly data: number; readonly lastEventId: string };
type Over = { readonly type: "over"; readonly data: null; readonly lastEventId: string };

const ordered = ": sse=1\n\nevent: sse.mark\nid: a.0\ndata:\n\n";
const text = (n: number) => `event: n\nid: a.${n}\ndata: ${n}\n\n`;
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at);
const log = (to: number) => range(1, to).map((n) => ({ id: `a.${n}`, text: text(n) }));

const open: Subscription<N | Over>[] = [];
let keys = 0;
afterEach(() => {
  for (const tab of open.splice(0)) tab.close();
});

/** A subscription is to the others what a tab is. */
class TestTab {
  readonly subscription: Subscription<N | Over>;
  readonly seen: number[] = [];
  readonly gaps: string[] = [];
  readonly states: string[] = [];

  constructor(url: string, key: string, options: ConnectOptions = {}) {
    this.subscription = connect(numbers, url, { reconnect: AT_ONCE, transport: share({ key }), ...options });
    open.push(this.subscription);
    this.subscription.on("n", ({ data }) => this.seen.push(data));
    this.subscription.on("sse.gap", ({ data }) => this.gaps.push(`${data.from} ${data.reason}`));
    this.subscription.onStateChange(({ status }) => this.states.push(status));
  }

  async has(...seen: readonly number[]): Promise<void> {
    await expect.poll(() => this.seen, { timeout: 10_000 }).toEqual(seen);
  }

  async is(status: string): Promise<void> {
    await expect.poll(() => this.subscription.state.status, { timeout: 10_000 }).toBe(status);
  }
}
const newKey = () => `test ${keys++} ${Math.random()}`;

test("all tabs have the events of one connection", async () => {
  const {
    url,
    open: openGate,
    seen,
  } = await play({ body: [ordered, { gate: "go" }, ...range(1, 3).map(text)], end: "hold" });
  const key = newKey();
  const tabs = [1, 2, 3, 4].map(() => new TestTab(url, key));
  for (const tab of tabs) await tab.is("open");
  await openGate("go");
  for (const tab of tabs) await tab.has(1, 2, 3);
  expect(await seen()).toHaveLength(1);
});

test("when the leader closes, another tab goes on where it was", async () => {
  const {
    url,
    open: openGate,
    seen,
  } = await play(
    { body: [ordered, { gate: "go" }, ...range(1, 3).map(text)], end: "hold" },
    { body: [ordered.replace("a.0", "a.3")], log: log(6), end: "hold" },
  );
  const key = newKey();
  const tabs = [1, 2, 3].map(() => new TestTab(url, key));
  for (const tab of tabs) await tab.is("open");
  await openGate("go");
  for (const tab of tabs) await tab.has(1, 2, 3);
  tabs[0]?.subscription.close();
  for (const tab of tabs.slice(1)) await tab.has(1, 2, 3, 4, 5, 6);
  expect((await seen(2)).map(({ headers }) => headers["last-event-id"])).toEqual([undefined, "a.3"]);
});
