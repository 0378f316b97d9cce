// ask-fastify.ts
import { toRequest, writeResponse } from "@sse/server/node";
import fastify from "fastify";
import { sayBack } from "./answer.ts";

const app = fastify();
app.post<{ Body: { question?: unknown } }>("/ask", async (request, reply) => {
  const response = sayBack(toRequest(request.raw, reply.raw), request.body);
  reply.hijack();
  await writeResponse(response, request.raw, reply.raw);
});
await app.listen({ port: Number(process.env.PORT ?? 3000), host: "127.0.0.1" });
