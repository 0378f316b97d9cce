import type { Check } from "../runners/check.ts";
import { ending } from "./checks/ending.ts";
import { guarding } from "./checks/guarding.ts";
import { leaving } from "./checks/leaving.ts";
import { native } from "./checks/native.ts";
import { opening } from "./checks/opening.ts";
import { pacing } from "./checks/pacing.ts";
import { resuming } from "./checks/resuming.ts";
import type { ServerTools } from "./tools.ts";

/** What the server promises, wherever it runs. */
export const serverList: readonly Check<ServerTools>[] = [
  ...opening,
  ...pacing,
  ...ending,
  ...leaving,
  ...resuming,
  ...guarding,
  ...native,
];
