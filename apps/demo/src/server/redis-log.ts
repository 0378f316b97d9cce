import type { Backplane } from "@sse/server";
import { redisBackplane } from "@sse/server/redis";
import { createClient } from "redis";
import { REPLAY } from "./live-feed.ts";

/** The live feed's log in the Redis on this machine. */
export function redisLog(port: number): Backplane {
  const client = createClient({ url: `redis://127.0.0.1:${port}` });
  client.on("error", () => {}); // the backplane tells what an outage means
  return redisBackplane(client, { name: "demo", replay: REPLAY });
}
