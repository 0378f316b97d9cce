/** What a message carries beside its data. */
export interface MessageFacts {
  readonly data: unknown;
  readonly origin: string;
  readonly lastEventId: string;
}

/** A `MessageEvent`, or where the platform has none an `Event` with its members. */
export function messageEvent(type: string, facts: MessageFacts): MessageEvent {
  if (typeof MessageEvent === "function") return new MessageEvent(type, facts);
  const event = new Event(type);
  const members = { ...facts, source: null, ports: Object.freeze([]) };
  for (const [name, value] of Object.entries(members))
    Object.defineProperty(event, name, { value, enumerable: true });
  return event as MessageEvent; // the members were just given to it
}

/** The standard's plain `error` event, which also knows why. */
export function errorEvent(error: unknown): Event {
  return Object.defineProperty(new Event("error"), "error", { value: error, enumerable: true });
}

type Handler = ((event: Event) => unknown) | null;

/**
 * The `on…` attributes of one target. WHATWG HTML, "event handlers": a handler takes its place among the listeners
 * when it is first set, keeps it when it is replaced, and loses it when it is set to null.
 */
export class EventHandlers {
  readonly #target: EventTarget;
  readonly #handlers: Map<string, { handler: object; readonly listener: (event: Event) => void }> = new Map();

  constructor(target: EventTarget) {
    this.#target = target;
  }

  get(type: string): Handler {
    // What was set is given back; the types of the attributes say that it is a function.
    return (this.#handlers.get(type)?.handler ?? null) as Handler;
  }

  set(type: string, handler: unknown): void {
    const current = this.#handlers.get(type);
    // [spec] [LegacyTreatNonObjectAsNull]: an object that cannot be called is kept and does nothing.
    if (handler === null || (typeof handler !== "function" && typeof handler !== "object")) {
      if (current !== undefined) this.#target.removeEventListener(type, current.listener);
      this.#handlers.delete(type);
    } else if (current !== undefined) current.handler = handler;
    else this.#activate(type, handler);
  }

  #activate(type: string, handler: object): void {
    const entry = {
      handler,
      listener: (event: Event): void => {
        if (typeof entry.handler === "function" && entry.handler.call(this.#target, event) === false) {
          event.preventDefault();
        }
      },
    };
    this.#handlers.set(type, entry);
    if (!callsAttributes()) this.#target.addEventListener(type, entry.listener);
  }
}

/** Whether the platform's `EventTarget` calls `on…` properties by itself, as workerd's does. */
function callsAttributes(): boolean {
  let called = false;
  const onx = () => {
    called = true;
  };
  Object.assign(new EventTarget(), { onx }).dispatchEvent(new Event("x"));
  return called;
}
