import { RetryableError } from "./outbox.ts";
import { openConnection, type RedisClient, type RedisConnection } from "./redis-client.ts";
import { pause, within } from "./retry.ts";

/** Redis itself has answered, and its answer is no. */
class RefusedError extends Error {}

/** What is answered while a server starts, steps down, or moves; the next connection may lead to the right one. */
const PASSING = /^-?(READONLY|LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|MOVED|ASK|UNBLOCKED|BUSY|NOREPLICAS)\b/;
/** Answers begin with a word in capitals; what clients say of broken connections does not. */
const ANSWER = /^-?(?!ECONN|EPIPE|ETIMEDOUT)[A-Z]{2,} /;

/** What is kept of a client's error. Others put the command beside it, which may have a password, or an event. */
function bare(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  // Where every address of a name refuses, the message is empty.
  const { message, code } = error as Error & { readonly code?: unknown };
  return new Error(message || String(code ?? error.name));
}

/** A function is asked when the connection is there. What it throws goes to the caller. */
type Arguments = readonly string[] | (() => readonly string[]);

/** A script and, once it was computed, the name that Redis has for it. */
export class RedisScript {
  readonly source: string;
  #digest: Promise<string> | undefined;

  constructor(source: string) {
    this.source = source;
  }

  get digest(): Promise<string> {
    this.#digest ??= crypto.subtle
      .digest("SHA-1", new TextEncoder().encode(this.source))
      .then((hash) =>
        Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join(""),
      );
    return this.#digest;
  }
}

/** A connection that is made when it is needed, and again after it broke. Never two at once. */
export class RedisLink {
  readonly #client: RedisClient;
  readonly #connectMs: number;
  #connection: Promise<RedisConnection> | undefined;
  #isClosed = false;
  /** Ends the connection, or the attempt at one, and whatever waits for it. */
  #end: () => void = () => {};

  constructor(client: RedisClient, connectMs: number) {
    this.#client = client;
    this.#connectMs = connectMs;
  }

  /** @throws RetryableError if it may help to try again, another error if Redis refused */
  async call(key: string, command: string, args: Arguments, timeoutMs: number): Promise<unknown> {
    const pending = this.#connected();
    let connection: RedisConnection;
    try {
      connection = await pending;
    } catch (error) {
      throw new RetryableError(false, bare(error));
    }
    const words = typeof args === "function" ? args() : args;
    try {
      return await within(connection.call(key, command, words), timeoutMs, () => {});
    } catch (error) {
      const failure = bare(error);
      const isPassing = PASSING.test(failure.message);
      if (ANSWER.test(failure.message) && !isPassing) throw new RefusedError(failure.message);
      this.#drop(pending, connection);
      throw new RetryableError(!isPassing, failure);
    }
  }

  /** `call`, with a script. `args` are the number of keys, the keys, and what is given beside. */
  async run(
    key: string,
    script: RedisScript,
    args: () => readonly string[],
    timeoutMs: number,
  ): Promise<unknown> {
    const digest = await script.digest;
    try {
      return await this.call(key, "EVALSHA", () => [digest, ...args()], timeoutMs);
    } catch (error) {
      if (!(error instanceof RefusedError) || !error.message.includes("NOSCRIPT")) throw error;
      return this.call(key, "EVAL", () => [script.source, ...args()], timeoutMs);
    }
  }

  /** As `run`, again and again until there is an answer or the time is over. */
  async ask(
    key: string,
    script: RedisScript,
    args: () => readonly string[],
    withinMs: number,
  ): Promise<unknown> {
    const end = performance.now() + withinMs;
    let first: unknown;
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.run(key, script, args, Math.max(1, end - performance.now()));
      } catch (error) {
        if (!(error instanceof RetryableError)) throw error;
        first ??= error; // it says most: the last is often that the time was over
        const left = end - performance.now();
        if (this.#isClosed || left <= 0) throw first;
        await pause(attempt, left);
      }
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#end();
  }

  #connected(): Promise<RedisConnection> {
    this.#connection ??= this.#connect();
    return this.#connection;
  }

  async #connect(): Promise<RedisConnection> {
    if (this.#isClosed) throw new Error("the backplane is closed");
    const { promise: failure, reject } = Promise.withResolvers<never>();
    failure.catch(() => {});
    const { connection, ready } = openConnection(this.#client, reject);
    ready.catch(() => {});
    this.#end = () => {
      reject(new Error("the backplane is closed"));
      connection.close();
    };
    try {
      await within(Promise.race([ready, failure]), this.#connectMs, () => {});
    } catch (error) {
      this.#connection = undefined;
      connection.close();
      throw error;
    }
    return {
      call: (key, command, args) => Promise.race([connection.call(key, command, args), failure]),
      close: () => connection.close(),
    };
  }

  #drop(pending: Promise<RedisConnection>, connection: RedisConnection): void {
    if (this.#connection === pending) this.#connection = undefined;
    connection.close();
  }
}
