import { HttpError } from "./http-error.ts";

const LOCAL_HOSTS = new Set(["127.0.0.1", "localhost", "[::1]"]);

/**
 * Listening on 127.0.0.1 keeps other machines out, not other pages in this machine's browser. So: no host name
 * that only points here (DNS rebinding), and nothing is done for a page of another origin.
 *
 * @throws HttpError 403 or 415
 */
export function guard(request: Request): void {
  const url = new URL(request.url);
  if (!LOCAL_HOSTS.has(url.hostname)) {
    throw new HttpError(403, `This server answers to 127.0.0.1 and localhost, not to ${url.hostname}.`);
  }
  if (request.method !== "POST") return;
  const origin = request.headers.get("origin");
  if (origin !== null && origin !== url.origin) {
    throw new HttpError(403, "Requests that do something are taken from this server's own page alone.");
  }
  // A form of another site can be sent without asking; JSON cannot.
  if (!request.headers.get("content-type")?.startsWith("application/json")) {
    throw new HttpError(415, "Send the body as application/json.");
  }
}
