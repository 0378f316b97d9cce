import { ConnectionError, type ConnectionErrorCode, LimitError, SseError } from "@sse/protocol";
import type { ClientCloseReason, ConnectionState } from "../connection-state.ts";

/** The version of what tabs say to each other. It is part of the channel's name: other versions do not hear it. */
export const SHARE_VERSION = 1;

/** A place in what leaders relayed. `epoch` is the leader's, `seq` counts its frames; `at` is the stream's position. */
export interface Place {
  readonly epoch: number;
  readonly seq: number;
  readonly at: string;
}

/** One event as it is relayed. A type of "" is no event: only the position moved, or `data` is a poisonous id. */
export interface Frame extends Place {
  readonly type: string;
  readonly data: string;
  readonly lastEventId: string;
}

/** How a tab that joins gets what it has not seen: in `frames`, out of the stream, or not at all. */
export type CatchUp = "frames" | "stream" | "unknown";

export type Message =
  /** A new leader: everyone else says where they are. */
  | { readonly kind: "lead"; readonly epoch: number }
  /** A tab is here, and at this place; epoch 0 for one that heard nothing yet. */
  | ({ readonly kind: "join"; readonly question: string; readonly ordered: boolean } & Place)
  /** The leader's answer: what comes next on the channel goes on at this place. */
  | ({
      readonly kind: "sync";
      readonly question: string;
      readonly catchUp: CatchUp;
      readonly frames: readonly Frame[];
      readonly ordered: boolean;
      /** Where the leader's stream stands; `at` is where the leader's own tab is. */
      readonly streamAt: string;
      readonly state: WireState;
    } & Place)
  /** What the stream brought. `ordered`: its ids can be compared. */
  | {
      readonly kind: "news";
      readonly epoch: number;
      readonly frames: readonly Frame[];
      readonly ordered: boolean;
    }
  | { readonly kind: "state"; readonly epoch: number; readonly state: WireState }
  /** Is the leader alive? */
  | { readonly kind: "ping" }
  | { readonly kind: "pong"; readonly epoch: number };

export type MessageOf<K extends Message["kind"]> = Extract<Message, { readonly kind: K }>;
/** What only a leader says. */
export type LeaderMessage = Exclude<Message, MessageOf<"join"> | MessageOf<"ping">>;

/** A connection's state between tabs: errors do not survive structured cloning. */
export interface WireState {
  readonly status: ConnectionState["status"];
  readonly attempt?: number | undefined;
  readonly url?: string | undefined;
  readonly delayMs?: number | undefined;
  readonly error?: WireError | undefined;
  /** With "closed". */
  readonly reason?: ClientCloseReason | undefined;
}

interface WireError {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly url?: string | undefined;
  readonly status?: number | undefined;
  readonly limit?: number | undefined;
  readonly size?: number | undefined;
}

export function encodeState(state: ConnectionState, reason?: ClientCloseReason): WireState {
  const error = "error" in state && state.error !== undefined ? encodeError(state.error) : undefined;
  return { ...state, error, reason };
}

/** The state in the way that consumers know it; a body of a refusal stays in the tab that read it. */
export function decodeState({
  status,
  attempt = 0,
  url = "",
  delayMs = 0,
  error: sent,
}: WireState): ConnectionState {
  const error = sent && decodeError(sent);
  if (status === "open") return { status, url };
  if (status === "waiting") return { status, attempt, delayMs, error };
  return status === "closed" ? { status, error } : { status, attempt };
}

function encodeError(error: SseError): WireError {
  const { code, message, retryable } = error;
  const { url, status, limit, size } = error as Partial<WireError>; // where its class has them
  return { code, message, retryable, url, status, limit, size };
}

function decodeError({ code, message, url, limit, size = 0, ...facts }: WireError): SseError {
  // A url is what only connection errors have, and their codes are theirs.
  if (url !== undefined) return new ConnectionError(code as ConnectionErrorCode, message, { ...facts, url });
  return limit === undefined
    ? new SseError(code, message, facts)
    : new LimitError(message, { limit, size }, facts);
}
