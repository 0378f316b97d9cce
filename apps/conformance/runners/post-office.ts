import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Result, RuntimeName } from "./check.ts";

const PAGE = `<!doctype html><title>conformance</title><script type="module">
const where = new URLSearchParams(location.search);
if (where.get("in") === "worker") new Worker("/worker.js" + location.search, { type: "module" });
else import("/list.js").then(({ runFrom }) => runFrom(location.search));
</script>`;
const WORKER = `import { runFrom } from "/list.js"; runFrom(location.search);`;

/** Serves a list of behaviour to pages, and takes the results that every runtime posts. */
export class PostOffice implements AsyncDisposable {
  readonly url: string;
  readonly #server: Server;
  readonly #waiting: Map<string, (results: readonly Result[]) => void>;

  static async open(list: string): Promise<PostOffice> {
    const waiting = new Map<string, (results: readonly Result[]) => void>();
    const files: Readonly<Record<string, readonly [string, string]>> = {
      "/page": ["text/html", PAGE],
      "/worker.js": ["text/javascript", WORKER],
      "/list.js": ["text/javascript", list],
    };
    const server = createServer(async (request, response) => {
      const { pathname } = new URL(request.url ?? "/", "http://office");
      const file = files[pathname];
      if (file !== undefined) return void response.setHeader("content-type", file[0]).end(file[1]);
      let body = "";
      for await (const chunk of request) body += chunk;
      response.writeHead(request.method === "POST" ? 200 : 404).end();
      // What our own runner posts.
      if (request.method === "POST") waiting.get(decodeURIComponent(pathname.slice(1)))?.(JSON.parse(body));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new PostOffice(server, waiting);
  }

  private constructor(server: Server, waiting: Map<string, (results: readonly Result[]) => void>) {
    this.#server = server;
    this.#waiting = waiting;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** The results of one runtime, once it has posted them. */
  results(runtime: RuntimeName): Promise<readonly Result[]> {
    return new Promise((resolve) => this.#waiting.set(runtime, resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
