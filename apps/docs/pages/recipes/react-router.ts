// react-router.ts
import { hub } from "./global-hub.ts";

export const loader = ({ request }: { request: Request }): Promise<Response> => hub.respond(request);
