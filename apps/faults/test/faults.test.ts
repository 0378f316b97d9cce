import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { faults } from "../src/faults.ts";
import { pageOf, type Result, resultsOf, tableOf } from "../src/matrix.ts";
import { observe } from "../src/observe.ts";
import { FACES, type Face, WORDS } from "../src/words.ts";

// UPDATE=1 writes the results and the page.

const RESULTS = new URL("../results/faults.json", import.meta.url);
const PAGE = new URL("../../../docs/faults.md", import.meta.url);
const observed = new Map<string, Partial<Record<Face, string>>>();
const unhandled: unknown[] = [];
const note = (reason: unknown) => void unhandled.push(reason);
process.on("unhandledRejection", note);

describe.concurrent.each(faults)("$name", (fault) => {
  test.each(FACES)("%s: what the matrix says", async (face) => {
    const outcome = await observe(fault, face);
    observed.set(fault.name, { ...observed.get(fault.name), [face]: outcome });
    expect(outcome).toBe(fault.sees[face]);
  });
});

test("no row leaves an unhandled rejection", () => {
  expect(unhandled).toEqual([]);
});

test("each row has a name of its own, and each word has a row", () => {
  expect(new Set(faults.map(({ name }) => name)).size).toBe(faults.length);
  const used = new Set<string>(faults.flatMap(({ sees }) => Object.values(sees)));
  expect(Object.keys(WORDS).filter((word) => !used.has(word))).toEqual([]);
});

test("the results and the page say what the rows say (UPDATE=1 writes them)", () => {
  const results = resultsOf(faults);
  const written = { page: pageOf(results), json: `${JSON.stringify(results, null, 2)}\n` };
  if (process.env.UPDATE === "1") {
    mkdirSync(new URL(".", RESULTS), { recursive: true });
    writeFileSync(RESULTS, written.json);
    writeFileSync(PAGE, written.page);
  }
  expect({ page: readFileSync(PAGE, "utf8"), json: readFileSync(RESULTS, "utf8") }).toEqual(written);
});

afterAll(() => {
  process.off("unhandledRejection", note);
  const seen = faults.map(({ name, does }): Result => {
    const { EventSource = "not run", connect = "not run", request = "not run" } = observed.get(name) ?? {};
    return { name, does, sees: { EventSource, connect, request } };
  });
  console.log(tableOf(seen));
});
