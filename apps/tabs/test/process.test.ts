import { connect, type Subscription } from "@sse/client";
import { share } from "@sse/client/share";
import type { EventOf } from "@sse/protocol";
import { expect, test } from "vitest";
import { Chance } from "../src/chance.ts";
import { numbers } from "../src/contract.ts";
import { hubServer, type LogServer, opaqueServer } from "../src/log-server.ts";

// Tabs of one process, which come and go much faster than those of a browser: for the order in which things happen.

const seed = Number(process.env.TABS_SEED ?? Math.floor(Math.random() * 1e9));
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** One tab, which tells where its numbers did not follow each other. */
class Tab {
  readonly subscription: Subscription<EventOf<typeof numbers>>;
  readonly holes: string[] = [];
  readonly gaps: string[] = [];
  last: number;

  constructor(url: string, before?: Tab) {
    this.last = before?.last ?? 0;
    this.subscription = connect(numbers, url, {
      transport: share({ key: `process ${seed}` }),
      reconnect: { minDelayMs: 1, maxDelayMs: 5 },
      lastEventId: before?.subscription.lastEventId,
    });
    this.subscription.on("sse.gap", ({ data }) => {
      this.gaps.push(`${data.from} ${data.reason}`);
      this.last = 0;
    });
    this.subscription.on("n", ({ data }) => {
      if (this.last > 0 && data !== this.last + 1) this.holes.push(`${this.last} → ${data}`);
      this.last = data;
    });
  }
}

/** Opens, closes, reopens, cuts and steals at chance; then everybody has everything. */
async function live(server: LogServer): Promise<readonly Tab[]> {
  const chance = new Chance(seed);
  const { url } = server;
  const name = `sse:${JSON.stringify([1, `process ${seed}`, url, numbers.options])}`;
  const all: Tab[] = [];
  const open: Tab[] = [];
  const enter = (before?: Tab) => {
    const tab = new Tab(url, before);
    all.push(tab);
    open.push(tab);
  };
  const leave = () => {
    const [tab] = open.splice(Math.floor(chance.next() * open.length), 1);
    tab?.subscription.close();
    return tab;
  };
  const steps: readonly (() => unknown)[] = [
    () => {
      leave();
      enter();
    },
    async () => {
      const gone = leave();
      await sleep(chance.next() * 60);
      enter(gone);
    },
    // Whoever leads has lost the lock, and the next one in the queue has it.
    () => void navigator.locks.request(name, { steal: true }, () => {}),
    () => void navigator.locks.request(name, { steal: true }, () => sleep(20)).catch(() => {}),
    server.cut,
  ];
  const publishing = setInterval(server.publish, 2);
  try {
    for (let times = 0; times < 5; times++) enter();
    for (let times = 0; times < 150; times++) {
      await steps[Math.floor(chance.next() * steps.length)]?.();
      await sleep(chance.next() * 30);
    }
    clearInterval(publishing);
    const last = () => open.map((tab) => tab.last);
    await expect.poll(last, { timeout: 60_000 }).toEqual(open.map(() => server.published));
    return all;
  } finally {
    clearInterval(publishing);
    while (open.length > 0) leave();
  }
}

test("tabs that come, go, come back and take the lead at chance lose nothing and see nothing twice", async () => {
  console.log(`TABS_SEED=${seed}`);
  await using server = await hubServer();
  const tabs = await live(server);
  expect(tabs.flatMap(({ holes, gaps }) => [...holes, ...gaps])).toEqual([]);
});

test("where ids are not ours, what is not known any more is a gap, and the rest is the same", async () => {
  await using server = await opaqueServer();
  const tabs = await live(server);
  expect(tabs.flatMap(({ holes }) => holes)).toEqual([]);
});
