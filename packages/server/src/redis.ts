/// <reference lib="esnext.disposable" preserve="true" />
export { type RedisBackplaneOptions, redisBackplane } from "./backplane/redis-backplane.ts";
export type { IoRedisClient, NodeRedisClient, RedisClient } from "./backplane/redis-client.ts";
