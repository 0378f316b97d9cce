/** What the cluster gives to a process that serves live streams, as its one argument in JSON. */
export interface LiveProcessOptions {
  readonly port: number;
  readonly redisPort: number;
}

/** What such a process tells: that it listens, and how many streams it has whenever that changes. */
export type FromLiveProcess = { readonly streams: number };

export interface ToLiveProcess {
  readonly how: "cut" | "stall";
  readonly page: string;
}
