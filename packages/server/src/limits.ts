import { limitTable } from "./options.ts";

/** What connections of a hub may cost. */
export interface LimitOptions {
  /** Connections of the hub in this process. Default: false, no limit. */
  readonly maxConnections?: number | false | undefined;
  /** Connections of one principal, where one is named; false: no limit. Default: 16. */
  readonly maxPerPrincipal?: number | false | undefined;
  /** Connections from one address, where the caller names it; false: no limit. Default: 64. */
  readonly maxPerIp?: number | false | undefined;
  /** Size of one published event, serialized, in bytes; false: no limit. Default: 1,048,576 (1 MiB). */
  readonly maxEventBytes?: number | false | undefined;
  /** Bytes that may wait for one slow client; false: no limit. Default: 1,048,576 (1 MiB). */
  readonly maxQueueBytes?: number | false | undefined;
  /**
   * How long bytes may wait without any leaving, in milliseconds: at most a sixteenth less, and up to twice as long
   * where some left before. False: for ever. Default: 10,000.
   */
  readonly maxStallMs?: number | false | undefined;
  /** Connections are closed after so many milliseconds, a quarter more or less, and come back. Default: false, no limit. */
  readonly maxDurationMs?: number | false | undefined;
}

const LIMITS = {
  maxConnections: false,
  maxPerPrincipal: 16,
  maxPerIp: 64,
  maxEventBytes: 1_048_576,
  maxQueueBytes: 1_048_576,
  maxStallMs: 10_000,
  maxDurationMs: false,
} as const;

export type Limits = Readonly<Record<keyof typeof LIMITS, number | false>>;

/** @throws InvalidOptionError */
export function resolveLimits(options: LimitOptions = {}): Limits {
  return limitTable("limits", options, LIMITS);
}

/** Who holds a connection, as far as it is known. */
export interface Holder {
  readonly principal: string | undefined;
  readonly ip: string | undefined;
}

/** 503: the server is full. 429: this one has enough. */
export type Refused = 429 | 503;

/** Counts who holds how many connections, those that are still being let in among them. */
export class Admission {
  readonly #limits: Limits;
  #all = 0;
  readonly #principals = new Counts();
  readonly #ips = new Counts();

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** A place for a connection from this address, to be given back by `leave`; or why there is none. */
  enter(ip: string | undefined): Ticket | Refused {
    if (isReached(this.#all, this.#limits.maxConnections)) return 503;
    if (ip !== undefined && isReached(this.#ips.of(ip), this.#limits.maxPerIp)) return 429;
    this.#all++;
    this.#ips.add(ip, 1);
    return new Ticket(this, ip);
  }

  /** Once it is known who asks. */
  name(principal: string | undefined): 429 | undefined {
    if (principal === undefined) return undefined;
    if (isReached(this.#principals.of(principal), this.#limits.maxPerPrincipal)) return 429;
    this.#principals.add(principal, 1);
    return undefined;
  }

  leave({ principal, ip }: Holder): void {
    this.#all--;
    this.#ips.add(ip, -1);
    this.#principals.add(principal, -1);
  }
}

/** One place, taken until it is left. */
export class Ticket {
  readonly #admission: Admission;
  readonly #ip: string | undefined;
  #principal: string | undefined;
  #isLeft = false;

  constructor(admission: Admission, ip: string | undefined) {
    this.#admission = admission;
    this.#ip = ip;
  }

  get holder(): Holder {
    return { principal: this.#principal, ip: this.#ip };
  }

  /** Who has left already is not counted. */
  name(principal: string | undefined): 429 | undefined {
    const refused = this.#isLeft ? undefined : this.#admission.name(principal);
    if (refused === undefined) this.#principal = principal;
    return refused;
  }

  leave(): void {
    if (this.#isLeft) return;
    this.#isLeft = true;
    this.#admission.leave(this.holder);
  }
}

class Counts {
  readonly #counts = new Map<string, number>();

  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  add(name: string | undefined, by: 1 | -1): void {
    if (name === undefined) return;
    const count = this.of(name) + by;
    if (count === 0) this.#counts.delete(name);
    else this.#counts.set(name, count);
  }
}

function isReached(count: number, limit: number | false): boolean {
  return limit !== false && count >= limit;
}
