// nestjs.ts
import { Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { toNodeListener } from "@sse/server/node";
import { hub } from "./global-hub.ts";

class AppModule {}
Module({})(AppModule); // which is @Module({}), where decorators are compiled

const app = await NestFactory.create(AppModule);
app.use("/events", toNodeListener(hub.respond));
await app.listen(Number(process.env.PORT ?? 3000), "127.0.0.1");
