import type { Target } from "./cells.ts";
import type { Chunking } from "./chunks.ts";
import type { Sample } from "./job.ts";
import type { RuntimeName } from "./runtimes.ts";

/** The raw outcome of one run on one runtime, as it is kept in `results/`. */
export interface RunResult {
  readonly runtime: RuntimeName;
  readonly date: string;
  readonly machine: Machine;
  /** Versions of the runtime and of the measured packages. */
  readonly versions: { readonly [name: string]: string };
  readonly settings: Settings;
  readonly cells: readonly CellResult[];
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly platform: string;
}

export interface Settings {
  /** Fresh processes for every adapter and cell. */
  readonly processes: number;
  /** Samples taken in each of them, in turn between the adapters. */
  readonly rounds: number;
  readonly sampleMs: number;
  readonly warmupMs: number;
}

export interface CellResult {
  readonly id: string;
  readonly corpus: string;
  readonly chunking: Chunking;
  readonly runtime: RuntimeName;
  readonly bytes: number;
  readonly events: number;
  readonly target: Target;
  readonly adapters: { readonly [name: string]: AdapterResult };
}

export interface AdapterResult {
  /** `wrong`: it lost or changed something, so it was not timed. `slow`: it did not finish in time. */
  readonly status: "ok" | "wrong" | "slow";
  /** Why it was not timed; not kept. */
  readonly reason?: string;
  /** In the order taken; the same place in two adapters is the same round. */
  readonly samples: readonly Sample[];
}
