import type { Fetch } from "@sse/client";

/** `fetch`, telling how many bytes of each body came. What is not read is not counted, nor read ahead. */
export function countedFetch(onBytes: (bytes: number) => void): Fetch {
  return async (request) => {
    const response = await fetch(request);
    if (response.body === null) return response;
    const reader = response.body.getReader();
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>(
      {
        async pull(controller) {
          const { done, value } = await reader.read();
          if (done) return controller.close();
          onBytes(value.byteLength);
          controller.enqueue(value);
        },
        cancel: (reason) => reader.cancel(reason),
      },
      { highWaterMark: 0 },
    );
    const { status, statusText, headers } = response;
    return new Response(body, { status, statusText, headers });
  };
}
