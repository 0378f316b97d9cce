// nitro.ts
import { defineHandler } from "nitro/h3";
import { hub } from "./global-hub.ts";

export default defineHandler((event) => hub.respond(event.req));
