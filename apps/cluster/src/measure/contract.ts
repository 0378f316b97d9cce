import { defineEvents, json } from "@sse/protocol";

/** About 200 bytes on the wire, with the time of its making in milliseconds since 1970. */
export const timed = defineEvents({ timed: json<{ readonly at: number; readonly filler: string }>() });
