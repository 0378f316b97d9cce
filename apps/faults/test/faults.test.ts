import { afterAll, describe, expect, test } from "vitest";
import { faults } from "../src/faults.ts";
import { observe } from "../src/observe.ts";
import { FACES } from "../src/words.ts";

const unhandled: unknown[] = [];
const note = (reason: unknown) => void unhandled.push(reason);
process.on("unhandledRejection", note);
afterAll(() => process.off("unhandledRejection", note));

describe.concurrent.each(faults)("$name", (fault) => {
  test.each(FACES)(`%s: what the matrix says`, async (face) => {
    expect(await observe(fault, face)).toBe(fault.sees[face]);
  });
});

test("no row leaves an unhandled rejection", () => {
  expect(unhandled).toEqual([]);
});
