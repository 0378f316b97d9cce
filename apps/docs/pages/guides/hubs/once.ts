// once.ts
import { BackplaneError } from "@sse/protocol";
import type { Hub } from "@sse/server";
import type { market } from "./events.ts";

/** Publishes, and tries again for as long as it is not known whether the log has it. */
export async function publishOnce(
  hub: Hub<(typeof market)["events"]>,
  news: string,
  id: string,
): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await hub.publish("news", news, { idempotencyKey: id });
    } catch (error) {
      if (!(error instanceof BackplaneError) || attempt === 5) throw error;
      await new Promise((resolve) => setTimeout(resolve, attempt * 1000));
    }
  }
}
