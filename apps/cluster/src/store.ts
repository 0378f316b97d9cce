import { connect } from "@nats-io/transport-node";
import type { Backplane, ReplayOptions } from "@sse/server";
import { natsBackplane } from "@sse/server/nats";
import { redisBackplane } from "@sse/server/redis";
import { createClient } from "redis";
import type { StoreAddress } from "./messages.ts";

/** More than a minute of it at a thousand events a second: no outage here outlasts it. */
const HISTORY: ReplayOptions = { maxEvents: 100_000 };

/** A process's way to the log. */
export async function openStore(
  store: StoreAddress,
  { replay = HISTORY }: { readonly replay?: ReplayOptions } = {},
): Promise<{ backplane: Backplane; close(): Promise<void> }> {
  const quiet = { replay, publishTimeoutMs: 2000, onError: () => {} };
  if (store.kind === "redis") {
    const client = createClient({ url: `redis://127.0.0.1:${store.port}` });
    client.on("error", () => {}); // outages are what this is about
    const backplane = redisBackplane(client, quiet);
    return { backplane, close: () => backplane.close() };
  }
  const connection = await connect({
    servers: `127.0.0.1:${store.port}`,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 100,
  });
  const backplane = natsBackplane(connection, quiet);
  return {
    backplane,
    close: async () => {
      await backplane.close();
      await connection.close();
    },
  };
}
