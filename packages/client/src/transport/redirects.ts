import { ConnectionError } from "@sse/protocol";
import type { Fetch } from "../options.ts";
import { ask, type Dispatch, dispatch, publicUrl, type Sent, shownUrl } from "./request.ts";

type Policy = "same-origin" | "follow";

const MAX_REDIRECTS = 20;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Sends nothing to another origin because the first one said so, unless `policy` is "follow". */
export function guardedDispatch(policy: Policy): Dispatch {
  return (fetch, url, init) => {
    const here = globalThis.location?.origin;
    if (here === undefined) return follow(policy, fetch, url, init);
    // In a page fetch follows before anybody can look, so it is told not to leave.
    return dispatch(fetch, url, {
      ...init,
      ...(url.origin === here ? { mode: "same-origin" } : { redirect: "error" }),
    });
  };
}

/** Follows redirects by hand, where responses to them can be seen. */
async function follow(policy: Policy, fetch: Fetch, start: URL, given: RequestInit): Promise<Sent> {
  let url = start;
  let init: RequestInit = { ...given, redirect: "manual" };
  for (let hops = 0; ; hops++) {
    const response = await ask(fetch, url, init);
    const location = REDIRECTS.has(response.status) ? response.headers.get("location") : null;
    if (location === null) return { response, url, method: init.method ?? "GET" };
    response.body?.cancel().catch(() => {});
    if (hops === MAX_REDIRECTS) {
      const message = `${publicUrl(start)} redirected more than ${MAX_REDIRECTS} times.`;
      throw new ConnectionError("too-many-redirects", message, {
        url: publicUrl(start),
        status: response.status,
      });
    }
    const next = target(location, url, response.status);
    init = redirected(policy, response.status, url, next, init);
    url = next;
  }
}

function target(location: string, from: URL, status: number): URL {
  let cause: unknown;
  try {
    const to = new URL(location, from);
    // WHATWG Fetch, "HTTP-redirect fetch": nothing else is followed, such as data:.
    if (/^https?:$/.test(to.protocol)) return to;
  } catch (thrown) {
    cause = thrown;
  }
  const url = publicUrl(from);
  const message = `${url} redirected to what is no URL of HTTP: ${shownUrl(location)}.`;
  throw new ConnectionError("response-refused", message, { url, status, cause });
}

function redirected(policy: Policy, status: number, from: URL, to: URL, init: RequestInit): RequestInit {
  const { body, ...bodiless } = init;
  const becomesGet = (status === 303 && init.method !== "HEAD") || (status < 303 && init.method === "POST");
  if (from.origin === to.origin) {
    if (!becomesGet) return init;
    // WHATWG Fetch, "request-body-header name": they would speak of a body that is gone.
    const headers = new Headers(init.headers);
    for (const what of ["encoding", "language", "location", "type"]) headers.delete(`content-${what}`);
    return { ...bodiless, method: "GET", headers };
  }
  const downgrade = from.protocol === "https:" && to.protocol !== "https:";
  if (policy !== "follow" || downgrade) {
    const url = publicUrl(from);
    const why = downgrade ? "which is not encrypted" : 'another origin; redirects: "follow" allows it';
    const message = `${url} redirected to ${publicUrl(to)}, ${why}.`;
    throw new ConnectionError("cross-origin-redirect", message, { url, status });
  }
  // Another origin learns nothing that was meant for the first: no custom header, no body, no position.
  return { ...bodiless, method: "GET", headers: { accept: "text/event-stream" }, credentials: "omit" };
}
