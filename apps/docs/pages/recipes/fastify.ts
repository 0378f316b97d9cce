// fastify.ts
import { toRequest, writeResponse } from "@sse/server/node";
import fastify from "fastify";
import { hub } from "./hub.ts";

const app = fastify();
app.get("/events", async (request, reply) => {
  const response = await hub.respond(toRequest(request.raw, reply.raw), { ip: request.ip });
  reply.hijack();
  await writeResponse(response, request.raw, reply.raw);
});
await app.listen({ port: Number(process.env.PORT ?? 3000), host: "127.0.0.1" });
