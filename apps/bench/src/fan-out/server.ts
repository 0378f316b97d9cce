import { loadBroadcaster } from "./adapters/index.ts";
import { publishAlone } from "./alone.ts";
import { answerQuestions, CpuWatch, say } from "./answering.ts";
import type { BroadcasterOptions } from "./broadcaster.ts";
import type { PublishOrder, ServerQuestions } from "./messages.ts";
import { nextTick } from "./tick.ts";

/** The process of one server. */
const [name = "", options = "{}"] = process.argv.slice(2);
const open = await loadBroadcaster(name);
const broadcaster = await open(JSON.parse(options) as BroadcasterOptions); // written by visit.ts
const watch = new CpuWatch();

const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function publish({ turns, perTurn, everyMs, padding, maxMs }: PublishOrder): Promise<number> {
  const start = performance.now();
  let turn = 0;
  let due = start;
  while (turn < turns && performance.now() - start < maxMs) {
    for (let n = 0; n < perTurn; n++) broadcaster.publish(nextTick(padding));
    turn++;
    due += everyMs;
    await after(Math.max(1, due - performance.now()));
  }
  return turn * perTurn;
}

function collectGarbage(): void {
  const { gc, Bun } = globalThis as { gc?: () => void; Bun?: { gc(sync: boolean): void } };
  if (Bun !== undefined) Bun.gc(true);
  else gc?.();
}

say({ port: broadcaster.port });
await answerQuestions<ServerQuestions>({
  publish: async (order) => ({ published: await publish(order) }),
  cpu: () => watch.look(),
  async memory() {
    for (let n = 0; n < 3; n++) {
      collectGarbage();
      await after(50);
    }
    const { rss, heapUsed } = process.memoryUsage();
    return { rss, heap: heapUsed, connections: broadcaster.size() };
  },
  alone: ({ events, validate }) => publishAlone(events, validate),
});
