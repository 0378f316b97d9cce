// koa.ts
import { toRequest, writeResponse } from "@sse/server/node";
import Koa from "koa";
import { hub } from "./hub.ts";

const app = new Koa();
app.use(async (context, next) => {
  if (context.path !== "/events") return next();
  const response = await hub.respond(toRequest(context.req, context.res), { ip: context.ip });
  context.respond = false;
  await writeResponse(response, context.req, context.res);
});
app.listen(Number(process.env.PORT ?? 3000), "127.0.0.1");
