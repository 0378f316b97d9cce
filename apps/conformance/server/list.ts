import type { Check } from "../runners/check.ts";
import { opening } from "./checks/opening.ts";
import type { ServerTools } from "./tools.ts";

/** What the server promises, wherever it runs. */
export const serverList: readonly Check<ServerTools>[] = [...opening];
