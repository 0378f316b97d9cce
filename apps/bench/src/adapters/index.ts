import type { Adapter, Workload } from "./adapter.ts";

/** Every adapter by name. Each is loaded in a process of its own, so that no library warms or slows another's code. */
const LOADERS: { readonly [name: string]: () => Promise<{ readonly default: Adapter }> } = {
  ours: () => import("./ours.ts"),
  baseline: () => import("./baseline.ts"),
  decode: () => import("./decode.ts"),
  "eventsource-parser": () => import("./eventsource-parser.ts"),
};

export const adapterNames: readonly string[] = Object.keys(LOADERS);

export async function loadAdapter(name: string): Promise<Adapter> {
  const load = LOADERS[name];
  if (load === undefined)
    throw new Error(`There is no adapter ${name}; there are ${adapterNames.join(", ")}.`);
  return (await load()).default;
}

export function takesPart(adapter: Adapter, workload: Workload): boolean {
  return adapter[workload] !== undefined;
}
