import { mkdirSync, writeFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { noChromium, openProfile } from "../support/browser.ts";
import { bundle } from "../support/bundle.ts";
import type { Realm } from "./bench.ts";
import { checks } from "./checks.ts";
import { known, native, ours } from "./known.ts";
import { Resources } from "./resources.ts";
import type { Kind, Outcome, Outcomes } from "./suite.ts";

// The platform's EventSource and ours, behaviour by behaviour: what a page, a worker and a shared worker see of each.

const REALMS: readonly Realm[] = ["window", "worker", "shared worker"];
const KINDS: readonly Kind[] = ["native", "ours"];
const outcomes = new Map<string, Outcomes>();
let resources: Resources;

/** Runs all checks of one realm with one kind of EventSource, in a profile of its own. */
async function run(realm: Realm, kind: Kind): Promise<void> {
  const profile = await openProfile();
  const page = await profile.newPage();
  await page.goto(`http://www.site.localhost:${resources.port}/page.html`);
  if (realm === "window") await page.addScriptTag({ url: "/suite.js" });
  const result = await page.evaluate(
    ([where, what]) => {
      const here = globalThis as unknown as { runSuite(kind: string, realm: string): Promise<Outcomes> };
      if (where === "window") return here.runSuite(what, where);
      const target = where === "worker" ? new Worker("/suite.js") : new SharedWorker("/suite.js").port;
      return new Promise<Outcomes>((resolve, reject) => {
        target.onmessage = ({ data }) => resolve(data);
        target.addEventListener("error", () => reject(new Error("The worker failed.")));
        target.postMessage(what);
      });
    },
    [realm, kind] as const,
  );
  outcomes.set(`${realm} ${kind}`, result);
  await profile.close();
}

function outcome(realm: Realm, kind: Kind, name: string): Outcome | undefined {
  return outcomes.get(`${realm} ${kind}`)?.[name];
}

const inRealm = (realm: Realm) => checks.filter(({ realms }) => realms?.includes(realm));

/** A row a check, a pair of columns a realm: whether it holds for the native one, and for ours. */
function table(): readonly string[] {
  const rows = checks.map(({ name, expected }) => {
    const cells = REALMS.flatMap((realm) =>
      KINDS.map((kind) => {
        const seen = outcome(realm, kind, name);
        if (seen === undefined) return "–";
        return isDeepStrictEqual(seen, { value: expected }) ? "yes" : "no";
      }),
    );
    return `| ${name} | ${cells.join(" | ")} |`;
  });
  const heads = REALMS.flatMap((realm) => KINDS.map((kind) => `${kind}, ${realm}`));
  return [`| behaviour | ${heads.join(" | ")} |`, `|---|${heads.map(() => "---|").join("")}`, ...rows];
}

/** How many checks hold, over all realms. */
function total(kind: Kind): string {
  const all = REALMS.flatMap((realm) =>
    inRealm(realm).map(({ name, expected }) => ({ realm, name, expected })),
  );
  const hold = all.filter(({ realm, name, expected }) =>
    isDeepStrictEqual(outcome(realm, kind, name), { value: expected }),
  );
  return `${kind}: ${hold.length} of ${all.length}`;
}

describe.skipIf(noChromium)("EventSource in Chromium", () => {
  beforeAll(async () => {
    resources = await Resources.start(await bundle(new URL("suite.ts", import.meta.url)));
    await Promise.all(REALMS.flatMap((realm) => KINDS.map((kind) => run(realm, kind))));
    const rows = table();
    mkdirSync(".vitest", { recursive: true });
    writeFileSync(".vitest/event-source.md", `${rows.join("\n")}\n`);
    writeFileSync(".vitest/event-source.json", JSON.stringify(Object.fromEntries(outcomes), undefined, 1));
    const telling = rows.filter((row, at) => at < 2 || row.includes("| no |"));
    console.log([KINDS.map(total).join(", "), ...telling].join("\n"));
  });
  afterAll(() => resources[Symbol.asyncDispose]());

  for (const realm of REALMS) {
    for (const { name, expected } of inRealm(realm)) {
      const gap = known(ours, name, realm);
      test(`in a ${realm}: ${name}${gap === undefined ? "" : ` (not with ours: ${gap.why})`}`, () => {
        const seen = outcome(realm, "ours", name);
        // A known difference that is none any more has to leave the list.
        if (gap === undefined) expect(seen).toEqual({ value: expected });
        else expect(seen).not.toEqual({ value: expected });
      });
    }
    test(`in a ${realm}: what is checked is what the native one does, but for what is known of it`, () => {
      const fails = inRealm(realm).filter(
        ({ name, expected }) =>
          !isDeepStrictEqual(outcome(realm, "native", name), { value: expected }) &&
          known(native, name, realm) === undefined,
      );
      expect(fails.map(({ name }) => [name, outcome(realm, "native", name)])).toEqual([]);
    });
  }
});
