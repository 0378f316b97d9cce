// watch.ts
import { connect } from "@sse/client";
import type { EventContract, EventMap } from "@sse/protocol";

export function watch<M extends EventMap>(
  events: EventContract<M>,
  url: string,
  log: (line: string) => void,
) {
  const stream = connect(events, url, {
    onIssue: ({ kind, type, error }) => log(`left out (${kind}, ${type}): ${error.message}`),
    onReconnect: ({ attempt, delayMs, error }) => log(`again (${attempt}) in ${delayMs} ms: ${error.code}`),
  });
  stream.on("sse.gap", ({ data }) => log(`missing after ${data.from}: ${data.reason}`));
  stream.onStateChange((state) => {
    if (state.status === "closed" && state.error) log(`over: ${state.error.code}, ${state.error.message}`);
  });
  return stream;
}
