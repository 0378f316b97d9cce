import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createHub, type Hub, type HubOptions } from "@sse/server";
import { toNodeListener } from "@sse/server/node";
import { counting } from "./contract.ts";

const PAGE = (title: string) =>
  `<!doctype html><meta charset=utf-8><title>${title}</title><link rel=icon href=data:,><div id=root></div>`;

/** One request for the stream. */
export interface Streamed {
  readonly lastEventId: string;
  /** Where the browser says it asked from: "empty" for a page's fetch. */
  readonly path: string;
  closed: boolean;
}

/** A site with pages, scripts and a hub that counts, as a user would build it, and what the server saw of it. */
export class Site implements AsyncDisposable {
  readonly #scripts: Readonly<Record<string, string>>;
  readonly #hub: Hub<(typeof counting)["events"]>;
  readonly #listener = toNodeListener((request) => this.#hub.respond(request));
  readonly #server: Server = createServer((request, response) => this.#serve(request, response));
  #timer: NodeJS.Timeout | undefined;
  #last = 0;
  readonly streams: Streamed[] = [];

  private constructor(scripts: Readonly<Record<string, string>>, options: HubOptions) {
    this.#scripts = scripts;
    this.#hub = createHub(counting, options);
  }

  /** `scripts` by their paths, such as "/page.js". */
  static async start(scripts: Readonly<Record<string, string>>, options: HubOptions = {}): Promise<Site> {
    const site = new Site(scripts, options);
    await new Promise<void>((resolve) => site.#server.listen(0, "127.0.0.1", resolve));
    return site;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Streams that are being read. */
  get open(): number {
    return this.streams.filter(({ closed }) => !closed).length;
  }

  /** The last number that was published. */
  get last(): number {
    return this.#last;
  }

  async publish(): Promise<void> {
    await this.#hub.publish("n", ++this.#last);
  }

  /** Publishes the next number every so often, until `pause`. */
  count(everyMs = 20): void {
    this.#timer ??= setInterval(() => void this.publish(), everyMs);
  }

  pause(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Breaks every connection, in the middle of what it does. */
  cut(): void {
    this.#server.closeAllConnections();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.pause();
    await this.#hub.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://site");
    const script = this.#scripts[pathname];
    if (pathname.startsWith("/events")) {
      const lastEventId = String(request.headers["last-event-id"] ?? searchParams.get("lastEventId") ?? "");
      const streamed: Streamed = { lastEventId, path: pathname, closed: false };
      this.streams.push(streamed);
      response.once("close", () => {
        streamed.closed = true;
      });
      this.#listener(request, response);
    } else if (script !== undefined) {
      response.setHeader("content-type", "text/javascript").end(script);
    } else response.setHeader("content-type", "text/html").end(PAGE(pathname));
  }
}
