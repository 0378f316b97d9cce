import type { OpenBroadcaster } from "../broadcaster.ts";

interface Module {
  readonly open: OpenBroadcaster;
}

/** Loaded by name, so that a process has only what it measures. */
const adapters: { readonly [name: string]: () => Promise<Module> } = {
  raw: () => import("./raw.ts"),
  ours: () => import("./ours.ts"),
  "ours-lean": () => import("./ours-lean.ts"),
  "ours-srvx": () => import("./ours-srvx.ts"),
  "plain-srvx": () => import("./plain-srvx.ts"),
  "ours-hono-node": () => import("./ours-hono-node.ts"),
  "plain-hono-node": () => import("./plain-hono-node.ts"),
  "better-sse": () => import("./better-sse.ts"),
  "fastify-sse": () => import("./fastify-sse.ts"),
  h3: () => import("./h3.ts"),
  hono: () => import("./hono.ts"),
  "ours-runtime": () => import("./ours-runtime.ts"),
  "plain-runtime": () => import("./plain-runtime.ts"),
};

const adapterNames: readonly string[] = Object.keys(adapters);

export async function loadBroadcaster(name: string): Promise<OpenBroadcaster> {
  const load = adapters[name];
  if (load === undefined) throw new Error(`No adapter '${name}'; there are ${adapterNames.join(", ")}.`);
  return (await load()).open;
}
