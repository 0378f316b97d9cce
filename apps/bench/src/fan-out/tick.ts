/** One event, as every server is given it: a price, with a mark that the load client finds without parsing. */
export interface Tick {
  readonly id: number;
  readonly data: TickData;
}

export interface TickData {
  readonly symbol: string;
  readonly price: number;
  readonly mark: string;
  readonly text: string;
}

/** In no other place of a stream: the client counts events by it, and reads the time that follows it. */
const MARK = "~";
const DIGITS = 16;
const TEXT = "a line of a market's tape, as long as one is";

let last = 0;

/** The next event, about 130 bytes on the wire with its id and type; more with padding. */
export function nextTick(padding = 0): Tick {
  last++;
  const price = 100 + (last % 1000) / 100;
  const mark = MARK + String(nowUs()).padStart(DIGITS, "0");
  return { id: last, data: { symbol: "NASDAQ", price, mark, text: TEXT + ".".repeat(padding) } };
}

/** Microseconds that all processes of this machine agree on, but for what its clock was set by between their starts. */
export function nowUs(): number {
  return Math.round((performance.timeOrigin + performance.now()) * 1000);
}

/** The event as text, for the servers that write bytes themselves. */
export function textOf({ id, data }: Tick): string {
  return `id: ${id}\nevent: tick\ndata: ${JSON.stringify(data)}\n\n`;
}

/** The mark and the time. */
export const MARK_LENGTH = 1 + DIGITS;
export const MARK_BYTE: number = MARK.charCodeAt(0);

/** The time that stands behind a mark, in microseconds. */
export function timeBehind(bytes: Uint8Array, mark: number): number {
  let time = 0;
  for (let at = mark + 1; at <= mark + DIGITS; at++) time = time * 10 + (bytes[at] ?? 48) - 48;
  return time;
}
