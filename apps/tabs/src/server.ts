import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { createHub, type Hub } from "@sse/server";
import { toNodeListener } from "@sse/server/node";
import { build } from "esbuild";
import { type Entry, numbers, type Report } from "./contract.ts";

/** One request for the stream: whose, and from when to when it was open. */
export interface Reading {
  readonly tab: string;
  readonly from: number;
  to: number | undefined;
}

/** The clock that all tabs share: milliseconds since 1970. */
export const now = (): number => performance.timeOrigin + performance.now();

const EVERY_MS = 50;

/** The server of the tabs: it publishes a number every 50 ms, and counts who reads. */
export class NumbersServer {
  readonly readings: Reading[] = [];
  /** What the tabs reported of their lives. */
  readonly tabs: Map<string, Entry[]> = new Map();
  readonly #hub: Hub<(typeof numbers)["events"]> = createHub(numbers, { heartbeatMs: 1000 });
  readonly #server: Server;
  readonly #page: string;
  #timer: ReturnType<typeof setInterval> | undefined;
  published = 0;
  /** How late this machine was at worst with a number: what everybody on it had to wait. */
  stallMs = 0;

  private constructor(page: string) {
    this.#page = page;
    const stream = toNodeListener((request) => this.#hub.respond(request));
    this.#server = createServer((request, response) => {
      if (request.url === "/events") {
        this.#count(request, response);
        stream(request, response);
      } else if (request.url === "/report") void this.#hear(request, response);
      else this.#show(request, response);
    });
  }

  static async start(): Promise<NumbersServer> {
    const built = await build({
      entryPoints: [fileURLToPath(new URL("page.ts", import.meta.url))],
      bundle: true,
      write: false,
      format: "esm",
      conditions: ["@sse/source"],
    });
    const server = new NumbersServer(built.outputFiles[0]?.text ?? "");
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", resolve));
    server.resume();
    return server;
  }

  /** Where a tab of this name begins. */
  url(path: string): string {
    const { port } = this.#server.address() as AddressInfo; // a TCP server that listens
    return `http://127.0.0.1:${port}${path}`;
  }

  resume(): void {
    let due = now() + EVERY_MS;
    this.#timer ??= setInterval(() => {
      this.stallMs = Math.max(this.stallMs, now() - due);
      due = now() + EVERY_MS;
      this.published++;
      void this.#hub.publish("n", this.published);
    }, EVERY_MS);
  }

  pause(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** The requests that are open now. */
  get open(): readonly Reading[] {
    return this.readings.filter(({ to }) => to === undefined);
  }

  async close(): Promise<void> {
    this.pause();
    await this.#hub.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #count(request: IncomingMessage, response: ServerResponse): void {
    const reading: Reading = { tab: String(request.headers["x-tab"]), from: now(), to: undefined };
    this.readings.push(reading);
    response.once("close", () => {
      reading.to = now();
    });
  }

  async #hear(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      let text = "";
      for await (const chunk of request.setEncoding("utf8")) text += chunk;
      const { tab, from, entries } = JSON.parse(text) as Report; // of our own page
      const log = this.tabs.get(tab) ?? [];
      this.tabs.set(tab, log);
      for (const [index, entry] of entries.entries()) log[from + index] = entry;
      response.writeHead(204).end();
    } catch {
      response.destroy(); // the tab went away in the middle
    }
  }

  #show({ url }: IncomingMessage, response: ServerResponse): void {
    const script = url?.startsWith("/page.js") === true;
    if (script) response.setHeader("content-type", "text/javascript");
    else response.setHeader("content-type", "text/html");
    const html =
      url?.startsWith("/tab") === true ? '<script type="module" src="/page.js"></script>' : "elsewhere";
    response.end(
      script ? this.#page : `<!doctype html><link rel="icon" href="data:,"><title>tab</title>${html}`,
    );
  }
}
