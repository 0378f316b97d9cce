import { positive } from "./options.ts";

export interface LimitOptions {
  /** Connections of the hub in this process; false: no limit. Default: no limit. */
  readonly maxConnections?: number | false | undefined;
  /** Connections of one principal, where one is named; false: no limit. Default: 16. */
  readonly maxPerPrincipal?: number | false | undefined;
  /** Connections from one address, where the caller names it; false: no limit. Default: 64. */
  readonly maxPerIp?: number | false | undefined;
  /** Serialized size of one published event, in bytes. Default: 1,048,576 (1 MiB). */
  readonly maxEventBytes?: number | undefined;
  /** Bytes that may wait for one slow client. Default: 1,048,576 (1 MiB). */
  readonly maxQueueBytes?: number | undefined;
  /** How long bytes may wait without any leaving, in milliseconds; false: for ever. Default: 10,000. */
  readonly maxStallMs?: number | false | undefined;
  /** Connections are ended after so long, ±10 %, and come back; in milliseconds. Default: never. */
  readonly maxDurationMs?: number | false | undefined;
}

/** Who holds a connection, as far as it is known. */
export interface Holder {
  readonly principal: string | undefined;
  readonly ip: string | undefined;
}

/** Counts who holds how many connections. */
export class Admission {
  readonly #max: { readonly all: number; readonly principal: number; readonly ip: number };
  #all = 0;
  readonly #principals = new Map<string, number>();
  readonly #ips = new Map<string, number>();

  constructor(options: LimitOptions) {
    this.#max = {
      all: positive("limits.maxConnections", options.maxConnections, 0),
      principal: positive("limits.maxPerPrincipal", options.maxPerPrincipal, 16),
      ip: positive("limits.maxPerIp", options.maxPerIp, 64),
    };
  }

  get connections(): number {
    return this.#all;
  }

  /** 503: the server is full. 429: this one has enough. `undefined`: taken in, until `leave`. */
  enter({ principal, ip }: Holder): 429 | 503 | undefined {
    if (reached(this.#all, this.#max.all)) return 503;
    if (principal !== undefined && reached(this.#principals.get(principal) ?? 0, this.#max.principal))
      return 429;
    if (ip !== undefined && reached(this.#ips.get(ip) ?? 0, this.#max.ip)) return 429;
    this.#all++;
    if (principal !== undefined) add(this.#principals, principal, 1);
    if (ip !== undefined) add(this.#ips, ip, 1);
    return undefined;
  }

  leave({ principal, ip }: Holder): void {
    this.#all--;
    if (principal !== undefined) add(this.#principals, principal, -1);
    if (ip !== undefined) add(this.#ips, ip, -1);
  }
}

function reached(count: number, max: number): boolean {
  return max > 0 && count >= max;
}

function add(counts: Map<string, number>, name: string, by: 1 | -1): void {
  const count = (counts.get(name) ?? 0) + by;
  if (count === 0) counts.delete(name);
  else counts.set(name, count);
}
