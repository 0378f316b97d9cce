/** What the two child processes are asked, and what they answer: one JSON a line, one question at a time. */
export interface ServerQuestions {
  /** Publishes so many turns of so many events; answers when the last one is published. */
  publish: { ask: PublishOrder; answer: { readonly published: number } };
  /** Processor time since the last time this was asked, in microseconds, and the clock's. */
  cpu: { ask: Nothing; answer: Cpu };
  /** After collecting garbage, in bytes. */
  memory: { ask: Nothing; answer: Memory };
  /** Publishes without anybody who listens. */
  alone: {
    ask: { readonly events: number; readonly validate: boolean };
    answer: { readonly nsEach: number };
  };
}

export interface ClientQuestions {
  /** Connects so many; answers when each has its response. `stalled` of them never read after that. */
  open: {
    ask: { readonly connections: number; readonly stalled: number };
    answer: { readonly open: number };
  };
  /** From now on counts anew. With times, the latency of each event. */
  reset: { ask: { readonly times: boolean }; answer: Nothing };
  /** Answers when everybody who reads has so many events, or when there is no hope. */
  wait: { ask: { readonly events: number; readonly timeoutMs: number }; answer: Received };
  /** Those that stopped reading read on; `since` is a time that the newest event has, or a later one. */
  resume: { ask: { readonly since: number }; answer: Resumed };
  cpu: { ask: Nothing; answer: Cpu };
}

export type Nothing = { readonly [name in never]: never };

export interface PublishOrder {
  readonly turns: number;
  readonly perTurn: number;
  readonly everyMs: number;
  /** Bytes more than usual for each event. */
  readonly padding: number;
  /** No turn begins after this. */
  readonly maxMs: number;
}

export interface Cpu {
  readonly userUs: number;
  readonly systemUs: number;
  readonly wallUs: number;
}

export interface Memory {
  readonly rss: number;
  readonly heap: number;
  readonly connections: number;
}

export interface Received {
  /** Connections that have exactly what was expected, and those that have not. */
  readonly complete: number;
  readonly incomplete: number;
  readonly closed: number;
  readonly bytes: number;
  /** Milliseconds; undefined where no times were asked for. */
  readonly p50?: number;
  readonly p99?: number;
}

/** Of clients that had stopped reading. */
export interface Resumed {
  /** Whose connection is still open. */
  readonly alive: number;
  /** Who was told of a gap. */
  readonly gaps: number;
  /** Who has the newest event. */
  readonly current: number;
}
