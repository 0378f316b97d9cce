// astro.ts
import { hub } from "./global-hub.ts";

export const prerender = false;
export const ALL = ({ request }: { request: Request }): Promise<Response> => hub.respond(request);
