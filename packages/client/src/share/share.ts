import { InvalidOptionError } from "@sse/protocol";
import { Connection, type ConnectionFace, type ConnectionPlan } from "../connection.ts";
import type { Link, LinkFacts, LinkTransport } from "../link.ts";
import type { Transport } from "../options.ts";
import { glanceOf } from "./glance.ts";
import { SHARE_VERSION } from "./message.ts";
import { Shared } from "./shared.ts";

/** What is shared, and with whom. */
export interface ShareOptions {
  /**
   * Names the stream and whom it is for: every tab with this key sees the same events, read with the credentials
   * of one of them. It MUST hold the principal, such as `"orders:" + userId`: who signs in as somebody else has
   * another key and never shares. The URL, where it is not a function, and the contract's options count as part of it.
   */
  readonly key: string;
}

/**
 * One connection for all tabs: `connect(events, url, { transport: share({ key }) })`. One tab, which holds a Web
 * Lock, reads the stream and relays it to the others; when it closes, sleeps, crashes or hangs, another one goes on.
 * A tab that joins begins with what comes then; one that slept, or has a `lastEventId`, gets what it missed, or an
 * `sse.gap`. `headers`, `refresh` and `onReconnect` are asked in the tab that reads; a failure is one for all tabs.
 *
 * Where there are no Web Locks or no BroadcastChannel every tab has a connection of its own.
 * @throws InvalidOptionError for an empty key
 */
export function share(options: ShareOptions): Transport {
  const key: unknown = options?.key; // callers in plain JavaScript forget it
  if (typeof key === "string" && key !== "") return new SharedTransport(key);
  throw new InvalidOptionError("share needs a key: the stream's name with the principal's.");
}

class SharedTransport implements LinkTransport {
  readonly #key: string;

  constructor(key: string) {
    this.#key = key;
  }

  get "~transport"(): 1 {
    return 1;
  }

  open(plan: ConnectionPlan, face: ConnectionFace, { url, contract }: LinkFacts): Link {
    // Some environments that imitate a page have the property and nothing in it.
    const { locks } = globalThis.navigator ?? {};
    const supported = typeof locks?.request === "function" && typeof BroadcastChannel === "function";
    if (!supported) return new Connection(plan, face);
    // A tab whose contract stands on the wire in another way, and one with another version of this, are not heard.
    const name = `sse:${JSON.stringify([SHARE_VERSION, this.#key, url, contract?.options])}`;
    return new Shared(name, plan, face, glanceOf(contract));
  }
}
