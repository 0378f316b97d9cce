import { type EventContract, type EventMap, MAX_ID_BYTES, type TextEvents } from "@sse/protocol";
import { ProducerConnection } from "./connection.ts";
import { textWriter, writerOf } from "./event-writer.ts";
import { type EventStreamOptions, resolveEventStreamOptions } from "./options.ts";
import { type Producer, runProducer } from "./producer.ts";
import { checkedRequest, lastEventIdOf } from "./request.ts";
import { type HeadersLike, headResponse, refusal, shortAnswer, streamResponse } from "./response.ts";

/**
 * Answers a request with an event stream that `produce` writes. `events: null` sends text, under any type.
 *
 * `HEAD`, an `Accept` header that excludes event streams (406), a client that comes back after the end (204) and a
 * last event ID that cannot be one (400) are answered without a producer. What `produce` throws synchronously is
 * thrown here; what fails later reaches the client as `sse.error` and you through `onError`.
 *
 * @throws InvalidOptionError for an option out of range, and for a request that is no web `Request`
 */
export function eventStream<M extends EventMap = TextEvents>(
  events: EventContract<M> | null,
  request: Request,
  produce: Producer<NoInfer<M>>,
  options: EventStreamOptions = {},
): Response {
  const settings = resolveEventStreamOptions(options);
  const { headers } = settings;
  const refused = shortAnswer(checkedRequest(request), headers) ?? refusedId(request, headers);
  const short = refused ?? headResponse(request, headers);
  if (short !== undefined) return short;
  const writer = events === null ? textWriter : writerOf(events, settings.validate);
  const connection = new ProducerConnection<M>(request, writer, settings);
  if (request.signal.aborted) connection.abandon();
  else runProducer(connection, produce);
  return streamResponse(connection.body, headers);
}

/** No server of ours wrote an id that cannot be written: it is not handed to producers, who may look it up. */
function refusedId(request: Request, headers: HeadersLike | undefined): Response | undefined {
  if (canBeId(lastEventIdOf(request))) return undefined;
  const text = `A last event ID has no CR, LF or NUL and at most ${MAX_ID_BYTES} bytes.`;
  return refusal(400, text, headers);
}

function canBeId(id: string): boolean {
  return (
    !/[\r\n\0]/.test(id) &&
    (id.length * 3 <= MAX_ID_BYTES || new TextEncoder().encode(id).length <= MAX_ID_BYTES)
  );
}
