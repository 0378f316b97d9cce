// sveltekit.ts
import { hub } from "./hub.ts";

export const GET = ({ request }: { request: Request }): Promise<Response> => hub.respond(request);
