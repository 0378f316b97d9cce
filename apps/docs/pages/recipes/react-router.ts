// remix.ts
import { hub } from "./hub.ts";

export const loader = ({ request }: { request: Request }): Promise<Response> => hub.respond(request);
