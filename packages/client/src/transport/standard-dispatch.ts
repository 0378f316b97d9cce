import { ConnectionError } from "@sse/protocol";
import type { Fetch } from "../options.ts";
import { type Dispatch, dispatch, publicUrl, type Sent } from "./request.ts";

/**
 * Sends as the standard's `EventSource` does. Redirects are fetch's affair, and a response that another origin does
 * not let the page read is final, while a network that fails is not. Fetch tells both by one error. So, until the
 * first response came, the same is asked without the wish to read it: an answer to that, and none to a second
 * attempt, means that it is not to be read.
 */
export class StandardDispatch {
  #answered = false;

  readonly dispatch: Dispatch = async (fetch, url, init) => {
    try {
      return await this.#dispatch(fetch, url, init);
    } catch (error) {
      if (this.#answered || init.method !== "GET" || !mayBeLost(error)) throw error;
      if (!(await isAnswered(fetch, url, init))) throw error;
      return await this.#dispatch(fetch, url, init).catch((cause) => {
        throw mayBeLost(cause) ? unreadable(url, cause) : cause;
      });
    }
  };

  async #dispatch(fetch: Fetch, url: URL, init: RequestInit): Promise<Sent> {
    const sent = await dispatch(fetch, url, init);
    this.#answered = true;
    return sent;
  }
}

/** Whether there is an answer that this page may not read. */
async function isAnswered(fetch: Fetch, url: URL, init: RequestInit): Promise<boolean> {
  if (globalThis.location === undefined || fetch !== globalThis.fetch) return false;
  const abort = new AbortController();
  try {
    const { credentials = "same-origin" } = init;
    const signal = AbortSignal.any(init.signal ? [abort.signal, init.signal] : [abort.signal]);
    const asked = new Request(url, { mode: "no-cors", cache: "no-store", credentials, signal });
    return (await fetch(asked)).type === "opaque";
  } catch {
    return false;
  } finally {
    abort.abort(); // the answer itself is of no use
  }
}

function mayBeLost(error: unknown): boolean {
  return error instanceof ConnectionError && error.code === "connection-lost" && error.retryable;
}

function unreadable(at: URL, cause: unknown): ConnectionError {
  const url = publicUrl(at);
  const message = `${url} answers, but not to pages of ${globalThis.location.origin}: CORS does not allow it.`;
  return new ConnectionError("response-refused", message, { url, cause });
}
