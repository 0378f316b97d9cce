import { oursBehind } from "./portable.ts";
import { byRuntime } from "./runtime-servers.ts";

export const open = oursBehind(byRuntime);
