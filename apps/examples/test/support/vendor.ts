import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

/** What a vendor answers to one request, as its documentation shows it. */
export interface Answer {
  readonly status?: number;
  /** Default: the event stream's. */
  readonly type?: string;
  readonly body: string;
  /** Closes the connection after the body, which is left without its end. */
  readonly cut?: boolean;
}

export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A server that gives these answers, one a request, and keeps what it was asked. */
export class Vendor implements AsyncDisposable {
  readonly #answers: Answer[];
  readonly asked: Asked[] = [];
  readonly #server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    this.asked.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers, body });
    const answer = this.#answers.shift() ?? { status: 500, body: "nothing was recorded" };
    response.writeHead(answer.status ?? 200, { "content-type": answer.type ?? "text/event-stream" });
    if (answer.cut) response.write(answer.body, () => request.socket.end());
    else response.end(answer.body);
  });

  private constructor(answers: readonly Answer[]) {
    this.#answers = [...answers];
  }

  static async start(...answers: readonly Answer[]): Promise<Vendor> {
    const vendor = new Vendor(answers);
    await new Promise<void>((resolve) => vendor.#server.listen(0, "127.0.0.1", resolve));
    return vendor;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** An event stream of these events: `event: type` where one is named, then the data as JSON, or as it is. */
export function stream(
  ...events: readonly (readonly [data: unknown, fields?: { readonly event?: string; readonly id?: string }])[]
): string {
  return events
    .map(([data, { event, id } = {}]) => {
      const name = event === undefined ? "" : `event: ${event}\n`;
      const cursor = id === undefined ? "" : `id: ${id}\n`;
      return `${name}${cursor}data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;
    })
    .join("");
}
