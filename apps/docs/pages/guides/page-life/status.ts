// status.ts
import type { ConnectionState } from "@sse/client";

/** What to tell a reader of the page. Short waits are nobody's concern. */
export function statusLine(state: ConnectionState): string {
  switch (state.status) {
    case "open":
      return "live";
    case "connecting":
      return state.attempt < 2 ? "" : "connecting …";
    case "waiting":
      return state.delayMs < 3000 ? "" : `no connection, next try in ${Math.ceil(state.delayMs / 1000)} s`;
    case "closed":
      return state.error === undefined ? "finished" : "stopped; please reload";
  }
}
