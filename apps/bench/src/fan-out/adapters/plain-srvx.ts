import { plainBehind } from "./portable.ts";
import { bySrvx } from "./web-servers.ts";

export const open = plainBehind(bySrvx);
