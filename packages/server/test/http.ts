import { connect, type Socket } from "node:net";
import type { ServerSentEvent } from "@sse/protocol";
import { onTestFinished } from "vitest";
import { eventsIn } from "./support/body.ts";
import { type Served, serve } from "./support/serve.ts";

/** Serves a handler from here to the end of the test. */
export async function serveInTest(
  handler: (request: Request) => Response | Promise<Response>,
): Promise<Served> {
  const served = await serve(handler);
  onTestFinished(() => served[Symbol.asyncDispose]());
  return served;
}

/** Something of a hub's, closed at the end of the test. */
export function closedInTest<T extends AsyncDisposable>(disposable: T): T {
  onTestFinished(async () => disposable[Symbol.asyncDispose]());
  return disposable;
}

/** What is asked of the server. */
export interface Asked {
  readonly path?: string | undefined;
  readonly method?: string | undefined;
  /** In latin1, as they go over the wire. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

const CRLF = Buffer.from("\r\n");

/** Reads one response from a raw socket as long as it wants to: a pause is felt by the server's kernel. */
export class RawReader {
  readonly socket: Socket;
  /** Each chunk of the body as the server framed it. */
  readonly chunks: string[] = [];
  /** True once nothing more can come, however it ended. */
  isClosed = false;
  /** The last chunk was there: the response is whole. */
  isComplete = false;
  status = 0;
  headers: Headers = new Headers();
  #pending: Buffer = Buffer.alloc(0);
  /** Parts of the chunk that is not whole yet, and how much is missing of it. */
  #parts: Buffer[] = [];
  #missing = 0;

  constructor(port: number, { path = "/", method = "GET", headers = {} }: Asked = {}) {
    this.socket = connect({ host: "127.0.0.1", port });
    const lines = Object.entries({ host: `127.0.0.1:${port}`, ...headers }).map(([k, v]) => `${k}: ${v}\r\n`);
    this.socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`, "latin1");
    this.socket.on("data", (data: Buffer) => this.#take(data));
    this.socket.on("error", () => {}); // a reset is an end like another
    this.socket.on("close", () => {
      this.isClosed = true;
    });
    onTestFinished(() => void this.socket.destroy());
  }

  /** Whether what came so far ends so: cheap, however much it is. */
  endsWith(text: string): boolean {
    return this.chunks.slice(-2).join("").endsWith(text);
  }

  get text(): string {
    return this.chunks.join("");
  }

  get events(): ServerSentEvent[] {
    return eventsIn(this.text);
  }

  /** `type data` of each event. */
  get seen(): string[] {
    return this.events.map(({ type, data }) => `${type} ${data}`);
  }

  /** Takes nothing more from the socket, so that it fills up. */
  stop(): void {
    this.socket.pause();
  }

  goOn(): void {
    this.socket.resume();
  }

  leave(): void {
    this.socket.destroy();
  }

  #take(data: Buffer): void {
    let rest = data;
    while (rest.length > 0) {
      if (this.#missing > 0) {
        const part = rest.subarray(0, this.#missing);
        this.#parts.push(part);
        this.#missing -= part.length;
        rest = rest.subarray(part.length);
        if (this.#missing === 0) this.#endChunk();
      } else {
        this.#pending = Buffer.concat([this.#pending, rest]);
        rest = this.#takeLines();
      }
    }
  }

  /** The head, then the line in front of each chunk; returns what comes after it. */
  #takeLines(): Buffer {
    const mark = this.status === 0 ? "\r\n\r\n" : CRLF;
    const end = this.#pending.indexOf(mark);
    if (end === -1) return Buffer.alloc(0);
    const line = this.#pending.subarray(0, end).toString("latin1");
    const rest = this.#pending.subarray(end + mark.length);
    this.#pending = Buffer.alloc(0);
    if (this.status === 0) this.#takeHead(line);
    else if (this.headers.get("transfer-encoding") === "chunked") this.#startChunk(line);
    return rest;
  }

  #takeHead(head: string): void {
    const [first = "", ...lines] = head.split("\r\n");
    for (const line of lines) {
      const colon = line.indexOf(":");
      this.headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
    }
    this.status = Number(first.split(" ")[1]);
  }

  #startChunk(line: string): void {
    const size = Number.parseInt(line, 16);
    if (size === 0) this.isComplete = true;
    else this.#missing = size + CRLF.length;
  }

  #endChunk(): void {
    const chunk = Buffer.concat(this.#parts);
    this.chunks.push(chunk.subarray(0, -CRLF.length).toString("utf8"));
    this.#parts = [];
  }
}
