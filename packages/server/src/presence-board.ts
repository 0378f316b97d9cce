import type { ChannelCount, ControlMessage } from "./control-message.ts";
import type { PresenceChange } from "./presence-options.ts";

const MAX_PRINCIPALS = 1_000;

/** The connections of one principal on one channel are counted; those without are under `undefined`. */
type Members = Map<string | undefined, number>;

interface Process {
  readonly counts: Map<string, ChannelCount>;
  /** When it was heard of last. */
  heard: number;
}

interface Told {
  readonly connections: number;
  readonly principals: ReadonlySet<string>;
}

/** What is known of who is where: exact for this process, and as the others last said it for them. No timers here. */
export class PresenceBoard {
  readonly #members = new Map<string, Members>();
  readonly #processes = new Map<string, Process>();
  /** What listeners of a channel were told last. */
  readonly #told = new Map<string, Told>();
  /** Channels that changed here, and are to be said to the others. */
  #changed = new Set<string>();

  enter(channels: readonly string[], principal: string | undefined): void {
    for (const channel of channels) {
      const members: Members = this.#members.get(channel) ?? new Map();
      this.#members.set(channel, members);
      members.set(principal, (members.get(principal) ?? 0) + 1);
      this.#changed.add(channel);
    }
  }

  leave(channels: readonly string[], principal: string | undefined): void {
    for (const channel of channels) {
      const members = this.#members.get(channel);
      const count = members?.get(principal);
      if (members === undefined || count === undefined) continue;
      if (count > 1) members.set(principal, count - 1);
      else members.delete(principal);
      if (members.size === 0) this.#members.delete(channel);
      this.#changed.add(channel);
    }
  }

  /** What another process says. False: it is one that was not known, and did not say what it has. */
  hear({ from, counts, leaves }: ControlMessage, now: number): boolean {
    if (leaves) {
      this.#processes.delete(from);
      return true;
    }
    const known = this.#processes.get(from);
    const process: Process = known ?? { counts: new Map(), heard: now };
    this.#processes.set(from, process);
    process.heard = now;
    for (const count of counts ?? []) {
      if (count.connections > 0) process.counts.set(count.channel, count);
      else process.counts.delete(count.channel);
    }
    return known !== undefined || counts !== undefined;
  }

  /** Forgets the processes that were last heard of before this. */
  forget(before: number): void {
    for (const [from, { heard }] of this.#processes) if (heard < before) this.#processes.delete(from);
  }

  /** What changed here since it was asked last; all of it, where the others may know nothing. */
  takeChanges(all: boolean): readonly ChannelCount[] {
    const channels = all ? new Set([...this.#changed, ...this.#members.keys()]) : this.#changed;
    this.#changed = new Set();
    return [...channels].map((channel) => this.#countHere(channel));
  }

  now(channel: string): { readonly connections: number; readonly principals: readonly string[] } {
    let { connections } = this.#countHere(channel);
    const principals = new Set<string>();
    for (const principal of this.#members.get(channel)?.keys() ?? []) {
      if (principal !== undefined) principals.add(principal);
    }
    for (const { counts } of this.#processes.values()) {
      const there = counts.get(channel);
      connections += there?.connections ?? 0;
      for (const principal of there?.principals ?? []) principals.add(principal);
    }
    return { connections, principals: [...principals].sort() };
  }

  /** From here on changes of this channel are told. */
  watch(channel: string): void {
    if (!this.#told.has(channel)) this.#told.set(channel, this.#stateOf(channel));
  }

  unwatch(channel: string): void {
    this.#told.delete(channel);
  }

  /** What is different from what was told last, channel by channel. */
  *changes(): IterableIterator<readonly [string, PresenceChange]> {
    for (const [channel, before] of this.#told) {
      const after = this.#stateOf(channel);
      const joined = [...after.principals].filter((principal) => !before.principals.has(principal));
      const left = [...before.principals].filter((principal) => !after.principals.has(principal));
      if (joined.length + left.length === 0 && after.connections === before.connections) continue;
      this.#told.set(channel, after);
      yield [channel, { connections: after.connections, joined, left }];
    }
  }

  #stateOf(channel: string): Told {
    const { connections, principals } = this.now(channel);
    return { connections, principals: new Set(principals) };
  }

  #countHere(channel: string): ChannelCount {
    const members: Members = this.#members.get(channel) ?? new Map();
    const principals: string[] = [];
    let connections = 0;
    for (const [principal, count] of members) {
      connections += count;
      if (principal !== undefined && principals.length < MAX_PRINCIPALS) principals.push(principal);
    }
    return { channel, connections, principals };
  }
}
