import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "@sse/client";
import { describe, expect, it } from "vitest";
import { freePort } from "../../../scripts/free-port.ts";
import { news } from "../pages/scaling/events.ts";
import { installed } from "./support/installed.ts";
import { ReverseProxy } from "./support/proxy.ts";
import { Running } from "./support/running.ts";

async function publish(server: Running, headline: string): Promise<string> {
  const answer = await fetch(server.url(), { method: "POST", body: headline });
  expect(answer.status).toBe(200);
  return answer.text();
}

/** A client that is sent to another process each time it connects. */
function follow(servers: () => readonly Running[]) {
  const read: string[] = [];
  const gaps: string[] = [];
  const stream = connect(news, ({ attempt }) => servers()[attempt % servers().length]?.url() ?? "", {
    reconnect: { minDelayMs: 10, maxDelayMs: 200 },
  });
  stream.on("headline", ({ data }) => read.push(data));
  stream.on("sse.gap", ({ data }) => gaps.push(data.reason));
  return { stream, read, gaps };
}

it("memory.ts: a restart is one gap that is announced", async () => {
  const port = await freePort();
  const first = await Running.file("scaling/memory.ts", {}, port);
  const { stream, read, gaps } = follow(() => [first]);
  await expect.poll(() => stream.lastEventId).not.toBe("");
  await publish(first, "one");
  await expect.poll(() => read).toEqual(["one"]);
  await first.stop("SIGKILL");
  await using second = await Running.file("scaling/memory.ts", {}, port);
  await expect.poll(() => gaps).toEqual(["unknown-epoch"]);
  await publish(second, "two");
  await expect.poll(() => read).toEqual(["one", "two"]);
  stream.close();
});

it("sqlite.ts: a crash and a restart lose nothing", async () => {
  const folder = mkdtempSync(join(tmpdir(), "docs-sqlite-"));
  const env = { LOG_FILE: join(folder, "news.sqlite") };
  const port = await freePort();
  const first = await Running.file("scaling/sqlite.ts", env, port);
  const { stream, read, gaps } = follow(() => [first]);
  await expect.poll(() => stream.lastEventId).not.toBe("");
  await publish(first, "one");
  await expect.poll(() => read).toEqual(["one"]);
  await Promise.all([publish(first, "two"), publish(first, "three")]);
  await first.stop("SIGKILL");
  await using second = await Running.file("scaling/sqlite.ts", env, port);
  await publish(second, "four");
  await expect.poll(() => read.length).toBe(4);
  expect([read.at(0), read.slice(1, 3).sort(), read.at(3)]).toEqual(["one", ["three", "two"], "four"]);
  expect(gaps).toEqual([]);
  stream.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Two processes on one store; one of them is killed, and later they are restarted one after the other. */
async function survives(file: string, env: object): Promise<void> {
  const servers = [await Running.file(file, env), await Running.file(file, env)];
  const { stream, read, gaps } = follow(() => servers);
  const sent: string[] = [];
  try {
    await expect.poll(() => stream.state.status).toBe("open");
    await expect.poll(() => stream.lastEventId).not.toBe("");
    const send = async (server: Running | undefined) => {
      sent.push(`headline ${sent.length}`);
      if (server !== undefined) await publish(server, sent.at(-1) ?? "");
    };
    for (let n = 0; n < 10; n++) await send(servers[n % 2]);
    await expect.poll(() => read).toEqual(sent);
    await servers.shift()?.stop("SIGKILL");
    for (let n = 0; n < 10; n++) await send(servers[0]);
    await expect.poll(() => read).toEqual(sent);
    servers.push(await Running.file(file, env));
    await servers.shift()?.stop("SIGTERM");
    for (let n = 0; n < 10; n++) await send(servers[0]);
    await expect.poll(() => read).toEqual(sent);
    expect(gaps).toEqual([]);
  } finally {
    stream.close();
    await Promise.all(servers.map((server) => server.stop("SIGKILL")));
  }
}

describe.skipIf(!installed.redis)("redis.ts", () => {
  it("loses nothing when a process is killed, and over a rolling restart", async () => {
    await using redis = await Redis.start();
    await survives("scaling/redis.ts", redis.env);
  });

  it("a store that is away makes publish wait, then fail; when it restarts, clients are told of one gap", async () => {
    const port = await freePort();
    const redis = await Redis.start(port);
    await using server = await Running.file("scaling/redis.ts", redis.env);
    const { stream, read, gaps } = follow(() => [server]);
    await expect.poll(() => stream.lastEventId).not.toBe("");
    await publish(server, "before");
    await expect.poll(() => read).toEqual(["before"]);
    await redis[Symbol.asyncDispose]();
    expect((await fetch(server.url(), { method: "POST", body: "lost" })).status).toBe(503);
    expect([stream.state.status, gaps]).toEqual(["open", []]);
    await using _again = await Redis.start(port);
    await expect.poll(() => gaps).toEqual(["unknown-epoch"]);
    await publish(server, "after");
    await expect.poll(() => read).toEqual(["before", "after"]);
    stream.close();
  });

  it.skipIf(!installed.nginx)("and behind nginx.conf, by one URL", async () => {
    await using redis = await Redis.start();
    const servers = [
      await Running.file("scaling/redis.ts", redis.env),
      await Running.file("scaling/redis.ts", redis.env),
    ];
    await using proxy = await ReverseProxy.start("nginx", "scaling/nginx.conf", (conf) =>
      conf
        .replace("127.0.0.1:3000", `127.0.0.1:${servers[0]?.port}`)
        .replace("127.0.0.1:3001", `127.0.0.1:${servers[1]?.port}`),
    );
    const streams = Array.from({ length: 4 }, () => {
      const read: string[] = [];
      const gaps: string[] = [];
      const stream = connect(news, proxy.url, { reconnect: { minDelayMs: 10, maxDelayMs: 200 } });
      stream.on("headline", ({ data }) => read.push(data));
      stream.on("sse.gap", ({ data }) => gaps.push(data.reason));
      return { stream, read, gaps };
    });
    for (const { stream } of streams) await expect.poll(() => stream.lastEventId).not.toBe("");
    await publish(servers[1] as Running, "one");
    await servers[0]?.stop("SIGKILL");
    await publish(servers[1] as Running, "two");
    for (const { read } of streams) await expect.poll(() => read).toEqual(["one", "two"]);
    expect(streams.flatMap(({ gaps }) => gaps)).toEqual([]);
    for (const { stream } of streams) stream.close();
    await servers[1]?.stop("SIGKILL");
  });
});

describe.skipIf(!installed.nats)("nats.ts", () => {
  it("loses nothing when a process is killed, over a rolling restart, and when NATS restarts", async () => {
    const folder = mkdtempSync(join(tmpdir(), "docs-nats-"));
    const port = await freePort();
    const command = [installed.nats ?? "", "-a", "127.0.0.1", "-p", `${port}`, "-js", "-sd", folder];
    const nats = await Running.start(command, port);
    const env = { NATS_URL: `nats://127.0.0.1:${port}` };
    await survives("scaling/nats.ts", env);
    await using server = await Running.file("scaling/nats.ts", env);
    const { stream, read, gaps } = follow(() => [server]);
    await expect.poll(() => stream.lastEventId).not.toBe("");
    await publish(server, "before");
    await expect.poll(() => read).toEqual(["before"]);
    await nats.stop("SIGTERM");
    await using _again = await Running.start(command, port);
    await expect
      .poll(async () => (await fetch(server.url(), { method: "POST", body: "after" })).status)
      .toBe(200);
    await expect.poll(() => read.at(-1)).toBe("after");
    expect(gaps).toEqual([]);
    stream.close();
    rmSync(folder, { recursive: true, force: true });
  });
});

class Redis implements AsyncDisposable {
  readonly #running: Running;
  readonly #folder: string;

  private constructor(running: Running, folder: string) {
    this.#running = running;
    this.#folder = folder;
  }

  static async start(given?: number): Promise<Redis> {
    const folder = mkdtempSync(join(tmpdir(), "docs-redis-"));
    const port = given ?? (await freePort());
    const command = [
      installed.redis ?? "",
      "--port",
      `${port}`,
      "--bind",
      "127.0.0.1",
      "--dir",
      folder,
      "--save",
      "",
    ];
    return new Redis(await Running.start(command, port), folder);
  }

  get env(): { readonly REDIS_URL: string } {
    return { REDIS_URL: `redis://127.0.0.1:${this.#running.port}` };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#running[Symbol.asyncDispose]();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
