import type { ServerResponse } from "node:http";
import type { Http2ServerResponse } from "node:http2";
import { cutOff } from "./cut-off.ts";

/** Whether nobody is there any more. A response of HTTP/2 does not say so itself, but its stream does. */
export function isGone(res: ServerResponse | Http2ServerResponse): boolean {
  const { destroyed, stream } = res as Partial<ServerResponse & Http2ServerResponse>;
  return destroyed ?? stream?.destroyed ?? false;
}

/**
 * Writes any body to Node's response, at the client's pace. Never rejects: what the body failed with is the result.
 */
export async function pump(
  body: ReadableStream<Uint8Array>,
  response: ServerResponse | Http2ServerResponse,
): Promise<{ readonly error: unknown } | undefined> {
  // Both kinds write in the same way; their types say so in incompatible overloads.
  const res = response as ServerResponse;
  const reader = body.getReader();
  let failure: { readonly error: unknown } | undefined;
  const fail = (error: unknown): void => {
    if (!isGone(res)) failure = { error };
    cutOff(res);
  };
  res.once("close", () => void reader.cancel().catch(() => {}));
  // Heard of at once, even while a client that does not read keeps the loop waiting.
  reader.closed.catch(fail);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (!isGone(res) && !res.write(value)) await drained(res);
    }
    res.end();
  } catch (error) {
    fail(error); // the body failed, or had something else than bytes
  }
  return failure;
}

function drained(res: ServerResponse): Promise<void> {
  if (isGone(res)) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      res.off("drain", done);
      res.off("close", done);
      resolve();
    };
    res.on("drain", done);
    res.on("close", done);
  });
}
