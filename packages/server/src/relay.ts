import {
  ConnectionError,
  ERROR_TYPE,
  EVENT_STREAM_MEDIA_TYPE,
  InvalidOptionError,
  serializeEvent,
  TruncatedError,
} from "@sse/protocol";
import type { CloseReason } from "./close-reason.ts";
import { encode } from "./frame.ts";
import { type Alarm, startAlarm } from "./heartbeat.ts";
import { type RelayOptions, type RelaySettings, resolveRelayOptions } from "./relay-options.ts";
import { type Translator, translatorOf } from "./relay-translator.ts";
import { callGuarded, logThrown } from "./report.ts";
import { isResponse, noMoreEvents, refusal, streamResponse } from "./response.ts";
import type { Bytes } from "./sink/sink.ts";
import { emptyComment, Transmission } from "./transmission.ts";

/** How many of the announced intervals of silence make a lost upstream. PROTOCOL.md, section 5. */
const LOST_AFTER = 2.5;

/**
 * Passes another event stream on, as the answer of this server: `relay(await fetch(upstream, { headers }))`. Events
 * arrive whole or not at all, with the ids and reconnection times of the upstream; it is read at the pace of the
 * client and cancelled the moment the client leaves, also while it is quiet. Nothing but its events is passed on: no
 * headers, no cookies, no error bodies.
 *
 * An upstream that is no event stream is a 502, and `onError` hears why; a 204 stays one. When the upstream fails or ends within an event, the
 * client gets `sse.error` and comes back; where it ends well, the answer ends so.
 *
 * @throws InvalidOptionError for an option out of range, and for what is no Response
 */
export function relay(upstream: Response, options: RelayOptions = {}): Response {
  const settings = resolveRelayOptions(options);
  const { headers } = settings;
  const { body } = checkedUpstream(upstream);
  if (upstream.status === 204) return noMoreEvents({ headers });
  if (upstream.status !== 200 || !isEventStream(upstream) || body === null || body.locked) {
    callGuarded(() => settings.onError(refused(upstream), ""), logThrown);
    if (body?.locked === false) void body.cancel().catch(() => {});
    return refusal(502, "What is behind this server did not answer with an event stream.", headers);
  }
  return streamResponse(new RelayedStream(nameOf(upstream), body, settings).body, headers);
}

function checkedUpstream(upstream: unknown): Response {
  if (typeof upstream === "object" && upstream !== null && isResponse(upstream)) return upstream;
  throw new InvalidOptionError(`upstream is a Response: relay(await fetch(url)), not ${String(upstream)}.`);
}

// [spec] Only this media type, whatever its parameters.
function isEventStream({ headers }: Response): boolean {
  const [essence = ""] = (headers.get("content-type") ?? "").split(";");
  return essence.trim().toLowerCase() === EVENT_STREAM_MEDIA_TYPE;
}

/** Its URL without query and credentials, for errors; "" for a response that was made by hand. */
function nameOf({ url }: Response): string {
  if (url === "") return "";
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

function refused(upstream: Response): ConnectionError {
  const url = nameOf(upstream);
  const { status, headers, body } = upstream;
  const type = headers.get("content-type") ?? "no media type";
  const what = body === null || body.locked ? "no body that can be read" : `${status} and ${type}`;
  const message = `The upstream ${url} answered with ${what}; a stream is a 200 with ${EVENT_STREAM_MEDIA_TYPE}.`;
  return new ConnectionError("response-refused", message, { url, status });
}

function lost(url: string, idleTimeoutMs: number): ConnectionError {
  return new ConnectionError("idle-timeout", `The upstream ${url} sent nothing for ${idleTimeoutMs} ms.`, {
    url,
    retryable: true,
  });
}

function torn(url: string): TruncatedError {
  return new TruncatedError(`The upstream ${url} ended within an event, which is not passed on.`, {
    lastEventId: "",
  });
}

/** As much text as an announcement may have. */
function beginningOf(bytes: Bytes): string {
  return new TextDecoder().decode(bytes.subarray(0, 200));
}

/** One upstream and one client. */
class RelayedStream {
  readonly #url: string;
  readonly #settings: RelaySettings;
  readonly #translator: Translator;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #transmission: Transmission;
  /** Rings when the upstream has been quiet for too long. */
  #idle: Alarm | undefined;
  #isReading = false;
  #begun = false;
  #onDrained: (() => void) | undefined;

  constructor(url: string, upstream: ReadableStream<Uint8Array>, settings: RelaySettings) {
    this.#url = url;
    this.#settings = settings;
    this.#translator = translatorOf(settings);
    this.#reader = upstream.getReader();
    const { heartbeatMs, signal } = settings;
    // What the upstream announces is passed on; without that, ids are not positions, and a client must not think so.
    const plan = { heartbeatMs, signal, retryMs: undefined, maxDurationMs: false, opening: ":\n\n" } as const;
    this.#transmission = new Transmission(plan, this);
    if (signal?.aborted) this.#transmission.close("client");
    else void this.#pump();
  }

  get body(): ReadableStream<Bytes> {
    return this.#transmission.body;
  }

  heartbeat(): Bytes {
    return emptyComment();
  }

  onDrain(): void {
    this.#onDrained?.();
  }

  onClose(reason: CloseReason): void {
    this.#idle?.stop();
    this.#onDrained?.();
    // It may be at its end, or have failed: then there is nothing left to cancel.
    if (reason !== "ended") void this.#reader.cancel(reason).catch(() => {});
  }

  async #pump(): Promise<void> {
    try {
      this.#watch(this.#settings.idleTimeoutMs);
      while (this.#transmission.reason === undefined) {
        const { done, value } = await this.#read();
        if (this.#transmission.reason !== undefined) return;
        if (done) return this.#end();
        const bytes = this.#translator.take(value);
        if (bytes.length > 0) await this.#pass(bytes);
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  async #read(): Promise<ReadableStreamReadResult<Uint8Array>> {
    this.#isReading = true;
    this.#idle?.touch();
    const result = await this.#reader.read();
    this.#isReading = false;
    return result;
  }

  async #pass(bytes: Bytes): Promise<void> {
    if (!this.#begun) this.#begin(bytes);
    if (this.#transmission.write(bytes) || this.#transmission.reason !== undefined) return;
    await new Promise<void>((resolve) => {
      this.#onDrained = resolve;
    });
  }

  /** The first whole blocks: they may announce a heartbeat. PROTOCOL.md, section 2. */
  #begin(bytes: Bytes): void {
    this.#begun = true;
    const [, interval] = /^: ?sse=1 (?:\S+ )*heartbeat=(\d{1,9})\b/.exec(beginningOf(bytes)) ?? [];
    if (this.#settings.idleTimeoutMs === undefined && Number(interval) > 0) {
      this.#watch(Number(interval) * LOST_AFTER);
    }
  }

  #watch(idleTimeoutMs: number | false | undefined): void {
    if (typeof idleTimeoutMs !== "number") return;
    this.#idle = startAlarm(idleTimeoutMs, () => {
      // While the client does not take what is there, the upstream's silence is ours.
      if (this.#isReading) this.#fail(lost(this.#url, idleTimeoutMs));
    });
  }

  #end(): void {
    if (this.#translator.isTorn()) this.#fail(torn(this.#url));
    else this.#transmission.close("ended");
  }

  /** The client learns an opaque id, and comes back. */
  #fail(error: unknown): void {
    if (this.#transmission.reason !== undefined) return;
    const id = crypto.randomUUID();
    this.#transmission.close(
      "error",
      encode(serializeEvent({ type: ERROR_TYPE, data: JSON.stringify({ id }) })),
    );
    callGuarded(() => this.#settings.onError(error, id), logThrown);
  }
}
