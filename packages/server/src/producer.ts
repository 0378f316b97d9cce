import type { EventMap, OutgoingEvent } from "@sse/protocol";
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
  let produced: ReturnType<Producer<M>>;
  try {
    produced = produce(connection);
  } catch (error) {
    connection.abandon();
    throw error;
  }
  if (produced === undefined || produced === null) return;
  const iterator = iteratorOf(produced);
  if (iterator !== undefined) void pump(connection, iterator);
  else if ("then" in produced) Promise.resolve(produced).catch((error: unknown) => fail(connection, error));
}

type EventIterator<M extends EventMap> = AsyncIterator<OutgoingEvent<M>> | Iterator<OutgoingEvent<M>>;

function iteratorOf<M extends EventMap>(produced: object): EventIterator<M> | undefined {
  // The type of the producer says what these iterate over.
  const iterable = produced as Partial<AsyncIterable<OutgoingEvent<M>> & Iterable<OutgoingEvent<M>>>;
  return iterable[Symbol.asyncIterator]?.() ?? iterable[Symbol.iterator]?.();
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
      } else if (!connection.isClosed && !connection.send(value.type, value.data, value)) {
        await connection.ready;
      }
    }
  } catch (error) {
    fail(connection, error);
  }
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
