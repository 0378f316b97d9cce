import { expect, it } from "vitest";
import { parseOptions } from "../src/options.ts";

it("A full run takes every runtime and is kept", () => {
  expect(parseOptions([])).toMatchObject({
    runtimes: ["node24", "node26", "bun", "deno"],
    save: true,
    build: true,
  });
});

it("A part of a run, or one with settings of its own, takes Node 24 or what is named, and is not kept", () => {
  expect(parseOptions(["--quick"])).toMatchObject({ runtimes: ["node24"], save: false, processes: 1 });
  expect(parseOptions(["--only", "llm"])).toMatchObject({ runtimes: ["node24"], save: false });
  expect(parseOptions(["--rounds", "1"])).toMatchObject({ save: false, rounds: 1 });
  expect(parseOptions(["--rounds", "1", "--save"])).toMatchObject({ save: true });
  expect(parseOptions(["--no-save"])).toMatchObject({ save: false });
});

it("The dashes that npm puts before the options do no harm", () => {
  expect(parseOptions(["--", "--runtime", "bun,deno"]).runtimes).toEqual(["bun", "deno"]);
});

it("What cannot be meant is refused", () => {
  expect(() => parseOptions(["--runtime", "node3"])).toThrow(
    "--runtime knows node24, node26, bun, deno, not node3.",
  );
  expect(() => parseOptions(["--rounds", "0"])).toThrow("--rounds is a positive integer, not 0.");
  expect(() => parseOptions(["--nonsense"])).toThrow();
});
