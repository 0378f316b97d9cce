import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { Cluster, Redis as IoRedis } from "ioredis";
import { createClient, createCluster, createSentinel } from "redis";
import { afterEach, describe, expect, test } from "vitest";
import { freePort } from "../../../../scripts/free-port.ts";
import { epochNumber } from "../../src/backplane/redis-log.ts";
import { type RedisBackplaneOptions, type RedisClient, redisBackplane } from "../../src/redis.ts";
import { message } from "../contracts/message.ts";
import { pagesOf } from "../contracts/pages.ts";
import { LogObserver } from "../support/log-observer.ts";
import { accepts, findProgram, hasRedis, RedisServer } from "../support/redis-server.ts";
import { eventually } from "../support/serve.ts";

describe.runIf(hasRedis)("the Redis backplane", () => {
  const cleanups: (() => unknown)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });
  async function start(...args: string[]): Promise<RedisServer> {
    const server = await RedisServer.start(...args);
    cleanups.push(() => server.stop());
    return server;
  }
  function open(client: RedisClient, options: RedisBackplaneOptions = {}) {
    const log = redisBackplane(client, options);
    cleanups.push(() => log.close());
    return log;
  }
  async function command(server: RedisServer, ...args: string[]): Promise<unknown> {
    const client = await createClient({ url: server.url }).connect();
    try {
      return await client.sendCommand(args);
    } finally {
      client.destroy();
    }
  }
  async function works(client: RedisClient): Promise<void> {
    const [one, two] = [open(client), open(client)];
    const observer = await LogObserver.on(two);
    const first = await one.publish(message("1"), { idempotencyKey: "k" });
    expect(await two.publish(message("1"), { idempotencyKey: "k" })).toEqual(first);
    await one.publish(message("2", "b"));
    await eventually(() => observer.heard.length === 2);
    expect((await one.replay({ ...first, offset: 0 }, ["b"], 1000)).frames).toHaveLength(1);
    expect([observer.faults, observer.resets]).toEqual([[], []]);
  }

  test("works with the clients of a cluster", async () => {
    // Of its own, since the one that Redis takes by itself lies among the ports of outgoing connections.
    const bus = ["--cluster-port", `${await freePort()}`];
    const server = await start("--cluster-enabled", "yes", "--cluster-announce-ip", "127.0.0.1", ...bus);
    await command(server, "CLUSTER", "ADDSLOTSRANGE", "0", "16383");
    await expect
      .poll(() => command(server, "CLUSTER", "INFO"), { timeout: 10_000 })
      .toContain("cluster_state:ok");
    const nodes = [{ url: server.url }];
    await works(createCluster({ rootNodes: nodes }));
    await command(server, "FLUSHALL");
    await works(new Cluster([server.url], { lazyConnect: true }));
  }, 20_000);

  test("works with the clients of a sentinel", async () => {
    const server = await start();
    const folder = mkdtempSync(join(tmpdir(), "sse-sentinel-"));
    const port = await freePort();
    const config = join(folder, "sentinel.conf");
    writeFileSync(config, `port ${port}\nbind 127.0.0.1\nsentinel monitor mine 127.0.0.1 ${server.port} 1\n`);
    const child = spawn(findProgram("redis-server") ?? "", [config, "--sentinel"], { stdio: "ignore" });
    cleanups.push(async () => {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await gone;
      rmSync(folder, { recursive: true, force: true });
    });
    await accepts(port, child);
    const at = { host: "127.0.0.1", port };
    await works(createSentinel({ name: "mine", sentinelRootNodes: [at] }));
    await command(server, "FLUSHALL");
    await works(new IoRedis({ name: "mine", sentinels: [at], lazyConnect: true }));
  }, 20_000);

  test("works with a client that speaks RESP 2", async () => {
    await works(createClient({ url: (await start()).url, RESP: 2 }));
  });

  test("lets the user's client alone: it need not be connected, and is not closed", async () => {
    const server = await start();
    const client = await createClient({ url: server.url }).connect();
    await using log = redisBackplane(client);
    await log.publish(message("1"));
    await log.close();
    expect(await client.ping()).toBe("PONG");
    client.destroy();
  });

  test("knows of each channel what was let go, also in a process that has just come", async () => {
    const server = await start();
    const client = createClient({ url: server.url });
    const options = { replay: { maxEvents: 16 } };
    const one = open(client, options);
    const quiet = await one.publish(message("quiet", "b"));
    for (let n = 1; n <= 50; n++) await one.publish(message(`${n}`));
    const fresh = open(client, options);
    expect(await fresh.replay(quiet, ["b", "never"], 1000)).toMatchObject({ gap: undefined, frames: [] });
    expect((await fresh.replay({ ...quiet, offset: 0 }, ["b"], 1000)).gap).toBe("expired");
    // An index that was evicted knows nothing, and says so.
    await command(server, "DEL", "sse:{sse}:trimmed");
    expect((await fresh.replay(quiet, ["b"], 1000)).gap).toBe("expired");
  });

  test("has the past at hand in a process that has just come: it is read once, not for each client", async () => {
    const server = await start();
    const client = createClient({ url: server.url });
    const one = open(client);
    for (let n = 1; n <= 300; n++) await one.publish(message(`${n}`));
    const fresh = open(client, { onError: () => {} });
    const { position } = await fresh.subscribe(new LogObserver());
    await server.kill();
    const page = await fresh.replay({ ...position, offset: 5 }, ["a"], 1_000_000);
    expect([page.gap, page.frames.length, page.upTo]).toEqual([undefined, 295, position]);
  });

  test("lets go of what is too old", async () => {
    const server = await start();
    const log = open(createClient({ url: server.url }), { replay: { maxAgeMs: 50 } });
    const first = await log.publish(message("1"));
    await expect
      .poll(async () => (await log.replay({ ...first, offset: 0 }, ["a"], 1000)).gap)
      .toBe("expired");
    expect((await log.publish(message("2"))).offset).toBe(2);
  });

  test("keeps logs of different names apart", async () => {
    const server = await start();
    const client = createClient({ url: server.url });
    const [one, two] = [open(client, { name: "one" }), open(client, { name: "two" })];
    await one.publish(message("1"));
    expect((await two.head()).offset).toBe(0);
    for (const name of ["", "a b", "{x}", "x".repeat(65)]) {
      expect(() => redisBackplane(client, { name })).toThrow("name is 1 to 64");
    }
  });

  test("what Redis refuses rejects at once, and certainly", async () => {
    const server = await start("--maxmemory", "3mb", "--maxmemory-policy", "noeviction");
    const log = open(createClient({ url: server.url }));
    let error: unknown;
    for (let n = 0; n < 20 && error === undefined; n++) {
      await log.publish(message("x".repeat(500_000))).catch((thrown: unknown) => {
        error = thrown;
      });
    }
    expect(error).toMatchObject({ code: "backplane", operation: "publish", uncertain: false });
    expect(String(error)).toContain("OOM");
  });

  test("a part of a batch that Redis refuses leaves nothing behind: what comes later is logged", async () => {
    const server = await start();
    await command(server, "ACL", "SETUSER", "app", "on", ">secret", "~*", "+@all", "-set");
    const url = `redis://app:secret@127.0.0.1:${server.port}`;
    const log = open(createClient({ url }));
    const observer = await LogObserver.on(log);
    for (let n = 0; n < 2; n++) {
      const refused = log.publish(message("1"), { idempotencyKey: "k" });
      await expect(refused).rejects.toMatchObject({
        uncertain: false,
        message: expect.stringContaining("can't run this command"),
      });
    }
    expect((await log.head()).offset).toBe(0);
    await command(server, "ACL", "SETUSER", "app", "+set");
    const { offset } = await log.publish(message("1"), { idempotencyKey: "k" });
    expect(offset).toBe(1);
    await eventually(() => observer.heard.length === 1);
    expect(observer.faults).toEqual([]);
  });

  test("a key of another type under one of our names is refused and harms nothing", async () => {
    const server = await start();
    const log = open(createClient({ url: server.url }));
    await log.publish(message("1"));
    await command(server, "LPUSH", 'sse:{sse}:once:"k"', "x");
    const [refused, also] = await Promise.allSettled([
      log.publish(message("2"), { idempotencyKey: "k" }),
      log.publish(message("3")),
    ]);
    for (const each of [refused, also]) {
      expect(each).toMatchObject({ status: "rejected", reason: { uncertain: false } });
    }
    expect(await log.publish(message("4"))).toMatchObject({ offset: 2 });
    await command(server, "SET", "sse:{other}:meta", "x");
    await expect(open(createClient({ url: server.url }), { name: "other" }).head()).rejects.toThrow(
      "WRONGTYPE",
    );
  });

  test("what somebody else adds to the stream is told, and holds up nobody", async () => {
    const server = await start();
    const errors: unknown[] = [];
    const log = open(createClient({ url: server.url }), { onError: (error) => errors.push(error) });
    const publisher = open(createClient({ url: server.url }));
    const observer = await LogObserver.on(log);
    const first = await publisher.publish(message("1"));
    await command(server, "XADD", "sse:{sse}:log", "*", "c", "junk", "d", "x");
    await eventually(() => errors.length === 1);
    expect(String(errors[0])).toContain(`${first.epoch}.2`);
    const next = await publisher.publish(message("2"));
    await eventually(() => observer.heard.includes(`${next.epoch}.${next.offset}`), 10_000);
    expect([observer.faults, errors.length]).toEqual([[], 1]);
    expect(next.epoch).not.toBe(first.epoch);
  });

  test("a stream of another type is told of once, not again and again, and publishing says so", async () => {
    const server = await start();
    const errors: unknown[] = [];
    const log = open(createClient({ url: server.url }), { onError: (error) => errors.push(error) });
    const observer = await LogObserver.on(log);
    await log.publish(message("1"));
    await eventually(() => observer.heard.length === 1);
    await command(server, "SET", "sse:{sse}:log", "x");
    await eventually(() => errors.length > 0);
    await expect(log.publish(message("2"))).rejects.toThrow("WRONGTYPE");
    await new Promise((resolve) => setTimeout(resolve, 500)); // in which it tries again several times
    expect(errors).toHaveLength(1);
    await command(server, "DEL", "sse:{sse}:log");
    await log.publish(message("3"));
    await eventually(() => observer.heard.length === 2, 10_000);
  });

  test.each([
    ["node-redis", (url: string): RedisClient => createClient({ url })],
    ["ioredis", (url: string): RedisClient => new IoRedis(url, { lazyConnect: true })],
  ])("a wrong password is in the message of no error, nor beside it, under %s", async (_name, clientOf) => {
    const server = await start("--requirepass", "right");
    const errors: unknown[] = [];
    const client = clientOf(`redis://default:hunter2@127.0.0.1:${server.port}`);
    const log = open(client, { publishTimeoutMs: 300, onError: (error) => errors.push(error) });
    errors.push(await log.publish(message("secret event")).catch((error: unknown) => error));
    errors.push(await log.subscribe(new LogObserver()).catch((error: unknown) => error));
    expect(errors).toHaveLength(2);
    for (const error of errors) {
      expect(String(error)).toContain("WRONGPASS");
      expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/hunter2|secret event/);
    }
  });

  test("closing does not wait for a server that does not answer", async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    cleanups.push(() => silent.close());
    const { port } = silent.address() as AddressInfo;
    const sockets: Socket[] = [];
    silent.on("connection", (socket) => sockets.push(socket.resume()));
    for (const client of [
      createClient({ url: `redis://127.0.0.1:${port}` }),
      new IoRedis(port, { lazyConnect: true }),
    ]) {
      const log = open(client, { publishTimeoutMs: 3_600_000 });
      const calls = [log.publish(message("1")), log.head(), log.subscribe(new LogObserver())];
      await eventually(() => sockets.length > 0);
      await log.close();
      for (const { status } of await Promise.allSettled(calls)) expect(status).toBe("rejected");
      await eventually(() => sockets.every(({ readyState }) => readyState === "closed"));
      sockets.length = 0;
    }
  });

  test("entries that somebody deleted are a gap for whoever misses them, and nothing comes twice", async () => {
    const server = await start();
    const client = createClient({ url: server.url });
    const log = open(client, { replay: { maxEvents: 40 } });
    for (let n = 1; n <= 40; n++) await log.publish(message(`${n}`));
    const { epoch } = await log.head();
    for (const n of [10, 11, 25, 40])
      await command(server, "XDEL", "sse:{sse}:log", `${epochNumber(epoch)}-${n}`);
    const pages = await pagesOf(open(client), { epoch, offset: 2 }, 40);
    expect(pages.map(({ gap, from }) => [gap, from.offset])).toEqual([
      [undefined, 2],
      ["expired", 11],
      ["expired", 25],
      ["expired", 40],
    ]);
    const offsets = pages.flatMap(({ frames }) => frames.map(({ offset }) => offset));
    expect(offsets).toEqual(
      Array.from({ length: 40 }, (_, n) => n + 1).filter((n) => n > 2 && ![10, 11, 25, 40].includes(n)),
    );
    // It goes on trimming by what is there.
    for (let n = 41; n <= 90; n++) await log.publish(message(`${n}`));
    const rest = await pagesOf(open(client), { epoch, offset: 60 }, 90);
    expect(rest.flatMap(({ gap, frames }) => [gap, frames.length])).toEqual([undefined, 30]);
    expect(await log.replay({ epoch, offset: 1 }, ["a"], 1e6)).toMatchObject({ gap: "expired" });
  });

  test("a batch that was refused when it was nearly done is logged when it comes again under its key", async () => {
    const server = await start();
    const log = open(createClient({ url: server.url }), { replay: { maxEvents: 1 } });
    const { epoch } = await log.publish(message("1"));
    await command(server, "SET", "sse:{sse}:trimmed", "of another type");
    const again = { idempotencyKey: "k" };
    await expect(log.publish(message("2"), again)).rejects.toThrow("WRONGTYPE");
    const second = await log.publish(message("2"), again);
    expect(second).toMatchObject({ offset: 1 });
    expect(second.epoch).not.toBe(epoch);
    expect((await log.replay({ ...second, offset: 0 }, ["a"], 1000)).frames).toHaveLength(1);
    expect(await log.publish(message("2"), again)).toEqual(second);
  });
});
