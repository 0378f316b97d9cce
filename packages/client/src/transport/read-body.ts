import type { Liveness } from "./liveness.ts";

export interface BodyReading {
  readonly signal: AbortSignal;
  readonly liveness: Liveness;
  /** A promise while the consumer has enough; nothing is read until it settles. */
  ready(): Promise<void> | undefined;
  onChunk(chunk: Uint8Array): void;
}

/**
 * Reads a body to its end, or until the signal aborts, a chunk at a time and never ahead of the consumer: what is
 * not read stays in the socket, and the server feels it. Throws what the body or `onChunk` throws; the body is
 * cancelled in every case.
 */
export async function readBody(body: ReadableStream<Uint8Array> | null, reading: BodyReading): Promise<void> {
  // Not `for await`: WebKit's ReadableStream has no asynchronous iterator.
  const reader = body?.getReader();
  if (reader === undefined) return;
  const { signal, liveness } = reading;
  const cancel = () => void reader.cancel(signal.reason).catch(() => {});
  signal.addEventListener("abort", cancel, { once: true });
  try {
    for (;;) {
      // A consumer that is gone is never ready.
      const busy = signal.aborted ? undefined : reading.ready();
      if (busy !== undefined) {
        liveness.pause();
        await busy;
        liveness.resume();
      }
      if (signal.aborted) return;
      const { done, value } = await reader.read();
      if (done || signal.aborted) return;
      liveness.touch();
      reading.onChunk(value);
    }
  } finally {
    signal.removeEventListener("abort", cancel);
    cancel();
  }
}
