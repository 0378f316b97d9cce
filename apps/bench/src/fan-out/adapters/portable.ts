import type { Broadcaster, OpenBroadcaster } from "../broadcaster.ts";
import { OurHub } from "./hub.ts";
import { Streams } from "./streams.ts";
import type { ServeWeb } from "./web-servers.ts";

/** Ours as a plain Response: the path that is the same in every runtime. */
export function oursBehind(serve: ServeWeb): OpenBroadcaster {
  return async (options): Promise<Broadcaster> => {
    const hub = new OurHub(options);
    const { port, shut } = await serve(hub.respond);
    return hub.broadcaster(port, shut);
  };
}

/** The same by hand: a ReadableStream for each client. */
export function plainBehind(serve: ServeWeb): OpenBroadcaster {
  return async (): Promise<Broadcaster> => {
    const streams = new Streams();
    const { port, shut } = await serve(() => streams.respond());
    return {
      port,
      size: () => streams.size,
      publish: (tick) => streams.publish(tick),
      [Symbol.asyncDispose]: shut,
    };
  };
}
