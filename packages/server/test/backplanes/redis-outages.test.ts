import { Redis as IoRedis } from "ioredis";
import { createClient } from "redis";
import { afterEach, describe, expect, test } from "vitest";
import type { Backplane } from "../../src/index.ts";
import { type RedisBackplaneOptions, type RedisClient, redisBackplane } from "../../src/redis.ts";
import { message } from "../contracts/message.ts";
import { FrozenProxy } from "../support/frozen-proxy.ts";
import { LogObserver, traffic } from "../support/log-observer.ts";
import { hasRedis, RedisServer } from "../support/redis-server.ts";
import { eventually } from "../support/serve.ts";

const clients: [string, (url: string) => RedisClient][] = [
  ["node-redis", (url) => createClient({ url })],
  ["ioredis", (url) => new IoRedis(url, { lazyConnect: true })],
];

describe.runIf(hasRedis).each(clients)("a Redis that fails under %s", (_name, clientOf) => {
  const cleanups: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });
  async function start(...args: string[]): Promise<RedisServer> {
    const server = await RedisServer.start(...args);
    cleanups.push(() => server.stop());
    return server;
  }
  function open(server: RedisServer, options: RedisBackplaneOptions = {}): Backplane {
    const log = redisBackplane(clientOf(server.url), { onError: () => {}, ...options });
    cleanups.push(() => log.close());
    return log;
  }
  async function command(server: RedisServer, ...args: string[]): Promise<unknown> {
    const client = await createClient({ url: server.url, disableOfflineQueue: true })
      .on("error", () => {})
      .connect();
    try {
      return await client.sendCommand(args);
    } finally {
      client.destroy();
    }
  }
  /** Every event that was acknowledged was heard once; nothing was heard out of its place. */
  async function settles(observer: LogObserver, acknowledged: readonly string[]): Promise<void> {
    await eventually(() => acknowledged.every((id) => observer.heard.includes(id)), 10_000);
    expect(observer.faults).toEqual([]);
    expect(new Set(observer.heard).size).toBe(observer.heard.length);
  }

  test("connections that are cut again and again cost nothing: no hole, no repeat, no gap", async () => {
    const server = await start();
    const [one, two] = [open(server), open(server)];
    const observers = [await LogObserver.on(one), await LogObserver.on(two)];
    const flow = traffic(one);
    for (let n = 0; n < 6; n++) {
      const heard = flow.acknowledged.length;
      await eventually(() => flow.acknowledged.length > heard + 20, 10_000);
      await command(server, "CLIENT", "KILL", "TYPE", "normal").catch(() => {}); // it cuts itself off, too
    }
    await flow.stop();
    expect(flow.rejected).toEqual([]);
    for (const observer of observers) {
      await settles(observer, flow.acknowledged);
      expect(observer.resets).toEqual([]);
      // What was sent again was not logged again.
      expect(observer.heard).toEqual(flow.acknowledged);
    }
  });

  test("a pause within the time limit only delays what is published", async () => {
    const server = await start();
    const log = open(server);
    const observer = await LogObserver.on(log);
    await log.publish(message("before"));
    await server.pause();
    const waiting = Promise.all([log.publish(message("1")), log.publish(message("2"))]);
    setTimeout(() => server.resume(), 400);
    expect((await waiting).map(({ offset }) => offset)).toEqual([2, 3]);
    await eventually(() => observer.heard.length === 3);
    expect([observer.resets, observer.faults]).toEqual([[], []]);
  });

  test("a pause beyond it rejects within the limit, uncertain where it may have landed; nothing comes twice", async () => {
    const server = await start();
    const log = open(server, { publishTimeoutMs: 500 });
    const observer = await LogObserver.on(log);
    await log.publish(message("before"));
    await server.pause();
    const first = log.publish(message("may land")).catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 100)); // it is on its way now
    const second = log.publish(message("not sent")).catch((error: unknown) => error);
    expect(await first).toMatchObject({ code: "backplane", operation: "publish", uncertain: true });
    expect(await second).toMatchObject({ code: "backplane", uncertain: false });
    server.resume();
    const flow = traffic(log);
    await eventually(() => flow.acknowledged.length > 20, 10_000);
    await flow.stop();
    await settles(observer, flow.acknowledged);
    expect(observer.resets).toEqual([]);
    // Beside these, the one before, and the one that may have landed.
    expect(observer.heard.length - flow.acknowledged.length - 1).toBeLessThanOrEqual(1);
  });

  test("a network that goes dead without a word is noticed; afterwards nothing is missing and nothing comes twice", async () => {
    const server = await start();
    const network = await FrozenProxy.to(server.port);
    cleanups.push(() => network.close());
    const log = redisBackplane(clientOf(`redis://127.0.0.1:${network.port}`), {
      publishTimeoutMs: 500,
      onError: () => {},
    });
    cleanups.push(() => log.close());
    const elsewhere = open(server);
    const observer = await LogObserver.on(log);
    const flows = [traffic(log), traffic(elsewhere)];
    await eventually(() => flows.every(({ acknowledged }) => acknowledged.length > 20));
    network.cut();
    await eventually(() => flows[0]?.rejected.length !== 0);
    network.heal();
    const before = flows[0]?.acknowledged.length ?? 0;
    await eventually(() => (flows[0]?.acknowledged.length ?? 0) > before + 20, 10_000);
    for (const flow of flows) await flow.stop();
    await settles(
      observer,
      flows.flatMap(({ acknowledged }) => acknowledged),
    );
    expect(observer.resets).toEqual([]);
  }, 20_000);

  test("a server that is not there rejects within the limit, and certainly", async () => {
    const server = await start();
    const log = open(server, { publishTimeoutMs: 1_500 });
    await server.kill();
    await expect(log.publish(message("x"))).rejects.toMatchObject({ code: "backplane", uncertain: false });
    await expect(log.subscribe(new LogObserver())).rejects.toMatchObject({ code: "backplane" });
    await expect(log.head()).rejects.toMatchObject({ code: "backplane" });
    await server.start();
    expect((await log.publish(message("x"))).offset).toBe(1);
    expect((await LogObserver.on(log)).at.offset).toBe(1);
  });

  test.each([
    ["without persistence", []],
    ["with an append-only file", ["--appendonly", "yes", "--appendfsync", "always"]],
  ])("a crash and restart %s is one announced gap for each process, and a new epoch", async (_how, args) => {
    const server = await start(...args);
    const [one, two] = [open(server), open(server)];
    const observers = [await LogObserver.on(one), await LogObserver.on(two)];
    const flow = traffic(one);
    await eventually(() => flow.acknowledged.length > 30);
    await server.kill();
    await server.start();
    const before = flow.acknowledged.length;
    await eventually(() => flow.acknowledged.length > before + 30, 10_000);
    await flow.stop();
    const epochs = new Set(flow.acknowledged.map((id) => id.split(".")[0]));
    expect(epochs.size).toBe(2);
    const [old = ""] = epochs;
    for (const observer of observers) {
      await settles(
        observer,
        flow.acknowledged.filter((id) => !id.startsWith(`${old}.`)),
      );
      expect(observer.resets).toEqual([{ epoch: [...epochs][1], offset: 0 }]);
    }
    const page = await one.replay({ epoch: old, offset: 3 }, ["a"], 1000);
    expect(page.gap).toBe("unknown-epoch");
  });

  test("a log that was deleted in one way or another is announced though nobody publishes, once", async () => {
    const deletions = [["FLUSHALL"], ["DEL", "sse:{sse}:log"], ["DEL", "sse:{sse}:meta"]];
    await Promise.all(
      deletions.map(async (deletion) => {
        const server = await start();
        const log = open(server);
        const observer = await LogObserver.on(log);
        for (let n = 0; n < 5; n++) await log.publish(message(`${n}`));
        await eventually(() => observer.heard.length === 5);
        await command(server, ...deletion);
        await eventually(() => observer.resets.length > 0, 8_000);
        const { epoch, offset } = await log.publish(message("after"));
        await eventually(() => observer.heard.length === 6);
        expect([observer.resets, offset]).toEqual([[{ epoch, offset: 0 }], 1]);
        expect(epoch).not.toBe(observer.heard[0]?.split(".")[0]);
      }),
    );
  });

  test("a replica that is promoted without the newest events never gives their ids to others", async () => {
    const [master, replica] = [await start("--repl-diskless-sync-delay", "0"), await start()];
    await command(replica, "REPLICAOF", "127.0.0.1", String(master.port));
    const log = open(master);
    const observer = await LogObserver.on(log);
    for (let n = 0; n < 20; n++) await log.publish(message(`${n}`));
    await eventually(() => observer.heard.length === 20);
    const { offset } = await log.head();
    let copied = 0;
    while (copied < offset)
      copied = Number(await command(replica, "HGET", "sse:{sse}:meta", "offset").catch(() => 0));
    await expect(open(replica, { publishTimeoutMs: 1_000 }).head()).rejects.toThrow("READONLY");
    // From here on the replica hears nothing, and what is acknowledged is lost.
    await command(replica, "CLIENT", "KILL", "TYPE", "master").catch(() => {});
    await replica.pause();
    for (let n = 20; n < 70; n++) await log.publish(message(`${n}`));
    await eventually(() => observer.heard.length === 70);
    await master.kill();
    replica.resume();
    await command(replica, "REPLICAOF", "NO", "ONE");
    const promoted = open(replica);
    const lost = await promoted.replay({ epoch: observer.at.epoch, offset: 70 }, ["a"], 1000);
    expect(lost).toMatchObject({ gap: "unknown-epoch", frames: [] });
    const next = await promoted.publish(message("next"));
    expect(observer.heard).not.toContain(`${next.epoch}.${next.offset}`);
    expect(next.epoch).not.toBe(observer.at.epoch);
  });
});
