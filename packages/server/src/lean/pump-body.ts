import type { Sink, SinkOwner } from "../sink/sink.ts";

/** Writes a body that is none of ours, as it comes and as the client takes it. Rejects where the body fails. */
export async function pumpBody(
  body: ReadableStream<Uint8Array>,
  sink: Sink,
  adopt: (owner: SinkOwner) => void,
): Promise<void> {
  const reader = body.getReader();
  let wake = (): void => {};
  let isGone = false;
  adopt({
    onDrain: () => wake(),
    onGone() {
      isGone = true;
      wake();
      void reader.cancel().catch(() => {});
    },
  });
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const drained = new Promise<void>((resolve) => {
      wake = resolve;
    });
    if (!sink.write(copyOf(value)) && !isGone) await drained;
  }
  sink.end();
}

/** A copy, since who made it may go on to change it. Text is taken as by the server itself. @throws TypeError */
function copyOf(chunk: unknown): Uint8Array<ArrayBuffer> {
  if (chunk instanceof Uint8Array) return new Uint8Array(chunk);
  if (typeof chunk === "string") return new TextEncoder().encode(chunk);
  throw new TypeError(`A body is made of bytes, a Uint8Array at a time, not of ${typeof chunk}s.`);
}
