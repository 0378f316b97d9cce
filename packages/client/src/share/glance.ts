import type { ServerSentEvent } from "@sse/protocol";
import type { AnyContract } from "../contract.ts";

/** What an event says about the stream, for a tab that only passes it on. */
export interface Glance {
  readonly isEnd: boolean;
  /** The cursor that stands in the data. */
  readonly cursor: string | undefined;
}

/** `undefined` where no event says anything of the kind. */
export type Look = ((event: ServerSentEvent) => Glance) | undefined;

/** Looks at an event in the way of a contract. */
export function glanceOf(contract: AnyContract | undefined): Look {
  const { end, done, id } = contract?.options ?? {};
  if (contract === undefined || (end ?? done ?? id) === undefined) return undefined;
  return (event) => {
    try {
      const decoded = contract["~codec"].decode(event);
      const isEnd = decoded.kind === "done" || (decoded.kind === "event" && decoded.end);
      const cursor = decoded.kind === "event" && id !== undefined ? decoded.event.lastEventId : undefined;
      return { isEnd, cursor };
    } catch {
      // An asynchronous schema: each tab's own decoding fails of it, and says so.
      return { isEnd: false, cursor: undefined };
    }
  };
}
