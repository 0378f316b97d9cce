import type { ServerResponse } from "node:http";
import type { Http2ServerResponse } from "node:http2";

/**
 * The end at once, which the client can tell from the end of the body. HTTP/2 would reset the stream with NO_ERROR,
 * and `fetch` of Node takes that for a whole body: only a stream that fails is reset with INTERNAL_ERROR.
 */
export function cutOff(res: ServerResponse | Http2ServerResponse): void {
  if ("stream" in res) res.stream.destroy(new Error("The response was cut."));
  else res.destroy();
}
