import { type EventMap, InvalidEventError, InvalidOptionError, type OutgoingEvent } from "@sse/protocol";
import type { Connection, ProducerConnection } from "./connection.ts";

/**
 * Makes the events of one connection. What it returns decides who leads: an (async) iterable is read at the pace of
 * the client, its end is the end of the stream, and it is told to `return()` the moment the connection ends; without
 * one the connection lives until `end()`, `close()`, or until the client goes.
 *
 * No language feature interrupts a generator inside an `await`: its `finally` runs when what it awaits settles. Give
 * `connection.signal` to what you await, and that is at once. The connection itself never waits for it.
 */
export type Producer<M extends EventMap> = (
  connection: Connection<M>,
) => AsyncIterable<OutgoingEvent<M>> | Iterable<OutgoingEvent<M>> | Promise<void> | void;

/**
 * Starts the producer. What it throws here and now is thrown on, for an ordinary HTTP error; whatever fails later is
 * told the client as `sse.error`.
 */
export function runProducer<M extends EventMap>(
  connection: ProducerConnection<M>,
  produce: Producer<M>,
): void {
  if (typeof produce !== "function") {
    connection.abandon();
    throw new InvalidOptionError(
      "The third argument is a producer: a function that is given the connection, and makes or sends its events.",
    );
  }
  let produced: unknown;
  let iterator: EventIterator<M> | undefined;
  try {
    produced = produce(connection);
    iterator = iteratorOf(produced);
  } catch (error) {
    connection.abandon();
    throw error;
  }
  if (iterator !== undefined) void pump(connection, iterator);
  else Promise.resolve(produced).catch((error: unknown) => fail(connection, error));
}

type EventIterator<M extends EventMap> = AsyncIterator<OutgoingEvent<M>> | Iterator<OutgoingEvent<M>>;

/** Undefined for what is none: an arrow function may give back what `send` does, which says nothing. */
function iteratorOf<M extends EventMap>(produced: unknown): EventIterator<M> | undefined {
  if (typeof produced !== "object" || produced === null) return undefined;
  // The type of the producer says what these are of.
  if (produced instanceof ReadableStream) return chunksOf<OutgoingEvent<M>>(produced);
  const iterable = produced as Partial<AsyncIterable<OutgoingEvent<M>> & Iterable<OutgoingEvent<M>>>;
  return iterable[Symbol.asyncIterator]?.() ?? iterable[Symbol.iterator]?.();
}

/** The iterator of a stream itself cancels nothing while it waits for a chunk, and Safari has none. */
function chunksOf<T>(stream: ReadableStream<T>): AsyncIterator<T> {
  const reader = stream.getReader();
  let hasFailed = false;
  return {
    async next() {
      try {
        return (await reader.read()) as IteratorResult<T>; // the same thing by another name
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    },
    async return() {
      if (!hasFailed) await reader.cancel();
      return { done: true, value: undefined };
    },
  };
}

async function pump<M extends EventMap>(
  connection: ProducerConnection<M>,
  iterator: EventIterator<M>,
): Promise<void> {
  let exhausted = false;
  // A generator that waits sees the return when what it waits for settles: the connection does not wait for it.
  connection.whenClosed(() => {
    if (!exhausted) void stop(connection, iterator);
  });
  try {
    while (!connection.isClosed) {
      const { done, value } = await iterator.next();
      if (done) {
        exhausted = true;
        connection.end();
      } else if (!connection.isClosed) {
        checkEvent(value);
        const isReady = connection.send(value.type, value.data, value);
        if (!isReady || connection.isAhead) await connection.paced();
      }
    }
  } catch (error) {
    fail(connection, error);
  }
}

function checkEvent(value: unknown): void {
  if (typeof (value as { readonly type?: unknown } | undefined)?.type === "string") return;
  throw new InvalidEventError("A producer yields events: yield contract.event(type, data).");
}

async function stop<M extends EventMap>(
  connection: ProducerConnection<M>,
  iterator: EventIterator<M>,
): Promise<void> {
  try {
    await iterator.return?.();
  } catch (error) {
    fail(connection, error);
  }
}

/** Whoever honours the signal throws its reason once the client has left: that is no failure. */
function fail<M extends EventMap>(connection: ProducerConnection<M>, error: unknown): void {
  const stopped = connection.isClosed && error instanceof Error && error.name === "AbortError";
  if (!stopped) connection.fail(error);
}
