import { EventStreamParser, type EventStreamParserOptions, LimitError } from "@sse/protocol";

/** One thing that a parser told, as a plain value; a list of them is what a stream said, in order. */
export type Entry =
  | { readonly event: string; readonly data: string; readonly lastEventId: string }
  | { readonly committedId: string }
  | { readonly reconnectionTimeMs: number }
  | { readonly comment: string };

/** Everything that can be seen of a parser that read one stream to its end. */
export interface Observation {
  readonly log: readonly Entry[];
  readonly truncated: boolean;
  readonly lastEventId: string;
  readonly reconnectionTimeMs: number | undefined;
  /** The stream passed `maxEventBytes`; nothing after that was read. */
  readonly overLimit: boolean;
}

/** The event that a vector expects. */
export function event(data: string, facts: { readonly type?: string; readonly id?: string } = {}): Entry {
  return { event: facts.type ?? "message", data, lastEventId: facts.id ?? "" };
}

export function committed(id: string): Entry {
  return { committedId: id };
}

export function retry(ms: number): Entry {
  return { reconnectionTimeMs: ms };
}

export function comment(text: string): Entry {
  return { comment: text };
}

/** A parser whose handlers write into `log`. */
export function recordingParser(log: Entry[], options?: EventStreamParserOptions): EventStreamParser {
  return new EventStreamParser(
    {
      onEvent: ({ type, data, lastEventId }) => log.push({ event: type, data, lastEventId }),
      onLastEventId: (id) => log.push({ committedId: id }),
      onReconnectionTime: (ms) => log.push({ reconnectionTimeMs: ms }),
      onComment: (text) => log.push({ comment: text }),
    },
    options,
  );
}

/** Feeds the chunks to a parser of their own and says what it told. */
export function observe(
  chunks: Iterable<Uint8Array | string>,
  options?: EventStreamParserOptions,
): Observation {
  const log: Entry[] = [];
  const parser = recordingParser(log, options);
  let overLimit = false;
  try {
    for (const chunk of chunks) parser.feed(chunk);
  } catch (error) {
    if (!(error instanceof LimitError)) throw error;
    overLimit = true;
  }
  const { lastEventId, reconnectionTimeMs } = parser;
  const { truncated } = parser.end();
  return { log, truncated, lastEventId, reconnectionTimeMs, overLimit };
}

/** As `observe`, of a parser that only has `onEvent`: it may take other ways where nobody listens. */
export function observeEventsOnly(chunks: Iterable<Uint8Array | string>): readonly Entry[] {
  const log: Entry[] = [];
  const parser = new EventStreamParser({
    onEvent: ({ type, data, lastEventId }) => log.push({ event: type, data, lastEventId }),
  });
  for (const chunk of chunks) parser.feed(chunk);
  return log;
}
