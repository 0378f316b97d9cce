import { readFile } from "node:fs/promises";
import { eventStream } from "@sse/server";
import {
  accessLog,
  answer,
  type Control,
  type ControlBodies,
  PAGE_PARAMETER,
  type ServerFacts,
  type Snapshot,
} from "../contract.ts";
import type { AccessLog } from "./access-log.ts";
import { answerFromDocs } from "./ask/answer.ts";
import { readAskQuery, readControl, readFields, readLogQuery, readPage } from "./bodies.ts";
import type { BuiltPage } from "./built-page.ts";
import { HttpError } from "./http-error.ts";
import type { HashJob } from "./job/hash-job.ts";
import type { LiveFeed } from "./live-feed.ts";
import type { Breakable } from "./page-sockets.ts";
import { renderPage } from "./render-page.ts";
import { guard } from "./request-guard.ts";

export interface AppParts {
  readonly root: string;
  readonly facts: ServerFacts;
  readonly page: BuiltPage;
  readonly feed: LiveFeed;
  readonly log: AccessLog;
  readonly job: HashJob;
  readonly sockets: Breakable;
  readonly onRestart: () => void;
  readonly onFreeze: (ms: number) => void;
}

type Route = (request: Request, url: URL) => Response | Promise<Response>;
type Act = { readonly [C in Control]: (body: ControlBodies[C]) => unknown };

const STREAMS: ReadonlySet<string> = new Set(["/live", "/log", "/ask"]);
const RETRY_MS = 250;

/** What the demo answers to which request: a plain function from Request to Response, as everywhere. */
export class App {
  readonly #parts: AppParts;
  readonly #routes: Readonly<Record<string, Route>>;
  readonly #act: Act;

  constructor(parts: AppParts) {
    this.#parts = parts;
    this.#routes = {
      "GET /": (request) => renderPage(parts.page.template, this.#snapshot(), request),
      "GET /live": (request, url) =>
        parts.feed.respond(request, readPage(url.searchParams.get(PAGE_PARAMETER))),
      "POST /log": (request) => this.#log(request),
      "POST /ask": (request) => this.#ask(request),
      "GET /snapshot": () => Response.json(this.#snapshot(), { headers: { "cache-control": "no-store" } }),
      "HEAD /ping": () => new Response(null, { headers: { "cache-control": "no-store" } }),
      "GET /SHA256SUMS": () => this.#digests(),
    };
    this.#act = {
      cut: ({ page, stream }) => ({ cut: parts.sockets.cut(page, stream) }),
      stall: ({ page }) => ({ stalled: parts.sockets.stall(page, "/live") }),
      freeze: ({ ms }) => later(() => parts.onFreeze(ms)),
      restart: () => later(parts.onRestart),
      burst: ({ page, events }) => parts.feed.burst(page, events),
      "job/start": ({ folder, paceMBps }) => ({ started: parts.job.start(folder, paceMBps) }),
      "job/cancel": () => parts.job.cancel(),
    };
  }

  /** Bound, so that it can be given away as it is. */
  readonly handle = async (request: Request): Promise<Response> => {
    try {
      guard(request);
      const url = new URL(request.url);
      const route = this.#routes[`${request.method} ${url.pathname}`];
      if (route !== undefined) return await route(request, url);
      if (request.method === "POST" && url.pathname.startsWith("/control/")) {
        return await this.#control(url.pathname.slice("/control/".length), request);
      }
      const asset = request.method === "GET" ? this.#parts.page.asset(url.pathname) : undefined;
      return asset ?? new HttpError(404, `There is no ${url.pathname} here.`).toResponse();
    } catch (error) {
      if (error instanceof HttpError) return error.toResponse();
      throw error;
    }
  };

  readonly isStream = (path: string): boolean => STREAMS.has(path);

  #snapshot(): Snapshot {
    return { server: this.#parts.facts, ...this.#parts.feed.snapshot() };
  }

  // The number of a line is its id, so a client that was cut comes back with the last one it has.
  async #log(request: Request): Promise<Response> {
    const { level, backlog } = readLogQuery(await readFields(request));
    const { log } = this.#parts;
    const tail = async function* (after: number, signal: AbortSignal) {
      for await (const line of log.tail(after, level, signal)) {
        yield accessLog.event("line", line, { id: String(line.n) });
      }
    };
    return eventStream(
      accessLog,
      request,
      ({ lastEventId, signal }) =>
        tail(/^\d{1,15}$/.test(lastEventId) ? Number(lastEventId) : log.before(backlog, level), signal),
      { retryMs: RETRY_MS },
    );
  }

  async #ask(request: Request): Promise<Response> {
    const { question } = readAskQuery(await readFields(request));
    return eventStream(answer, request, ({ signal }) => answerFromDocs(this.#parts.root, question, signal));
  }

  async #digests(): Promise<Response> {
    const text = await readFile(this.#parts.job.output, "utf8").catch(() => "");
    return new Response(text, {
      headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" },
    });
  }

  async #control(name: string, request: Request): Promise<Response> {
    if (!isControl(name)) throw new HttpError(404, `There is no control '${name}'.`);
    return Response.json((await this.#run(name, await readFields(request))) ?? {});
  }

  #run<C extends Control>(name: C, fields: Readonly<Record<string, unknown>>): unknown {
    return this.#act[name](readControl[name](fields));
  }
}

function isControl(name: string): name is Control {
  return Object.hasOwn(readControl, name);
}

/** After the answer has gone out: what comes then may be the end of this process. */
function later(act: () => void): void {
  setTimeout(act, 20);
}
