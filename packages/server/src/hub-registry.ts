import { type EventContract, InvalidOptionError } from "@sse/protocol";

/**
 * The named hubs of this process. They are found through the global symbol registry, so that every copy of this module
 * finds the same ones: after a hot reload, and where a bundler or a dual install has loaded the package twice. The
 * number is the version of what is kept there: copies that disagree about it have hubs of their own.
 */
const REGISTRY: unique symbol = Symbol.for("@sse/server.hubs.1");

interface Named {
  readonly hub: object;
  /** What the contract and the kind of the hub look like, as text. */
  readonly shape: string;
}

type Registry = Map<string, Named>;

/**
 * The hub of this name: the one there is, or what `make` makes, which is kept until it is closed.
 *
 * @throws InvalidOptionError where there is one with another contract or of another kind
 */
export function namedHub<H extends object>(
  name: string,
  kind: "hub" | "channel hub",
  events: EventContract,
  make: (onClosed: () => void) => H,
): H {
  if (typeof name !== "string" || name === "") {
    throw new InvalidOptionError(
      `A hub's name is a string of at least one character, not ${JSON.stringify(name)}.`,
    );
  }
  const registry = registryOfProcess();
  const shape = shapeOf(kind, events);
  const known = registry.get(name);
  if (known !== undefined) {
    if (known.shape === shape) return known.hub as H; // the shape says of which kind it is
    throw new InvalidOptionError(
      `The hub '${name}' is there with another contract or of another kind; close it before, or choose another name.`,
    );
  }
  const hub = make(() => {
    if (registry.get(name)?.hub === hub) registry.delete(name);
  });
  registry.set(name, { hub, shape });
  return hub;
}

function registryOfProcess(): Registry {
  const global = globalThis as { [REGISTRY]?: Registry };
  global[REGISTRY] ??= new Map();
  return global[REGISTRY];
}

/** Two copies of a module have contracts that are two objects: what they say is compared; two schemas are alike. */
function shapeOf(kind: string, { events, options }: EventContract): string {
  const types = Object.entries(events as Record<string, object>)
    .map(([type, schema]) => [type, kindOf(schema)])
    .sort(([a = ""], [b = ""]) => (a < b ? -1 : 1));
  const { name, version, end, done } = options;
  return JSON.stringify([kind, name, version, [...(end ?? [])].sort(), done, types]);
}

function kindOf(schema: object): string {
  if ("kind" in schema) return String(schema.kind);
  return "schema";
}
