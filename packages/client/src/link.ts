import type { SseError } from "@sse/protocol";
import type { ConnectionFace, ConnectionPlan } from "./connection.ts";
import type { ClientCloseReason, ConnectionState } from "./connection-state.ts";
import type { AnyContract } from "./contract.ts";
import type { Transport } from "./options.ts";

/** What a subscription reads from: a `Connection` of its own, or its part in a shared one. */
export interface Link {
  readonly state: ConnectionState;
  /** `undefined` until it is closed. */
  readonly reason: ClientCloseReason | undefined;
  /** The position of the event that the face is told, or was told last. */
  readonly received: string;
  /** Begins; call once. */
  start(): void;
  /** Closes for good; later calls do nothing. */
  close(reason: ClientCloseReason, error?: SseError): void;
  /** Moves the position to a stored one, or to a cursor that stood in the data. */
  adopt(id: string): void;
}

/** What a transport learns of a subscription beside its plan. */
export interface LinkFacts {
  /** The URL, `""` where that is a function. */
  readonly url: string;
  /** `undefined` where the types alone say what it is. */
  readonly contract: AnyContract | undefined;
}

/** A transport from the inside. */
export interface LinkTransport extends Transport {
  open(plan: ConnectionPlan, face: ConnectionFace, facts: LinkFacts): Link;
}
