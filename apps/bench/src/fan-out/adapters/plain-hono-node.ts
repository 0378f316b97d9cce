import { plainBehind } from "./portable.ts";
import { byHonoNodeServer } from "./web-servers.ts";

export const open = plainBehind(byHonoNodeServer);
