import { channel } from "node:diagnostics_channel";
import type { CloseReason } from "./close-reason.ts";
import type { GapReason } from "./frame.ts";
import type { ConnectionFacts, HubHooks } from "./hub-options.ts";

/** What is published on the channels of `diagnosticsHooks`; what a channel has beside the first two, by its name. */
export interface HubDiagnostic {
  /** The name given to `diagnosticsHooks`; "" where none was. */
  readonly hub: string;
  readonly connection: ConnectionFacts;
  /** On `sse:hub:closed` and `sse:hub:gap`. */
  readonly reason?: CloseReason | GapReason | undefined;
  /** On `sse:hub:dropped`: how many. */
  readonly events?: number | undefined;
}

/**
 * Hooks for a hub that publish what it tells on `node:diagnostics_channel`, for agents that watch a process without
 * being wired into it: `sse:hub:opened`, `sse:hub:closed`, `sse:hub:gap`, `sse:hub:dropped`, `sse:hub:stalled`. Each
 * message is a `HubDiagnostic`. A channel that nobody subscribed to costs one test.
 *
 * @param hub Says which hub it is, where a process has several. Default: "".
 */
export function diagnosticsHooks(hub = ""): HubHooks {
  const opened = channel("sse:hub:opened");
  const closed = channel("sse:hub:closed");
  const gap = channel("sse:hub:gap");
  const dropped = channel("sse:hub:dropped");
  const stalled = channel("sse:hub:stalled");
  const tell = (to: typeof opened, message: () => HubDiagnostic): void => {
    if (to.hasSubscribers) to.publish(message());
  };
  return {
    opened: (connection) => tell(opened, () => ({ hub, connection })),
    closed: (connection, reason) => tell(closed, () => ({ hub, connection, reason })),
    gap: (connection, reason) => tell(gap, () => ({ hub, connection, reason })),
    dropped: (connection, events) => tell(dropped, () => ({ hub, connection, events })),
    stalled: (connection) => tell(stalled, () => ({ hub, connection })),
  };
}
