import { connect, EventSource, type Subscription } from "@sse/client";
import type { EventOf } from "@sse/protocol";
import { counting } from "../support/contract.ts";

// The script of the pages, and of workers: reads numbers and keeps what it got, for the tests to look at.

type Counted = EventOf<typeof counting>;

/** What one reader got, and what it went through. */
export interface Reading {
  readonly got: number[];
  readonly states: string[];
  readonly gaps: string[];
  close(): void;
}

function byConnect(url: string): Reading {
  const subscription: Subscription<Counted> = connect(counting, url);
  const reading = { got: [] as number[], states: [] as string[], gaps: [] as string[] };
  subscription.on("n", ({ data }) => reading.got.push(data));
  subscription.on("sse.gap", ({ data }) => reading.gaps.push(data.reason));
  subscription.onStateChange(({ status }) => reading.states.push(status));
  return { ...reading, close: () => subscription.close() };
}

function byEventSource(url: string): Reading {
  const source = new EventSource(url);
  const reading = { got: [] as number[], states: [] as string[], gaps: [] as string[] };
  source.addEventListener("n", ({ data }: MessageEvent) => reading.got.push(JSON.parse(data)));
  source.addEventListener("sse.gap", ({ data }: MessageEvent) => reading.gaps.push(JSON.parse(data).reason));
  source.onopen = () => reading.states.push("open");
  source.onerror = () => reading.states.push(source.readyState === 2 ? "closed" : "waiting");
  return { ...reading, close: () => source.close() };
}

const readers = { connect: byConnect, EventSource: byEventSource };
export type ReaderName = keyof typeof readers;

/** What a page knows of itself, in this place for the tests. */
export interface PageGlobals {
  readonly readers: Readonly<Record<ReaderName, (url: string) => Reading>>;
  reading?: Reading;
  readonly persisted: boolean[];
  readonly life: string[];
}

const globals: PageGlobals = { readers, persisted: [], life: [] };
Object.assign(globalThis, globals);
if (typeof document !== "undefined") {
  addEventListener("pageshow", ({ persisted }) => globals.persisted.push(persisted));
  for (const type of ["freeze", "resume"]) document.addEventListener(type, () => globals.life.push(type));
  for (const type of ["offline", "online"]) addEventListener(type, () => globals.life.push(type));
}
