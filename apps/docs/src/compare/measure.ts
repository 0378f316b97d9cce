import { setTimeout } from "node:timers/promises";
import { chromium } from "playwright-core";
import { chromiumArgs } from "../../../../scripts/chromium.ts";
import { SCRIPTS, type Traffic, Ways } from "./ways.ts";

export interface Minute {
  /** How many ticks; each stands for a second. */
  readonly ticks: number;
  readonly tickMs: number;
  /** Whether each tick brings an event. */
  readonly busy: boolean;
}

/** What a page in Chromium costs in each way, by the way's name. */
export async function measure(executablePath: string, minute: Minute): Promise<ReadonlyMap<string, Traffic>> {
  const { ticks, tickMs, busy } = minute;
  await using ways = new Ways(tickMs);
  const port = await ways.listen();
  const browser = await chromium.launch({ executablePath, args: [...chromiumArgs] });
  const measured = new Map<string, Traffic>();
  try {
    for (const [name, script] of Object.entries(SCRIPTS)) {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${port}/`);
      ways.reset(); // the page itself does not count
      const run = page
        .evaluate(`(async (ticks, tickMs) => { ${script} })(${ticks}, ${tickMs})`)
        .catch(() => {});
      while (!ways.isConnected) await setTimeout(5);
      for (let n = 0; n < ticks; n++) {
        await setTimeout(tickMs);
        if (busy) ways.publish();
      }
      // What was sent last is still on its way; a poll's answer, too.
      if (name.startsWith("polling")) await run;
      else await setTimeout(tickMs);
      measured.set(name, ways.traffic);
      await page.close();
    }
  } finally {
    await browser.close();
  }
  return measured;
}
