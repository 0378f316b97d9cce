// sveltekit.ts
import { hub } from "./global-hub.ts";

export const GET = ({ request }: { request: Request }): Promise<Response> => hub.respond(request);
export const OPTIONS = GET;
