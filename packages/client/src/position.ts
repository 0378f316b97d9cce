import { encodeLastEventId } from "@sse/protocol";

/** The last event ID that was *received*, which reconnections resume after. It can always be sent back. */
export class Position {
  #received: string;

  constructor(received: string) {
    this.#received = received;
  }

  get received(): string {
    return this.#received;
  }

  /** False: the id cannot be a `Last-Event-ID` header, and the position stays. */
  adopt(id: string): boolean {
    const sendable = encodeLastEventId(id) !== undefined;
    if (sendable) this.#received = id;
    return sendable;
  }
}
