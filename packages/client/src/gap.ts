import { GAP_TYPE, type ServerSentEvent, SseError } from "@sse/protocol";
import type { GapEvent } from "./options.ts";

/** An `sse.gap` as consumers see it. What a server wrote wrongly into it is left out; that it is a gap stays. */
export function readGap({ data, lastEventId }: ServerSentEvent): GapEvent {
  let said: Partial<Record<"from" | "reason", unknown>> = {};
  try {
    said = Object(JSON.parse(data));
  } catch {
    // A gap without details.
  }
  const { from, reason } = said;
  return {
    type: GAP_TYPE,
    data: {
      from: typeof from === "string" ? from : "",
      reason: typeof reason === "string" ? reason : "unknown",
    },
    lastEventId,
  };
}

/** A gap as an error, for consumers that cannot go on with less than all. */
export function gapError({ data: { from, reason } }: GapEvent): SseError {
  return new SseError("gap", `Events after ${JSON.stringify(from)} are missing (${reason}).`);
}
