import { gzipSync } from "node:zlib";

/** What one connection is answered, byte for byte. */
export interface Answer {
  readonly head: string;
  readonly body: string | Buffer;
  /** `hold`: the connection stays open and silent. */
  readonly ending: "fin" | "rst" | "hold";
}

/** What every client is to get, exactly once and in this order; then `over`. */
export const EVENTS: readonly string[] = ["one", "zwei é", "日本 😀", "four"];

export const event = (position: number, id: string = String(position)): string =>
  `id: ${id}\r\ndata: ${JSON.stringify(EVENTS[position - 1])}\r\n\r\n`;

export const OVER = "event: over\r\ndata: null\r\n\r\n";

/** All events after a position. */
export const after = (position: number): string =>
  EVENTS.map((_, index) => (index < position ? "" : event(index + 1))).join("") + OVER;

const headOf = (status: number, headers: readonly string[]): string =>
  [`HTTP/1.1 ${status} X`, "connection: close", ...headers, "", ""].join("\r\n");

const STREAM = "content-type: text/event-stream";

/** A stream that ends in its own way, by default cut with FIN. */
export const stream = (
  body: string | Buffer,
  ending: Answer["ending"] = "fin",
  ...headers: string[]
): Answer => ({
  head: headOf(200, headers.some((each) => each.startsWith("content-type")) ? headers : [STREAM, ...headers]),
  body,
  ending,
});

export const status = (code: number, ...headers: string[]): Answer => ({
  head: headOf(code, code === 204 ? headers : ["content-length: 2", ...headers]),
  body: code === 204 ? "" : "no",
  ending: "fin",
});

/** A body that says it is gzip and stops in the middle. */
export const truncatedGzip = (): Answer => {
  const whole = gzipSync(after(0));
  return stream(whole.subarray(0, whole.length - 12), "fin", "content-encoding: gzip");
};
