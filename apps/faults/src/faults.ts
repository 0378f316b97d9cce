import { answers } from "./answers.ts";
import { contents } from "./contents.ts";
import { cuts } from "./cuts.ts";
import type { Fault } from "./fault.ts";
import { programs } from "./programs.ts";

/** Everything that can happen to a connection: one row each. */
export const faults: readonly Fault[] = [...cuts, ...answers, ...contents, ...programs];
