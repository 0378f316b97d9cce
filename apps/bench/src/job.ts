import type { Workload } from "./adapters/adapter.ts";
import type { Chunking } from "./chunks.ts";

/** What a child process is told when it starts. */
export interface Job {
  readonly adapter: string;
  readonly workload: Workload;
  readonly corpus: string;
  readonly chunking: Chunking;
  /** How long a sample takes, about, in milliseconds. */
  readonly sampleMs: number;
  /** How long it warms up before it says that it is ready, in milliseconds. */
  readonly warmupMs: number;
}

/** One measurement: nanoseconds for one pass over the corpus, of processor time and by the clock. */
export interface Sample {
  readonly cpuNs: number;
  readonly wallNs: number;
}

/** What a child process says, one JSON a line. */
export type Report =
  | { readonly kind: "ready"; readonly bytes: number; readonly events: number }
  | { readonly kind: "wrong"; readonly reason: string }
  | ({ readonly kind: "sample" } & Sample);
