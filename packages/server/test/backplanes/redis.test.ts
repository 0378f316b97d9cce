import { Redis as IoRedis } from "ioredis";
import { Redis as IoRedis5 } from "ioredis5";
import { createClient } from "redis";
import { createClient as createClient5 } from "redis5";
import { afterAll, beforeAll, describe } from "vitest";
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
