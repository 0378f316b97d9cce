import { InvalidOptionError } from "@sse/protocol";

/**
 * Keeps a subscription's delivered position, so that the next page or process goes on from there. What its methods
 * throw, or their promises reject with, is reported, and costs repetitions, not the stream.
 */
export interface CursorStore {
  /** Called once, before the first attempt. `url` is the subscription's, `""` where that is a function. */
  load(url: string): string | undefined | Promise<string | undefined>;
  /** Called after events were delivered, at most once a microtask. */
  save(url: string, lastEventId: string): void;
  /** Called when the stream is finished and its last event was delivered, or when it is gone. */
  clear(url: string): void;
}

/**
 * A cursor in the tab's `sessionStorage`: a reload goes on where the page was. Keeps nothing where there is no such
 * storage. `key` names the position; default: the subscription's URL.
 */
export function sessionCursor(key?: string): CursorStore {
  const name = (url: string): string => {
    const chosen = key ?? url;
    if (chosen !== "") return `sse:${chosen}`;
    throw new InvalidOptionError("sessionCursor needs a key where the URL is a function.");
  };
  return {
    load: (url) => attempt(name(url), (storage, at) => storage.getItem(at)) ?? undefined,
    save: (url, id) => void attempt(name(url), (storage, at) => storage.setItem(at, id)),
    clear: (url) => void attempt(name(url), (storage, at) => storage.removeItem(at)),
  };
}

/** Storage may be missing, forbidden or full; a position that is not kept costs a repetition, not the stream. */
function attempt<T>(at: string, use: (storage: Storage, at: string) => T): T | undefined {
  try {
    const storage = globalThis.sessionStorage;
    return storage === undefined ? undefined : use(storage, at);
  } catch {
    return undefined;
  }
}
