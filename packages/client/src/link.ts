import { InvalidOptionError, type ServerSentEvent, type SseError } from "@sse/protocol";
import type { ConnectionFace, ConnectionPlan } from "./connection.ts";
import type { ClientCloseReason, ConnectionState } from "./connection-state.ts";
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

/** What a transport knows of a subscription beside its plan. */
export interface LinkFacts {
  /** The URL, `""` where that is a function. */
  readonly url: string;
  /** How the contract stands on the wire, as text: subscriptions that differ in it do not share. */
  readonly contract: string;
  /**
   * Looks at an event where the contract says something about the stream: its end, or a cursor in the data.
   * Throws as the contract does, for an asynchronous schema.
   */
  readonly glance: ((event: ServerSentEvent) => Glance) | undefined;
}

/** What an event says about the stream. */
export interface Glance {
  readonly isEnd: boolean;
  readonly cursor: string | undefined;
}

/** A transport from the inside. */
export interface LinkTransport extends Transport {
  open(plan: ConnectionPlan, face: ConnectionFace, facts: LinkFacts): Link;
}

/** @throws InvalidOptionError for what did not come from `share()` */
export function asLinkTransport(transport: Transport): LinkTransport {
  // Only share() makes transports; the version tells whether it is a share() that fits.
  if (transport["~transport"] === 1) return transport as LinkTransport;
  throw new InvalidOptionError("transport is what share() of @sse/client/share returns.");
}
