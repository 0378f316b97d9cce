import { holds, same } from "../../runners/assert.ts";
import type { Check } from "../../runners/check.ts";
import { readNatively } from "../browser.ts";
import { eventually, type ServerTools } from "../tools.ts";

/** What a browser reads without us. */
export const native: readonly Check<ServerTools>[] = [
  {
    name: "Chromium's own EventSource reads every event once over cuts",
    async run(tools) {
      const hub = await tools.hub({ retryMs: 50, limits: { maxDurationMs: 500 } });
      const reading = readNatively(hub.url(), 30);
      await eventually(
        () => hub.facts(),
        ({ stats }) => stats.connections === 1,
      );
      for (let n = 0; n < 30; n++) {
        await hub.publish({ texts: [`event ${n}`] });
        await new Promise((resolve) => setTimeout(resolve, 40));
      }
      const { notes, opened } = await reading;
      same(
        notes,
        Array.from({ length: 30 }, (_, n) => `event ${n}`),
      );
      holds(opened > 1, "it was never cut");
    },
  },
];
