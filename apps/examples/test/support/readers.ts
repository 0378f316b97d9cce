import { spawn } from "node:child_process";
import { once } from "node:events";
import { EventSource } from "@sse/client";
import { EventStreamParser } from "@sse/protocol";
import { openTab } from "./browser.ts";
import { installed } from "./installed.ts";
import { Reading } from "./reading.ts";

interface ReadOptions {
  /** The event types to listen for; programs that show the bytes show all. */
  readonly types: readonly string[];
  readonly lastEventId?: string | undefined;
}

/** A program that reads event streams. */
export interface Reader {
  readonly name: string;
  readonly missing: boolean;
  /** Whether it comes back by itself, with the last event ID, when the stream is cut. */
  readonly reconnects: boolean;
  read(url: string, options: ReadOptions): Promise<Reading>;
}

const curl: Reader = {
  name: "curl -N",
  missing: installed.curl === undefined,
  reconnects: false,
  async read(url, { lastEventId }) {
    const header = lastEventId === undefined ? [] : ["-H", `Last-Event-ID: ${lastEventId}`];
    return readOutput(installed.curl ?? "", ["-s", "-N", ...header, url], {});
  },
};

const httpie: Reader = {
  name: "http --stream",
  missing: installed.httpie === undefined,
  reconnects: false,
  async read(url, { lastEventId }) {
    const header = lastEventId === undefined ? [] : [`Last-Event-ID:${lastEventId}`];
    return readOutput(installed.httpie ?? "", ["--stream", "--ignore-stdin", "GET", url, ...header], {
      HTTPIE_CONFIG_DIR: `${import.meta.dirname}/httpie`, // lest it asks the network for its own updates
    });
  },
};

const native: Reader = {
  name: "Chromium's EventSource",
  missing: installed.chromium === undefined,
  reconnects: true,
  async read(url, { types }) {
    const tab = await openTab();
    const reading = new Reading(() => tab.close());
    await tab.exposeFunction("hear", (type: string, data: string, lastEventId: string) =>
      type === "" ? reading.end() : reading.hear({ type, data, lastEventId }),
    );
    await tab.goto(new URL("/nothing", url).href); // a page of this origin, without a script
    await tab.evaluate(readNatively, { url, types: [...types] });
    return reading;
  },
};

/** The one that needs nothing but Node. */
export const ours: Reader = {
  name: "our EventSource in Node",
  missing: false,
  reconnects: true,
  async read(url, { types, lastEventId }) {
    const source = new EventSource(url, { lastEventId });
    const reading = new Reading(() => source.close());
    for (const type of types) {
      source.addEventListener(type, ({ data, lastEventId }) => reading.hear({ type, data, lastEventId }));
    }
    source.onerror = () => source.readyState === EventSource.CLOSED && reading.end();
    return reading;
  },
};

/** Every program that the examples are read with. */
export const readers: readonly Reader[] = [curl, httpie, native, ours];

function readOutput(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Reading {
  const started = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "ignore"], // they complain of a cut stream
  });
  const exited = once(started, "close");
  const reading = new Reading(async () => {
    started.kill("SIGTERM");
    await exited;
  });
  const parser = new EventStreamParser({ onEvent: (event) => reading.hear(event) });
  started.stdout.on("data", (bytes) => parser.feed(bytes));
  exited.then(() => reading.end());
  return reading;
}

// Runs in the browser: it can use nothing of this file.
function readNatively({ url, types }: { url: string; types: string[] }): void {
  const { hear } = window as unknown as { hear(type: string, data: string, lastEventId: string): void };
  const source = new window.EventSource(url);
  for (const type of types)
    source.addEventListener(type, ({ data, lastEventId }) => hear(type, data, lastEventId));
  source.onerror = () => source.readyState === source.CLOSED && hear("", "", "");
}
