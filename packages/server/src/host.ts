import { InvalidOptionError } from "@sse/protocol";

const HOST = /^(\[[\da-f:.]+\]|[\w.~%!$&'()*+,;=-]+)(:\d{1,5})?$/i;

/** The value of a Host header. Throws a TypeError for what cannot be a host. */
export function checkedHost(host: unknown): string {
  if (typeof host === "string" && HOST.test(host)) return host;
  throw new TypeError("The Host header is no host.");
}

/** @throws InvalidOptionError for what is no origin */
export function checkOrigin(origin: string | undefined): void {
  if (origin === undefined || /^https?:\/\/./.test(origin)) return;
  throw new InvalidOptionError(`origin is like 'https://example.com', not '${origin}'.`);
}

/** The URL of a request. Put together as text: `new URL("//evil.example", base)` would be another host. */
export function urlAt(base: string, path: string): URL {
  return new URL(new URL(base).origin + path);
}
