// global-hub.ts
import { createHub } from "@sse/server";
import { news } from "./events.ts";

export const hub = createHub(news, { name: "news" });

// Once in a process, although bundlers make copies of this file, and development servers load it again.
const shared = globalThis as { headlines?: ReturnType<typeof setInterval> };
shared.headlines ??= start();

function start(): ReturnType<typeof setInterval> {
  let n = 0;
  const headlines = setInterval(
    () => hub.publish("headline", { n: ++n, text: `This is headline ${n}.` }),
    1000,
  );
  process.once("SIGTERM", async () => {
    await hub.drain({ overMs: Number(process.env.DRAIN_MS ?? 10_000) });
    clearInterval(headlines);
    await hub.close();
    setTimeout(() => process.exit(), 1000).unref(); // where the framework does not end the process itself
  });
  return headlines;
}
