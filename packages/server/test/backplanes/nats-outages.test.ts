import { DiscardPolicy, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { afterEach, describe, expect, test } from "vitest";
import type { Backplane } from "../../src/index.ts";
import { type NatsBackplaneOptions, natsBackplane } from "../../src/nats.ts";
import { message } from "../contracts/message.ts";
import { pagesOf } from "../contracts/pages.ts";
import { FrozenProxy } from "../support/frozen-proxy.ts";
import { LogObserver, traffic } from "../support/log-observer.ts";
import { hasNats, NatsServer } from "../support/nats-server.ts";
import { eventually } from "../support/serve.ts";

describe.runIf(hasNats)("a NATS that fails", () => {
  const cleanups: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });
  async function start(): Promise<NatsServer> {
    const server = await NatsServer.start();
    cleanups.push(() => server.stop());
    return server;
  }
  async function open(server: NatsServer, options: NatsBackplaneOptions = {}): Promise<Backplane> {
    const connection = await connect({
      servers: server.url,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 50,
      reconnectJitter: 20,
    });
    const log = natsBackplane(connection, { onError: () => {}, ...options });
    cleanups.push(async () => {
      await log.close();
      await connection.close();
    });
    return log;
  }
  async function settles(observer: LogObserver, acknowledged: readonly string[]): Promise<void> {
    await eventually(() => acknowledged.every((id) => observer.heard.includes(id)), 15_000);
    expect(observer.faults).toEqual([]);
    expect(new Set(observer.heard).size).toBe(observer.heard.length);
  }

  test("a crash and restart is no gap, since the stream is the same: no hole, no repeat", async () => {
    const server = await start();
    const [one, two] = [await open(server), await open(server)];
    const observers = [await LogObserver.on(one), await LogObserver.on(two)];
    const flow = traffic(one);
    for (let n = 0; n < 2; n++) {
      const before = flow.acknowledged.length;
      await eventually(() => flow.acknowledged.length > before + 30, 10_000);
      await server.kill();
      await server.start();
    }
    const before = flow.acknowledged.length;
    await eventually(() => flow.acknowledged.length > before + 30, 10_000);
    await flow.stop();
    for (const observer of observers) {
      await settles(observer, flow.acknowledged);
      expect(observer.resets).toEqual([]);
    }
    expect(flow.rejected).toEqual([]);
  }, 30_000);

  test("a stream that is gone after a restart is one announced gap for each process, and a new epoch", async () => {
    const server = await start();
    const [one, two] = [await open(server), await open(server)];
    const observers = [await LogObserver.on(one), await LogObserver.on(two)];
    const flow = traffic(one);
    await eventually(() => flow.acknowledged.length > 30);
    await server.lose();
    await server.start();
    const before = flow.acknowledged.length;
    await eventually(() => flow.acknowledged.length > before + 30, 10_000);
    await flow.stop();
    const epochs = new Set(flow.acknowledged.map((id) => id.split(".")[0]));
    expect(epochs.size).toBe(2);
    const [old, fresh] = epochs;
    for (const observer of observers) {
      await settles(
        observer,
        flow.acknowledged.filter((id) => id.startsWith(`${fresh}.`)),
      );
      expect(observer.resets).toEqual([{ epoch: fresh, offset: 0 }]);
    }
    expect(await one.replay({ epoch: old ?? "", offset: 1 }, ["a"], 10)).toMatchObject({
      gap: "unknown-epoch",
    });
  }, 30_000);

  test("a stream that went back begins a new epoch, though others were published in the places of the lost", async () => {
    const server = await start();
    const log = await open(server);
    const observer = await LogObserver.on(log);
    for (let n = 0; n < 10; n++) await log.publish(message(`${n}`));
    await eventually(() => observer.heard.length === 10);
    // As if the disk had forgotten: the newest are deleted while the server is away, and others come in their places.
    const away = await server.snapshot();
    for (let n = 10; n < 15; n++) await log.publish(message(`${n}`));
    await eventually(() => observer.heard.length === 15);
    await server.restore(away);
    const other = await open(server);
    for (let n = 0; n < 8; n++) await other.publish(message(`other ${n}`));
    await eventually(() => observer.resets.length > 0, 10_000);
    const { epoch } = await other.head();
    expect(epoch).not.toBe(observer.heard[0]?.split(".")[0]);
    const { offset } = await log.publish(message("after"));
    await eventually(() => observer.heard.includes(`${epoch}.${offset}`), 10_000);
    expect([observer.faults, observer.resets.length]).toEqual([[], 1]);
  }, 30_000);

  test("a stream that somebody deleted is announced though nobody publishes, once", async () => {
    const server = await start();
    const log = await open(server);
    const observer = await LogObserver.on(log);
    for (let n = 0; n < 5; n++) await log.publish(message(`${n}`));
    await eventually(() => observer.heard.length === 5);
    const connection = await connect({ servers: server.url });
    await (await jetstreamManager(connection)).streams.delete("sse_sse");
    await connection.close();
    await eventually(() => observer.resets.length > 0, 10_000);
    const { epoch, offset } = await log.publish(message("after"));
    await eventually(() => observer.heard.length === 6, 10_000);
    expect([observer.resets, offset]).toEqual([[{ epoch, offset: 0 }], 1]);
  }, 30_000);

  test("a pause rejects within the limit, and nothing comes twice afterwards", async () => {
    const server = await start();
    const log = await open(server, { publishTimeoutMs: 500 });
    const observer = await LogObserver.on(log);
    await log.publish(message("before"));
    await server.pause();
    await expect(log.publish(message("may land"))).rejects.toMatchObject({
      code: "backplane",
      uncertain: true,
    });
    await expect(log.head()).rejects.toMatchObject({ code: "backplane" });
    server.resume();
    const flow = traffic(log);
    await eventually(() => flow.acknowledged.length > 20, 10_000);
    await flow.stop();
    await settles(observer, flow.acknowledged);
    expect(observer.resets).toEqual([]);
    expect(observer.heard.length - flow.acknowledged.length - 1).toBeLessThanOrEqual(
      1 + flow.rejected.length,
    );
  }, 30_000);

  test("a network that goes dead without a word is noticed by pings; afterwards nothing is missing", async () => {
    const server = await start();
    const network = await FrozenProxy.to(server.port);
    cleanups.push(() => network.close());
    const options = {
      maxReconnectAttempts: -1,
      reconnectTimeWait: 50,
      pingInterval: 300,
      maxPingOut: 2,
      timeout: 1_000,
    };
    const connection = await connect({
      servers: `nats://127.0.0.1:${network.port}`,
      ignoreClusterUpdates: true,
      ...options,
    });
    const log = natsBackplane(connection, { publishTimeoutMs: 500, onError: () => {} });
    cleanups.push(async () => {
      await log.close();
      await connection.close();
    });
    const observer = await LogObserver.on(log);
    const elsewhere = traffic(await open(server));
    await eventually(() => observer.heard.length > 20);
    network.cut();
    await expect(log.publish(message("x"))).rejects.toMatchObject({ code: "backplane" });
    network.heal();
    const before = observer.heard.length;
    await eventually(() => observer.heard.length > before + 50, 20_000);
    await elsewhere.stop();
    await settles(observer, elsewhere.acknowledged);
    expect(observer.resets).toEqual([]);
  }, 40_000);

  test("a connection that is closed rejects", async () => {
    const server = await start();
    const connection = await connect({ servers: server.url });
    const log = natsBackplane(connection, { onError: () => {}, publishTimeoutMs: 300 });
    await connection.close();
    await expect(log.publish(message("x"))).rejects.toMatchObject({ code: "backplane" });
    await expect(log.head()).rejects.toMatchObject({ code: "backplane" });
    await log.close();
  });

  test("what was on its way when the connection was closed may have been logged; what waited was not", async () => {
    const server = await start();
    const connection = await connect({ servers: server.url });
    const log = natsBackplane(connection, { onError: () => {} });
    await log.publish(message("before"));
    await server.pause();
    const sent = log.publish(message("sent")).catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 100)); // it is on its way now
    const waiting = log.publish(message("waiting")).catch((error: unknown) => error);
    await connection.close();
    expect(await sent).toMatchObject({ code: "backplane", uncertain: true });
    expect(await waiting).toMatchObject({ code: "backplane", uncertain: false });
    server.resume();
    await log.close();
  });

  test("what somebody else wrote into the stream is told once, and holds up nobody", async () => {
    const server = await start();
    const errors: unknown[] = [];
    const log = await open(server, { onError: (error) => errors.push(error) });
    const observer = await LogObserver.on(log);
    const { epoch } = await log.publish(message("1"));
    const connection = await connect({ servers: server.url });
    cleanups.push(() => connection.close());
    const { config } = await (await jetstreamManager(connection)).streams.info("sse_sse");
    for (const body of ["garbage", '["a",1]\n', "\n"]) {
      connection.publish(config.subjects[0]?.replace(">", "x") ?? "", body);
    }
    await connection.flush();
    await log.publish(message("2"));
    await eventually(() => observer.heard.length === 5);
    expect([observer.faults, observer.resets, errors.length]).toEqual([[], [], 3]);
    expect(String(errors[0])).toContain(`${epoch}.2`);
    const fresh = await open(server);
    const page = await fresh.replay({ epoch, offset: 0 }, ["a"], 10_000);
    expect([page.gap, page.frames.map(({ offset }) => offset)]).toEqual([undefined, [1, 5]]);
  });

  test("processes with different limits do not change them back and forth: who comes last has them its way", async () => {
    const server = await start();
    const large = await open(server, { replay: { maxEvents: 100 } });
    await large.publish(message("1"));
    const small = await open(server, { replay: { maxEvents: 10 } });
    await small.head();
    await large.head();
    for (let n = 2; n <= 30; n++) await large.publish(message(`${n}`));
    const { epoch } = await large.head();
    expect(await large.replay({ epoch, offset: 0 }, ["a"], 10_000)).toMatchObject({ from: { offset: 20 } });
  });

  test("a stream that is full and refuses new events rejects certainly, and says why", async () => {
    const server = await start();
    const log = await open(server, { publishTimeoutMs: 1_500, replay: { maxEvents: 2 } });
    await Promise.all([log.publish(message("1")), log.publish(message("2"))]);
    const connection = await connect({ servers: server.url });
    cleanups.push(() => connection.close());
    const { streams } = await jetstreamManager(connection);
    await streams.update("sse_sse", { discard: DiscardPolicy.New });
    const rejected = await Promise.allSettled([log.publish(message("3")), log.publish(message("4"))]);
    for (const { reason } of rejected as PromiseRejectedResult[]) {
      expect(reason).toMatchObject({ code: "backplane", uncertain: false });
      expect(reason.message).toContain("maximum messages exceeded");
    }
    await streams.update("sse_sse", { discard: DiscardPolicy.Old });
    expect((await log.publish(message("5"))).offset).toBe(3);
  });

  test("events that somebody deleted are a gap for whoever misses them, and nothing comes twice", async () => {
    const server = await start();
    const log = await open(server);
    for (let n = 1; n <= 20; n++) await log.publish(message(`${n}`));
    const { epoch } = await log.head();
    const connection = await connect({ servers: server.url });
    cleanups.push(() => connection.close());
    const { streams } = await jetstreamManager(connection);
    for (const n of [5, 6, 12, 20]) await streams.deleteMessage("sse_sse", n);
    const pages = await pagesOf(await open(server), { epoch, offset: 2 }, 20);
    expect(pages.map(({ gap, from }) => [gap, from.offset])).toEqual([
      [undefined, 2],
      ["expired", 6],
      ["expired", 12],
      ["expired", 20],
    ]);
    const offsets = pages.flatMap(({ frames }) => frames.map(({ offset }) => offset));
    expect(offsets).toEqual([3, 4, 7, 8, 9, 10, 11, 13, 14, 15, 16, 17, 18, 19]);
  });
});
