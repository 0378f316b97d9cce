import type { EventStreamParserHandlers } from "./parser-options.ts";

/** What a stream has told so far beside its events, and the steps that tell the handlers. */
export class Dispatcher {
  readonly handlers: EventStreamParserHandlers;
  lastEventId: string;
  reconnectionTimeMs: number | undefined;
  /** Counts the new starts: a handler may make one while a chunk is read. */
  starts = 0;
  readonly #initialLastEventId: string;

  constructor(handlers: EventStreamParserHandlers, lastEventId: string) {
    this.handlers = handlers;
    this.lastEventId = lastEventId;
    this.#initialLastEventId = lastEventId;
  }

  reset(): void {
    this.starts++;
    this.lastEventId = this.#initialLastEventId;
    this.reconnectionTimeMs = undefined;
  }

  /** [spec] The dispatch steps. False: a handler made a new start. */
  dispatch(data: string | undefined, type: string, id: string | undefined): boolean {
    const { handlers, starts } = this;
    if (id !== undefined) {
      this.lastEventId = id;
      handlers.onLastEventId?.(id);
    }
    if (data !== undefined && handlers.onEvent !== undefined && this.starts === starts) {
      handlers.onEvent({ type: type || "message", data, lastEventId: this.lastEventId });
    }
    return this.starts === starts;
  }

  /** A `retry` line. [spec] Only ASCII digits are a time. False: a handler made a new start. */
  retry(value: string): boolean {
    const { handlers, starts } = this;
    if (/^[0-9]+$/.test(value)) {
      this.reconnectionTimeMs = Number(value);
      handlers.onReconnectionTime?.(this.reconnectionTimeMs);
    }
    return this.starts === starts;
  }

  /** A comment. False: a handler made a new start. */
  comment(value: string): boolean {
    const { starts } = this;
    this.handlers.onComment?.(value);
    return this.starts === starts;
  }
}
