// h3.ts
import { H3, serve } from "h3";
import { hub } from "./hub.ts";

const app = new H3();
app.all("/events", (event) => hub.respond(event.req));
serve(app, { port: Number(process.env.PORT ?? 3000), hostname: "127.0.0.1" });
