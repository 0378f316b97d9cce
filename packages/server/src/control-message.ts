import { serializeEvent } from "@sse/protocol";
import { type BackplaneMessage, CONTROL_CHANNEL } from "./backplane/message.ts";
import type { Frame } from "./frame.ts";

/** Who is on a channel, as far as one process knows: all of it, each time it is said. */
export interface ChannelCount {
  readonly channel: string;
  readonly connections: number;
  /** Distinct; where there are very many, some of them. */
  readonly principals: readonly string[];
}

/** What the hubs of one log say to each other. */
export interface ControlMessage {
  /** The hub that says it: a random word of its own. */
  readonly from: string;
  /** This principal's connections end. */
  readonly revoke?: string | undefined;
  /** What changed on these channels of this hub. Without any, and without the next two: it is still there. */
  readonly counts?: readonly ChannelCount[] | undefined;
  /** It is new, or missed something: the others say all that they have. */
  readonly asks?: boolean | undefined;
  /** It is no more. */
  readonly leaves?: boolean | undefined;
}

export function formatControl(message: ControlMessage): BackplaneMessage {
  const payload = serializeEvent({ data: JSON.stringify(message) }).toWellFormed();
  return { channel: CONTROL_CHANNEL, payload, key: undefined, end: false };
}

const decoder: TextDecoder = new TextDecoder();

/** Undefined for what is not of this version: whoever can write into the log is not believed any word. */
export function parseControl({ bytes }: Frame): ControlMessage | undefined {
  const [, data = ""] = /\ndata: ([^\n]*)\n\n$/.exec(decoder.decode(bytes)) ?? [];
  let said: unknown;
  try {
    said = JSON.parse(data);
  } catch {
    return undefined;
  }
  if (typeof said !== "object" || said === null) return undefined;
  const { from, revoke, counts, asks, leaves } = said as Record<string, unknown>; // each is looked at
  if (typeof from !== "string" || (revoke !== undefined && typeof revoke !== "string")) return undefined;
  if (counts !== undefined && !(Array.isArray(counts) && counts.every(isCount))) return undefined;
  return { from, revoke, counts, asks: asks === true, leaves: leaves === true };
}

function isCount(value: unknown): value is ChannelCount {
  if (typeof value !== "object" || value === null) return false;
  const { channel, connections, principals } = value as Record<string, unknown>; // each is looked at
  return (
    typeof channel === "string" &&
    Number.isSafeInteger(connections) &&
    Array.isArray(principals) &&
    principals.every((principal) => typeof principal === "string")
  );
}
