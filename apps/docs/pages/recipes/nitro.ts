// nitro.ts
import { defineHandler } from "h3";
import { hub } from "./hub.ts";

export default defineHandler((event) => hub.respond(event.req));
