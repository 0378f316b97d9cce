import type { Frame } from "../frame.ts";
import type { ReplayPage } from "./backplane.ts";
import { parseFacts } from "./envelope.ts";
import type { BackplaneMessage, Position } from "./message.ts";
import { readEntry } from "./reading.ts";

/** The keys of a log. The braces keep them on one node of a cluster. */
export interface RedisKeys {
  /** What each script is given: what is known of the log, the log, the trimmed offsets by channel. */
  readonly state: readonly [string, string, string];
  readonly log: string;
  writer(id: string): string;
  idempotency(key: string): string;
}

export function redisKeys(name: string): RedisKeys {
  const prefix = `sse:{${name}}:`;
  return {
    state: [`${prefix}meta`, `${prefix}log`, `${prefix}trimmed`],
    log: `${prefix}log`,
    writer: (id) => `${prefix}writer:${id}`,
    idempotency: (key) => `${prefix}once:${wellFormed(key)}`,
  };
}

/** Any text as one that UTF-8 can carry: no two become the same. */
export function wellFormed(text: string): string {
  return JSON.stringify(text);
}

/** Redis has the epoch as a number, of microseconds; ids have it shorter. */
function formatEpoch(number: string): string {
  return Number(number).toString(36);
}

/** The number of an epoch that `formatEpoch` wrote; "-1", which is none, for any other. */
export function epochNumber(epoch: string): string {
  const number = Number.parseInt(epoch, 36);
  return Number.isSafeInteger(number) && number.toString(36) === epoch ? String(number) : "-1";
}

/** `<epoch>-<offset>`, as the scripts return it and as the stream has it. */
export function parseEntryId(id: string): Position {
  const dash = id.indexOf("-");
  return { epoch: formatEpoch(id.slice(0, dash)), offset: Number(id.slice(dash + 1)) };
}

/** Where the log ends, and how much of its beginning is gone. */
export interface RedisHead extends Position {
  readonly trimmed: number;
}

export function parseHead(reply: unknown): RedisHead {
  const [epoch, offset, first] = list(reply);
  return { epoch: formatEpoch(text(epoch)), offset: Number(text(offset)), trimmed: Number(text(first)) - 1 };
}

export function parsePage(reply: unknown, after: Position): ReplayPage {
  const [gap, epochNumber, from, upTo, entries] = list(reply);
  const epoch = formatEpoch(text(epochNumber));
  const at = (offset: unknown): Position => ({ epoch, offset: Number(text(offset)) });
  const reason = text(gap);
  if (reason === "") return { gap: undefined, from: after, frames: parseEntries(entries), upTo: at(upTo) };
  return { gap: reason as ReplayPage["gap"], from: at(from), frames: parseEntries(entries), upTo: at(upTo) }; // one of the script's
}

/** The entries of one stream in a reply of XREAD, which is `null` where nothing came. */
export function parseRead(reply: unknown, onError: (error: unknown) => void): Frame[] {
  return streamsOf(reply).flatMap((entries) => parseEntries(entries, onError));
}

function streamsOf(reply: unknown): readonly unknown[] {
  if (reply === null || reply === undefined) return [];
  // RESP 3 has a map of streams, which clients make different things of.
  if (reply instanceof Map) return [...reply.values()];
  if (!Array.isArray(reply)) return Object.values(reply);
  if (reply.length === 2 && !Array.isArray(reply[0])) return [reply[1]];
  return reply.map((stream: unknown) => list(stream)[1]);
}

function parseEntries(entries: unknown, onError?: (error: unknown) => void): Frame[] {
  return list(entries).map((entry) => {
    const [id, pairs] = list(entry);
    return readEntry(parseEntryId(text(id)), () => parseFields(list(pairs).map(text)), onError);
  });
}

/** @throws SyntaxError or TypeError for what no script of ours wrote: channel, payload, other facts, time */
function parseFields([c, channel = "", d, payload = "", m, facts = ""]: readonly string[]): BackplaneMessage {
  const name: unknown = JSON.parse(channel); // as wellFormed wrote it
  if (typeof name !== "string" || `${c}${d}${m}` !== "cdm") throw new TypeError("It is no event of a hub.");
  return { channel: name, payload, ...parseFacts(facts) };
}

function list(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new TypeError(`Redis answered ${typeof value} where a list was expected.`);
}

/** Clients can be set to give bytes. */
function text(value: unknown): string {
  if (typeof value === "string") return value;
  return value instanceof Uint8Array ? decoder.decode(value) : String(value);
}

const decoder: TextDecoder = new TextDecoder("utf-8", { ignoreBOM: true });
