import type { Check } from "./bench.ts";
import { closing } from "./cases/closing.ts";
import { construction } from "./cases/construction.ts";
import { format } from "./cases/format.ts";
import { messages } from "./cases/messages.ts";
import { origins } from "./cases/origins.ts";
import { reconnection } from "./cases/reconnection.ts";
import { requests } from "./cases/requests.ts";

/** All checks of the suite. */
export const checks: readonly Check[] = [
  ...construction,
  ...requests,
  ...messages,
  ...format,
  ...reconnection,
  ...closing,
  ...origins,
];
