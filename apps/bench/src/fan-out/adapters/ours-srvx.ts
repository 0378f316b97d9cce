import { oursBehind } from "./portable.ts";
import { bySrvx } from "./web-servers.ts";

export const open = oursBehind(bySrvx);
