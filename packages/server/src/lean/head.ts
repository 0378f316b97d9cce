import type { Buffer } from "node:buffer";

/** The head of a plain request for an event stream. */
export interface Head {
  /** Begins with a slash. */
  readonly path: string;
  readonly host: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** `more`: it may become one. `other`: it is something else, or has anything unusual; somebody else decides. */
export type HeadResult = Head | "more" | "other";

const START = "GET /";
const END = "\r\n\r\n";
const REQUEST_LINE = /^GET (\/[\x21\x22\x24-\x7e]*) HTTP\/1\.1$/; // without '#', which no target has
/**
 * A token, and visible text; RFC 9112, 5. A line that goes on from the one before is none of these. Blanks can be read
 * in one way only, or a line of them would cost the square of its length.
 */
const FIELD =
  /^([!#$%&'*+.^_`|~\w-]+):[ \t]*(?:([\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)[ \t]*)?$/;
/** A line end that is not CRLF: parsers differ about it, and a head may have its end there for some of them. */
const ODD_LINE_END = /(?:^|[^\r])\n|\r[^\n]/;
/** More is allowed elsewhere. */
const MAX_FIELDS = 100;

/** What says anything about a body, about the connection, or about another protocol. */
const UNUSUAL: ReadonlySet<string> = /* @__PURE__ */ new Set([
  ...["content-length", "transfer-encoding", "content-encoding", "content-type", "expect", "te", "trailer"],
  ...["upgrade", "http2-settings", "proxy-connection", "keep-alive"],
]);

/**
 * Reads a head as strictly as can be: only what every parser understands in the same way is taken here, so that
 * nothing can be smuggled past whoever stands in front.
 */
export function parseHead(bytes: Buffer): HeadResult {
  const text = bytes.toString("latin1");
  if (!text.startsWith(START.slice(0, text.length))) return "other";
  const end = text.indexOf(END);
  if (end === -1) return ODD_LINE_END.test(text) ? "other" : "more";
  // A second request behind it is for a parser that knows what to do with it.
  if (end + END.length !== text.length) return "other";
  const [first = "", ...lines] = text.slice(0, end).split("\r\n");
  const path = REQUEST_LINE.exec(first)?.[1];
  if (path === undefined || lines.length > MAX_FIELDS) return "other";
  const headers: [string, string][] = [];
  for (const line of lines) {
    const [, name, value = ""] = FIELD.exec(line) ?? [];
    if (name === undefined) return "other";
    headers.push([name.toLowerCase(), value]);
  }
  return judge(path, headers);
}

function judge(path: string, headers: readonly (readonly [string, string])[]): Head | "other" {
  const hosts = headers.filter(([name]) => name === "host");
  const [host] = hosts;
  if (host === undefined || hosts.length > 1) return "other";
  if (!headers.every(([name, value]) => isUsual(name, value))) return "other";
  const accepts = headers.some(([name, value]) => name === "accept" && /\btext\/event-stream\b/i.test(value));
  return accepts ? { path, host: host[1], headers } : "other";
}

function isUsual(name: string, value: string): boolean {
  if (name === "connection") return value.toLowerCase() === "keep-alive";
  return !UNUSUAL.has(name);
}
