import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect as connectHttp2 } from "node:http2";
import { get } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, request } from "@sse/client";
import { toNodeListener } from "@sse/server/node";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { freePort } from "../../../scripts/free-port.ts";
import { answer } from "../pages/recipes/answer.ts";
import { news } from "../pages/recipes/events.ts";
import { files } from "../src/pages.ts";
import { Certificate } from "./support/certificate.ts";
import { installed } from "./support/installed.ts";
import { Running } from "./support/running.ts";
import { serve } from "./support/serve.ts";

/** The numbers of the first headlines that our client reads. */
async function headlines(url: string, count: number): Promise<readonly number[]> {
  const read: number[] = [];
  for await (const event of connect(news, url, { reconnect: false })) {
    expect(event.data.text).toBe(`This is headline ${event.data.n}.`);
    if (read.push(event.data.n) === count) break;
  }
  return read;
}

async function expectStream(url: string): Promise<void> {
  const [first = 0, ...others] = await headlines(url, 2);
  expect(others).toEqual([first + 1]);
}

const onNode: readonly (readonly [string, string])[] = [
  ["node.ts", "/"],
  ["paths.ts", "/events"],
  ["lean.ts", "/events"],
  ["express.ts", "/events"],
  ["fastify.ts", "/events"],
  ["koa.ts", "/events"],
  ["hono.ts", "/events"],
  ["h3.ts", "/events"],
];

describe.concurrent("the recipe", () => {
  it.each(onNode)("%s streams to our client", async (file, path) => {
    await using server = await Running.file(`recipes/${file}`);
    await expectStream(server.url(path));
  });

  it.each(["ask-express.ts", "ask-fastify.ts"])(
    "%s answers a POST whose body was read before",
    async (file) => {
      await using server = await Running.file(`recipes/${file}`);
      const url = server.url("/ask");
      const words: string[] = [];
      for await (const { type, data } of request(answer, url, { json: { question: "how are you" } })) {
        if (type === "word") words.push(data);
      }
      expect(words).toEqual(["how", "are", "you"]);
      await expect(request(answer, url, { json: {} }).next()).rejects.toMatchObject({ status: 422 });
    },
  );

  it("express.ts is the same on Express 4", async () => {
    const { hub } = await import("../pages/recipes/hub.ts");
    const { default: express4 } = await import("express4");
    const app = express4();
    app.use("/events", toNodeListener(hub.respond));
    await using server = await serve(app);
    await expectStream(`${server.url}events`);
  });

  it.each(["paths.ts", "lean.ts"])("%s leaves the other paths alone", async (file) => {
    await using server = await Running.file(`recipes/${file}`);
    expect(await (await fetch(server.url())).text()).toBe("The rest of your server.\n");
  });

  it("reader.ts reads what node.ts serves", async ({ expect }) => {
    await using server = await Running.file("recipes/node.ts");
    await using reader = Running.reader("recipes/reader.ts", { PORT: String(server.port) });
    await expect.poll(() => reader.output).toMatch(/^\d+ This is headline \d+\.\n/);
  });

  it("global-hub.ts is one hub, with one source, however often its module is loaded", async () => {
    const { hub } = await import("../pages/recipes/global-hub.ts");
    const before = (globalThis as { headlines?: NodeJS.Timeout }).headlines;
    const path = "../pages/recipes/global-hub.ts?again";
    const again = await import(path);
    await again.hub.publish("headline", { n: 1, text: "" });
    expect(hub.stats().published).toBeGreaterThanOrEqual(1);
    expect((globalThis as { headlines?: NodeJS.Timeout }).headlines).toBe(before);
    clearInterval(before);
    await hub.close();
  });

  it.skipIf(!installed.openssl)("https.ts streams over TLS", async () => {
    using certificate = new Certificate();
    await using server = await Running.file("recipes/https.ts", certificate.env);
    expect(await readHttps(server.port)).toContain("event: headline\n");
  });

  it.skipIf(!installed.openssl)("http2.ts streams over HTTP/2, and over HTTP/1.1 to others", async () => {
    using certificate = new Certificate();
    await using server = await Running.file("recipes/http2.ts", certificate.env);
    expect(await readHttp2(server.port)).toContain("event: headline\n");
    expect(await readHttps(server.port)).toContain("event: headline\n");
  });

  it.skipIf(!installed.deno)("deno.ts streams in Deno", async () => {
    const command = [
      installed.deno ?? "",
      "run",
      "-A",
      "--conditions=@sse/source",
      join(files, "recipes/deno.ts"),
    ];
    await using server = await Running.start(command, await freePort());
    await expectStream(server.url());
  });

  it.skipIf(!installed.bun)("bun.ts streams in Bun", async () => {
    const command = [installed.bun ?? "", "--conditions=@sse/source", join(files, "recipes/bun.ts")];
    await using server = await Running.start(command, await freePort());
    await expectStream(server.url());
  });
});

describe.skipIf(!installed.workerd)("in a Cloudflare Worker", () => {
  it("worker.ts streams, and ends", async () => {
    await using server = await Workerd.start("worker.ts");
    const read: number[] = [];
    const stream = connect(news, server.url);
    for await (const event of stream) read.push(event.data.n);
    expect(read).toEqual([1, 2, 3]);
    expect(await stream.closed).toBe("ended");
  });

  it("newsroom.ts publishes to everybody from one Durable Object, and resumes", async () => {
    await using server = await Workerd.start("newsroom.ts");
    const publish = async (text: string) => (await fetch(server.url, { method: "POST", body: text })).text();
    const readers = [connect(news, server.url), connect(news, server.url)];
    const heard = readers.map(async (reader) => {
      const read: string[] = [];
      for await (const event of reader) if (read.push(event.data.text) === 2) break;
      return read;
    });
    await expect.poll(() => readers.map(({ state }) => state.status)).toEqual(["open", "open"]);
    const first = await publish("one");
    await publish("two");
    expect(await Promise.all(heard)).toEqual([
      ["one", "two"],
      ["one", "two"],
    ]);
    for await (const event of connect(news, server.url, { lastEventId: first })) {
      expect(event.data.text).toBe("two");
      break;
    }
  });
});

function readHttps(port: number): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const options = { rejectUnauthorized: false, agent: false };
  const request = get(`https://127.0.0.1:${port}/`, options, (response) => {
    let text = "";
    response.setEncoding("utf8").on("data", (more: string) => {
      text += more;
      if (text.includes("event: headline\n")) resolve(text);
    });
    response.on("error", reject);
  });
  request.on("error", reject);
  return promise.finally(() => request.destroy());
}

function readHttp2(port: number): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const session = connectHttp2(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
  const stream = session.request({ ":path": "/" });
  let text = "";
  stream.setEncoding("utf8").on("data", (more: string) => {
    text += more;
    if (text.includes("event: headline\n")) resolve(text);
  });
  session.on("error", reject);
  stream.on("error", reject);
  return promise.finally(() => session.destroy());
}

/** A recipe in workerd, which is what runs Workers. */
class Workerd implements AsyncDisposable {
  readonly #running: Running;
  readonly #folder: string;
  readonly url: string;

  private constructor(running: Running, folder: string) {
    this.#running = running;
    this.#folder = folder;
    this.url = running.url();
  }

  static async start(file: string): Promise<Workerd> {
    const folder = mkdtempSync(join(tmpdir(), "docs-workerd-"));
    await build({
      entryPoints: [join(files, "recipes", file)],
      outfile: join(folder, "worker.mjs"),
      bundle: true,
      format: "esm",
      target: "es2022",
      conditions: ["@sse/source"],
      external: ["cloudflare:workers"],
    });
    const port = await freePort();
    writeFileSync(join(folder, "config.capnp"), config(port));
    const command = [installed.workerd ?? "", "serve", join(folder, "config.capnp")];
    return new Workerd(await Running.start(command, port), folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#running[Symbol.asyncDispose]();
    rmSync(this.#folder, { recursive: true });
  }
}

function config(port: number): string {
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [(name = "worker.mjs", esModule = embed "worker.mjs")],
  compatibilityDate = "2026-11-01",
  compatibilityFlags = ["enable_request_signal"],
  durableObjectNamespaces = [(className = "Newsroom", uniqueKey = "newsroom")],
  durableObjectStorage = (inMemory = void),
  bindings = [(name = "NEWSROOM", durableObjectNamespace = "Newsroom")],
);
`;
}
