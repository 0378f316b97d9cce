import { EventSource as Ours } from "@sse/client";
import { Bench, type Check, type Realm } from "./bench.ts";
import { checks } from "./checks.ts";

// The script of the suite's pages and of its workers: runs all checks where it is, one kind of EventSource at a time.

export type Kind = "native" | "ours";
export type Outcome = { readonly value: unknown } | { readonly thrown: string };
export type Outcomes = Readonly<Record<string, Outcome>>;

/** Sources at once stay below the connections that a host may have. */
const AT_ONCE = 4;
const PATIENCE_MS = 12_000;

async function outcomeOf({ run }: Check, kind: Kind): Promise<Outcome> {
  // The types of ours say more than the platform's, and mean the same.
  const make =
    kind === "native" ? globalThis.EventSource : (Ours as unknown as typeof globalThis.EventSource);
  const bench = new Bench(make);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const patience = new Promise<Outcome>((resolve) => {
    timer = setTimeout(() => resolve({ thrown: "nothing came of it" }), PATIENCE_MS);
  });
  try {
    const result = (async () => ({ value: (await run(bench)) ?? null }))();
    return await Promise.race([result, patience]);
  } catch (thrown) {
    return { thrown: String(thrown) };
  } finally {
    clearTimeout(timer);
    bench.close();
  }
}

async function runSuite(kind: Kind, realm: Realm): Promise<Outcomes> {
  const outcomes: Record<string, Outcome> = {};
  const here = checks.filter(({ realms }) => realms?.includes(realm));
  const waiting = here.filter(({ alone }) => !alone);
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      outcomes[next.name] = await outcomeOf(next, kind);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  for (const one of here.filter(({ alone }) => alone)) outcomes[one.name] = await outcomeOf(one, kind);
  return outcomes;
}

interface Global {
  runSuite?: (kind: Kind, realm: Realm) => Promise<Outcomes>;
  onconnect?: (event: MessageEvent) => void;
  onmessage?: (event: MessageEvent<Kind>) => void;
  postMessage(message: unknown): void;
}
// A window, a dedicated or a shared worker: each has one of these members.
const here = globalThis as unknown as Global;
const answer = (port: { postMessage(message: unknown): void }, realm: Realm) => {
  return async ({ data }: MessageEvent<Kind>) => port.postMessage(await runSuite(data, realm));
};
if (typeof document !== "undefined") here.runSuite = runSuite;
else if ("onconnect" in here) {
  here.onconnect = ({ ports: [port] }) => {
    if (port !== undefined) port.onmessage = answer(port, "shared worker");
  };
} else here.onmessage = answer(here, "worker");
