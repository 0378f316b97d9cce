import { InvalidOptionError } from "@sse/protocol";

/** A client of `redis` (node-redis 5 or 6), alone or of `createSentinel` or `createCluster`: what is used of it. */
export interface NodeRedisClient {
  duplicate(options?: object): NodeRedisClient;
  connect(): Promise<unknown>;
  // Each kind of client has parameters of its own here.
  // biome-ignore lint/suspicious/noExplicitAny: methods of all three kinds are to fit
  sendCommand(...args: any[]): Promise<unknown>;
  destroy(): unknown;
  // biome-ignore lint/suspicious/noExplicitAny: what listeners are given differs by event
  on(event: string, listener: (...args: any[]) => void): unknown;
}

/** A client of `ioredis` (5 or 6), alone, with Sentinel, or its `Cluster`: what is used of it. */
export interface IoRedisClient {
  // biome-ignore lint/suspicious/noExplicitAny: a cluster's has other parameters
  duplicate(...args: any[]): IoRedisClient;
  connect(): Promise<unknown>;
  call(command: string, ...args: string[]): Promise<unknown>;
  disconnect(): void;
  // biome-ignore lint/suspicious/noExplicitAny: what listeners are given differs by event
  on(event: string, listener: (...args: any[]) => void): unknown;
}

/** The user's own client. It is only duplicated: the backplane has connections of its own, two a process. */
export type RedisClient = NodeRedisClient | IoRedisClient;

/** @throws InvalidOptionError for a URL, for one, and for node-redis 4, whose connections could not be closed */
export function checkedClient(client: RedisClient): RedisClient {
  const { duplicate, call, destroy } = Object(client);
  const ends = typeof call === "function" ? call : destroy;
  if (typeof duplicate === "function" && typeof ends === "function") return client;
  throw new InvalidOptionError("redisBackplane takes a client of redis or ioredis, version 5 or 6.");
}

/** One connection. It works until it fails once; then another is made. */
export interface RedisConnection {
  /** `key` is one of the command's, for a cluster to find its way. */
  call(key: string, command: string, args: readonly string[]): Promise<unknown>;
  close(): void;
}

/** Begins a connection; `onFailure` is told when it breaks, which may be at once. */
export function openConnection(client: RedisClient, onFailure: (error: unknown) => void): PendingConnection {
  return "call" in client ? openIoRedis(client, onFailure) : openNodeRedis(client, onFailure);
}

export interface PendingConnection {
  readonly connection: RedisConnection;
  readonly ready: Promise<unknown>;
}

/** Nothing waits in a client or is sent again by it: what becomes of a call is known as soon as the connection breaks. */
const IOREDIS_OPTIONS = {
  lazyConnect: true,
  enableOfflineQueue: true,
  autoResendUnfulfilledCommands: false,
  retryStrategy: () => null,
  clusterRetryStrategy: () => null,
  maxRetriesPerRequest: 0,
  // A connection that is given up is not waited for.
  disconnectTimeout: 100,
  commandTimeout: undefined,
};

function openIoRedis(client: IoRedisClient, onFailure: (error: unknown) => void): PendingConnection {
  const isCluster = "isCluster" in client && client.isCluster === true;
  const own = isCluster ? client.duplicate([], IOREDIS_OPTIONS) : client.duplicate(IOREDIS_OPTIONS);
  own.on("error", onFailure);
  own.on("close", () => onFailure(new Error("the connection to Redis was closed")));
  return {
    connection: {
      call: (_key, command, args) => own.call(command, ...args),
      close: () => own.disconnect(),
    },
    ready: own.connect(),
  };
}

function openNodeRedis(client: NodeRedisClient, onFailure: (error: unknown) => void): PendingConnection {
  const own = client.duplicate({ disableOfflineQueue: true });
  own.on("error", onFailure);
  return {
    connection: {
      call: (key, command, args) => own.sendCommand(...addressed(own, key, [command, ...args])),
      close() {
        try {
          // A sentinel's is asynchronous.
          Promise.resolve(own.destroy()).catch(() => {});
        } catch {
          // It was closed already.
        }
      },
    },
    ready: own.connect(),
  };
}

/** What `sendCommand` takes: a cluster wants the key, and a sentinel to know that it is no mere reading. */
function addressed(client: NodeRedisClient, key: string, command: readonly string[]): readonly unknown[] {
  if ("slots" in client) return [key, false, command];
  if ("getSentinelNode" in client) return [false, command];
  return [command];
}
