import { defineEvents, json } from "@sse/protocol";

/** Every event is a number: each channel has 1, 2, 3, … in the order of the log, so that a loss or a repeat shows. */
export const numbers = defineEvents({ n: json<{ readonly channel: string; readonly n: number }>() });

export function channelName(index: number): string {
  return `c${index}`;
}
