import type { Frame } from "../frame.ts";
import { formatFacts, parseFacts } from "./envelope.ts";
import type { BackplaneMessage, Position } from "./message.ts";
import { readEntry } from "./reading.ts";

const encoder: TextEncoder = new TextEncoder();
const decoder: TextDecoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A line with the channel and the other facts, then the payload. */
export function formatBody(message: BackplaneMessage): Uint8Array {
  return encoder.encode(`${JSON.stringify([message.channel, formatFacts(message)])}\n${message.payload}`);
}

export function readBody(position: Position, body: Uint8Array, onError?: (error: unknown) => void): Frame {
  return readEntry(position, () => parseBody(body), onError);
}

/** @throws SyntaxError or TypeError for what `formatBody` did not write */
function parseBody(body: Uint8Array): BackplaneMessage {
  const text = decoder.decode(body);
  const end = text.indexOf("\n"); // JSON has none
  const [channel, facts] = JSON.parse(text.slice(0, end)) as [unknown, unknown];
  if (typeof channel !== "string" || typeof facts !== "string")
    throw new TypeError("It is no event of a hub.");
  return { channel, payload: text.slice(end + 1), ...parseFacts(facts) };
}

/**
 * A channel as one token of a subject, for people and filters. The body has the true name: where a name does not fit
 * into a token, it is a hash, and two channels may share one.
 */
export function subjectToken(channel: string): string {
  if (/^[A-Za-z0-9_-]{1,64}$/.test(channel)) return channel;
  let hash = 0xcbf29ce484222325n; // FNV-1a, 64 bits
  for (let index = 0; index < Math.min(channel.length, 256); index++) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(channel.charCodeAt(index))) * 0x100000001b3n);
  }
  return `=${hash.toString(36)}`;
}

/** Text in ASCII, for a header: no two become the same. */
export function headerText(text: string): string {
  return JSON.stringify(text).replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
