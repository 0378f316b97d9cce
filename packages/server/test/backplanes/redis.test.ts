import { InvalidOptionError } from "@sse/protocol";
import { Redis as IoRedis } from "ioredis";
import { Redis as IoRedis5 } from "ioredis5";
import { createClient } from "redis";
import { createClient as createClient5 } from "redis5";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RedisClient } from "../../src/redis.ts";
import { redisBackplane } from "../../src/redis.ts";
import { type BackplaneUnderTest, testBackplane } from "../contracts/backplane.ts";
import { testControl } from "../contracts/control.ts";
import { hasRedis, RedisServer } from "../support/redis-server.ts";

describe.runIf(hasRedis)("on a real Redis", () => {
  let server: RedisServer;
  let names = 0;
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server.stop());

  function testClient(title: string, client: () => RedisClient): void {
    const setUp = async (): Promise<BackplaneUnderTest> => {
      const name = `log-${++names}`;
      const opened: ReturnType<typeof redisBackplane>[] = [];
      return {
        async open(replay) {
          const backplane = redisBackplane(client(), { name, replay });
          opened.push(backplane);
          return backplane;
        },
        async dispose() {
          for (const backplane of opened) await backplane.close();
        },
      };
    };
    testBackplane(`on Redis with ${title}`, setUp);
    testControl(`on Redis with ${title}`, setUp);
  }
  testClient("node-redis 6", () => createClient({ url: server.url }));
  testClient("node-redis 5", () => createClient5({ url: server.url }));
  testClient("ioredis 6", () => new IoRedis(server.url, { lazyConnect: true }));
  testClient("ioredis 5", () => new IoRedis5(server.url, { lazyConnect: true }));
});

// Nothing tells of it otherwise: every call waits for its time, and what it says then is of an outage.
test.each([
  ["a URL", "redis://127.0.0.1"],
  ["nothing", undefined],
  [
    "a client of node-redis 4, whose connections cannot be closed",
    Object.assign(createClient(), { destroy: undefined }),
  ],
])("what is no client of a Redis is refused at once: %s", (_title, client) => {
  // Their types refuse it; JavaScript does not.
  expect(() => redisBackplane(client as never)).toThrow(InvalidOptionError);
});
