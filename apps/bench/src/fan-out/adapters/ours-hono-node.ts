import { oursBehind } from "./portable.ts";
import { byHonoNodeServer } from "./web-servers.ts";

export const open = oursBehind(byHonoNodeServer);
