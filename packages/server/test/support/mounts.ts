import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer as createHttp } from "node:http";
import { createServer as createHttp2, createSecureServer } from "node:http2";
import { createServer as createHttps } from "node:https";
import { createRequire } from "node:module";
import type { AddressInfo, Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import express5, { type Response as Answer, type Request as Asked, type NextFunction } from "express";
import fastify from "fastify";
import Koa from "koa";
import { toNodeListener, toRequest, writeResponse } from "../../src/node.ts";

type Handler = (request: Request) => Response | Promise<Response>;

/** One way to serve a handler on Node, at `/events`. */
export interface Mount {
  readonly name: string;
  readonly protocol: "http:" | "https:";
  readonly version: 1 | 2;
  serve(handler: Handler): Promise<Mounted>;
}

export interface Mounted extends AsyncDisposable {
  readonly port: number;
}

/** What an error handler of a framework answers with, to see that the error came there; node itself has none. */
export const FRAMEWORK_ERROR = 599;

async function listening(server: Server): Promise<Mounted> {
  const sockets = new Set<{ destroy(): void }>();
  for (const event of ["connection", "secureConnection"]) {
    server.on(event, (socket) => sockets.add(socket));
  }
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

// Express 4 has the same types, as far as they are used here.
const express4 = createRequire(import.meta.url)("express4") as typeof express5;

function express(make: typeof express5): Mount["serve"] {
  return (handler) => {
    const app = make();
    app.use("/events", toNodeListener(handler));
    app.use((_error: unknown, _request: Asked, response: Answer, _next: NextFunction) => {
      response.status(FRAMEWORK_ERROR).end();
    });
    return listening(createHttp(app));
  };
}

async function inFastify(handler: Handler): Promise<Mounted> {
  const app = fastify({ forceCloseConnections: true });
  app.setErrorHandler((_error, _request, reply) => reply.code(FRAMEWORK_ERROR).send());
  app.get("/events", async (request, reply) => {
    const response = await handler(toRequest(request.raw, reply.raw));
    reply.hijack();
    await writeResponse(response, request.raw, reply.raw);
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return { port, [Symbol.asyncDispose]: async () => void (await app.close()) };
}

function inKoa(handler: Handler): Promise<Mounted> {
  const app = new Koa();
  app.silent = true;
  app.use(async (context, next) => {
    try {
      await next();
    } catch {
      context.status = FRAMEWORK_ERROR;
    }
  });
  app.use(async (context) => {
    const response = await handler(toRequest(context.req, context.res));
    context.respond = false;
    await writeResponse(response, context.req, context.res);
  });
  return listening(createHttp(app.callback()));
}

/** A certificate for this run; `undefined` where nothing makes one. */
function certificate(): { readonly key: Buffer; readonly cert: Buffer } | undefined {
  const folder = mkdtempSync(join(tmpdir(), "sse-certificate-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const how = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=localhost";
  try {
    execFileSync("openssl", [...how.split(" "), "-keyout", key, "-out", cert], { stdio: "ignore" });
    return { key: readFileSync(key), cert: readFileSync(cert) };
  } catch {
    return undefined;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The 500 is looked at by the client; nobody needs to read of it. */
const quiet = { onError: () => {} };

const plain: readonly Mount[] = [
  {
    name: "node:http",
    protocol: "http:",
    version: 1,
    serve: (handler) => listening(createHttp(toNodeListener(handler, quiet))),
  },
  {
    name: "node:http2, compat",
    protocol: "http:",
    version: 2,
    serve: (handler) => listening(createHttp2(toNodeListener(handler, quiet))),
  },
  { name: "Express 5", protocol: "http:", version: 1, serve: express(express5) },
  { name: "Express 4", protocol: "http:", version: 1, serve: express(express4) },
  { name: "Fastify 5", protocol: "http:", version: 1, serve: inFastify },
  { name: "Koa 3", protocol: "http:", version: 1, serve: inKoa },
];

const secure = (secrets: NonNullable<ReturnType<typeof certificate>>): readonly Mount[] => [
  {
    name: "node:https",
    protocol: "https:",
    version: 1,
    serve: (handler) => listening(createHttps(secrets, toNodeListener(handler, quiet))),
  },
  {
    name: "node:http2, TLS",
    protocol: "https:",
    version: 2,
    serve: (handler) => listening(createSecureServer(secrets, toNodeListener(handler, quiet))),
  },
];

const secrets = certificate();

/** Those over TLS are there where `openssl` makes a certificate. */
export const mounts: readonly Mount[] = secrets === undefined ? plain : [...plain, ...secure(secrets)];
