import { plainBehind } from "./portable.ts";
import { byRuntime } from "./runtime-servers.ts";

export const open = plainBehind(byRuntime);
