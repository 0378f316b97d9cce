import type { Adapter } from "./adapter.ts";

/** Every adapter by name. Each is loaded in a process of its own, so that no library warms or slows another's code. */
const LOADERS: { readonly [name: string]: () => Promise<{ readonly default: Adapter }> } = {
  ours: () => import("./ours.ts"),
  "ours-batches": () => import("./ours-batches.ts"),
  "ours-stream": () => import("./ours-stream.ts"),
  baseline: () => import("./baseline.ts"),
  decode: () => import("./decode.ts"),
  body: () => import("./body.ts"),
  "eventsource-parser": () => import("./eventsource-parser.ts"),
  undici: () => import("./undici.ts"),
  "fetch-event-source": () => import("./fetch-event-source.ts"),
  "event-source-plus": () => import("./event-source-plus.ts"),
  "server-sent-stream": () => import("./server-sent-stream.ts"),
  "parse-sse": () => import("./parse-sse.ts"),
  "fetch-event-stream": () => import("./fetch-event-stream.ts"),
  openai: () => import("./openai.ts"),
  anthropic: () => import("./anthropic.ts"),
  "eventsource-encoder": () => import("./eventsource-encoder.ts"),
  h3: () => import("./h3.ts"),
  "better-sse": () => import("./better-sse.ts"),
  hono: () => import("./hono.ts"),
};

export const adapterNames: readonly string[] = Object.keys(LOADERS);

export async function loadAdapter(name: string): Promise<Adapter> {
  const load = LOADERS[name];
  if (load === undefined)
    throw new Error(`There is no adapter ${name}; there are ${adapterNames.join(", ")}.`);
  return (await load()).default;
}
