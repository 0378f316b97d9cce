import type { HubConnection } from "./hub-connection.ts";

/** How often it is looked whether all have closed. */
const STEP_MS = 20;

/** Whose grants were taken back while one request was let in. */
export class Revoked {
  #principals: Set<string> | undefined;

  add(principal: string): void {
    this.#principals ??= new Set();
    this.#principals.add(principal);
  }

  /** Nobody in particular is none of them. */
  has(principal: string | undefined): boolean {
    return principal !== undefined && this.#principals?.has(principal) === true;
  }
}

/** The connections that a hub has now, how to let go of what was taken for each, and the sums over all it had. */
export class OpenConnections {
  readonly #releases = new Map<HubConnection, () => void>();
  /** One for each request that is being let in. */
  readonly #entering = new Set<Revoked>();
  /** Of those that are closed. */
  #delivered = 0;
  #dropped = 0;

  get size(): number {
    return this.#releases.size;
  }

  /** Those of this moment: one that closes meanwhile does no harm. */
  get all(): readonly HubConnection[] {
    return [...this.#releases.keys()];
  }

  /** Lets a request in, or not: what is revoked meanwhile is revoked later than its grant was given, and counts. */
  async enter<T>(letIn: (revoked: Revoked) => Promise<T>): Promise<T> {
    const revoked = new Revoked();
    this.#entering.add(revoked);
    try {
      return await letIn(revoked);
    } finally {
      this.#entering.delete(revoked);
    }
  }

  add(connection: HubConnection, release: () => void): void {
    this.#releases.set(connection, release);
  }

  delete(connection: HubConnection): void {
    this.#releases.get(connection)?.();
    this.#releases.delete(connection);
    this.#delivered += connection.delivered;
    this.#dropped += connection.dropped;
  }

  /** Their grant was taken back. */
  revoke(principal: string): void {
    for (const revoked of this.#entering) revoked.add(principal);
    for (const connection of this.all) {
      if (connection.holder.principal === principal) connection.reauthenticate("revoked");
    }
  }

  sums(): { readonly connections: number; readonly delivered: number; readonly dropped: number } {
    let delivered = this.#delivered;
    let dropped = this.#dropped;
    for (const connection of this.#releases.keys()) {
      delivered += connection.delivered;
      dropped += connection.dropped;
    }
    return { connections: this.size, delivered, dropped };
  }

  /** Resolves when all have closed by themselves, or at a time of `performance.now`. */
  async untilEmpty(end: number): Promise<void> {
    while (this.size > 0 && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, Math.min(STEP_MS, end - performance.now())));
    }
  }
}
