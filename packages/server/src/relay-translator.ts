import {
  EventStreamParser,
  MAX_RETRY_MS,
  type ServerSentEvent,
  serializeComment,
  serializeEvent,
} from "@sse/protocol";
import { BlockAligner } from "./block-aligner.ts";
import { encode } from "./frame.ts";
import type { RelaySettings } from "./relay-options.ts";
import type { Bytes } from "./sink/sink.ts";

/** Makes of the upstream's bytes what the client gets: whole blocks, whatever the chunks were. */
export interface Translator {
  /** Throws what the stream, `filter` or `map` makes it throw. */
  take(chunk: Uint8Array): Bytes;
  /** Whether the upstream has ended within an event. */
  isTorn(): boolean;
}

/** Without `filter` and `map` nothing is parsed. */
export function translatorOf(settings: RelaySettings): Translator {
  const { filter, map, maxEventBytes } = settings;
  return filter === undefined && map === undefined ? new Passage(maxEventBytes) : new Translation(settings);
}

/** The bytes as they came, cut where blocks end. */
class Passage implements Translator {
  readonly #aligner: BlockAligner;
  readonly #maxEventBytes: number;

  constructor(maxEventBytes: number) {
    this.#maxEventBytes = maxEventBytes;
    this.#aligner = new BlockAligner(maxEventBytes);
  }

  take(chunk: Uint8Array): Bytes {
    return this.#aligner.take(chunk);
  }

  isTorn(): boolean {
    if (!this.#aligner.isInBlock) return false;
    // Comments and a reconnection time are no event, though no blank line came after them.
    const parser = new EventStreamParser({}, { maxEventBytes: this.#maxEventBytes });
    parser.feed(this.#aligner.rest);
    return parser.end().truncated;
  }
}

/** Event by event. Ids, reconnection times and comments pass, also those of events that do not. */
class Translation implements Translator {
  readonly #settings: RelaySettings;
  readonly #parser: EventStreamParser;
  #text = "";
  /** The id that the block has in a line of its own, until its event has come. */
  #id: string | undefined;

  constructor(settings: RelaySettings) {
    this.#settings = settings;
    const { maxEventBytes } = settings;
    this.#parser = new EventStreamParser(
      {
        onEvent: (event) => this.#pass(event),
        onLastEventId: (id) => {
          this.#passId();
          this.#id = id;
        },
        onReconnectionTime: (ms) => {
          this.#text += `retry: ${Math.min(ms, MAX_RETRY_MS)}\n\n`;
        },
        onComment: (comment) => {
          this.#passId();
          this.#text += serializeComment(comment);
        },
      },
      { maxEventBytes },
    );
  }

  take(chunk: Uint8Array): Bytes {
    this.#parser.feed(chunk);
    this.#passId();
    const bytes = encode(this.#text);
    this.#text = "";
    return bytes;
  }

  isTorn(): boolean {
    return this.#parser.end().truncated;
  }

  #pass(event: ServerSentEvent): void {
    const { filter, map } = this.#settings;
    // Marks, gaps and the end are between the upstream and the client.
    const isOurs = event.type.startsWith("sse.");
    if (!isOurs && filter !== undefined && !filter(event)) return;
    if (isOurs || map === undefined) {
      this.#write(event);
      return;
    }
    const mapped = map(event);
    if (mapped === undefined) return;
    const { type = event.type, data = event.data, id = this.#id } = mapped;
    this.#id = undefined;
    this.#text += serializeEvent({ type: type === "message" ? undefined : type, data, id });
  }

  // Not checked: what was parsed can be written, and a NUL in a type is the upstream's.
  #write({ type, data }: ServerSentEvent): void {
    const idLine = this.#id === undefined ? "" : `id: ${this.#id}\n`;
    const typeLine = type === "message" ? "" : `event: ${type}\n`;
    this.#id = undefined;
    this.#text += `${idLine}${typeLine}data: ${data.replaceAll("\n", "\ndata: ")}\n\n`;
  }

  /** [spec] A block with an id and without data moves the last event ID, and dispatches nothing. */
  #passId(): void {
    if (this.#id === undefined) return;
    this.#text += `id: ${this.#id}\n\n`;
    this.#id = undefined;
  }
}
