import type { ServerResponse } from "node:http";
import type { Http2ServerResponse } from "node:http2";
import type { Bytes, Sink, SinkOwner } from "./sink.ts";

/** The short way on Node: bytes go from the hub to the response, without a stream in between. */
export class NodeSink implements Sink {
  // Both kinds write and end in the same way; their types say so in incompatible overloads.
  readonly #res: ServerResponse;

  constructor(res: ServerResponse | Http2ServerResponse, owner: SinkOwner) {
    this.#res = res as ServerResponse;
    res.on("drain", () => owner.onDrain());
    res.on("close", () => owner.onGone());
  }

  get waitingBytes(): number {
    return this.#res.writableLength;
  }

  write(bytes: Bytes): boolean {
    if (this.#res.destroyed || this.#res.writableEnded) return false;
    return this.#res.write(bytes);
  }

  end(): void {
    if (!this.#res.destroyed && !this.#res.writableEnded) this.#res.end();
  }

  destroy(): void {
    this.#res.destroy();
  }
}
