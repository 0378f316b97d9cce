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
    // A copy, since who made it may go on to change it.
    if (!sink.write(new Uint8Array(value)) && !isGone) await drained;
  }
  sink.end();
}
