import { EventStreamParser, type ServerSentEvent } from "@sse/protocol";

/** Reads a response's body as it comes; remembers all of it. */
export class BodyReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  text = "";
  done = false;
  /** Why the body failed, if it did. */
  error: unknown;

  constructor(response: Response) {
    if (response.body === null) throw new Error("The response has no body.");
    this.#reader = response.body.getReader();
  }

  /** One chunk; "" at the end. */
  async next(): Promise<string> {
    try {
      const { done, value } = await this.#reader.read();
      this.done = done;
      const text = value === undefined ? "" : this.#decoder.decode(value, { stream: true });
      this.text += text;
      return text;
    } catch (error) {
      this.done = true;
      this.error = error;
      return "";
    }
  }

  async until(text: string): Promise<string> {
    while (!this.text.includes(text)) {
      await this.next();
      if (this.done) throw new Error(`The body ended first, after: ${this.text.slice(-500)}`);
    }
    return this.text;
  }

  async all(): Promise<string> {
    while (!this.done) await this.next();
    return this.text;
  }

  cancel(): Promise<void> {
    return this.#reader.cancel();
  }

  get events(): ServerSentEvent[] {
    return eventsIn(this.text);
  }
}

export function eventsIn(text: string): ServerSentEvent[] {
  const events: ServerSentEvent[] = [];
  new EventStreamParser({ onEvent: (event) => events.push(event) }).feed(text);
  return events;
}
