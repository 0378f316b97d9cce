// next.ts
import { hub } from "./hub.ts";

export const dynamic = "force-dynamic";
export const GET = (request: Request): Promise<Response> => hub.respond(request);
