/**
 * A stream that nobody else can read from now on, as a body, and how to cancel it, also before the body is read.
 * @throws TypeError for what is no stream, or is somebody else's already
 */
export function holdStream(stream: ReadableStream<Uint8Array>): {
  readonly body: ReadableStream<Uint8Array>;
  readonly cancel: (reason?: unknown) => Promise<void>;
} {
  if (typeof stream?.getReader !== "function") throw new TypeError("What is to be read is a ReadableStream.");
  const reader = stream.getReader();
  const cancel = (reason?: unknown) => reader.cancel(reason);
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    const { done, value } = await reader.read();
    if (done) controller.close();
    else controller.enqueue(value);
  };
  // Without a queue of its own: what is not read stays where it comes from.
  return { body: new ReadableStream({ pull, cancel }, { highWaterMark: 0 }), cancel };
}
