import type { Message } from "./message.ts";

const KINDS: ReadonlySet<unknown> = new Set(["lead", "join", "sync", "news", "state", "ping", "pong"]);

/** What one tab says to the others and hears from them, in order, as long as it is open. */
export class Relay {
  readonly #channel: BroadcastChannel;

  constructor(name: string, onMessage: (message: Message) => void) {
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (isMessage(data)) onMessage(data);
    };
  }

  post(message: Message): void {
    this.#channel.postMessage(message);
  }

  close(): void {
    this.#channel.onmessage = null;
    this.#channel.close();
  }
}

// The channel's name holds the version of all this, so its kind says enough of a message of ours.
function isMessage(data: unknown): data is Message {
  return typeof data === "object" && data !== null && "kind" in data && KINDS.has(data.kind);
}
