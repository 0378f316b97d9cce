import { describe, expect, it } from "vitest";
import { readOptionDoc } from "../src/api/docstring.ts";
import { readDoors } from "../src/api/exports.ts";
import { GUIDES } from "../src/api/guides.ts";
import { anchor, apiPage, committedApiPage, summary } from "../src/api/page.ts";
import { read } from "../src/pages.ts";

const doors = readDoors();
const everything = doors.flatMap(({ door, exports }) => exports.map((one) => ({ door, one })));
const page = committedApiPage();

it("docs/api.md is what the docstrings say", () => {
  expect(page, "npx pnpm@12.21.0 --filter docs run write puts it right").toBe(apiPage());
});

describe.each(doors)("$door.name", ({ door, exports }) => {
  const start = page.indexOf(`\n## \`${door.name}\`\n`);
  const end = page.indexOf("\n## ", start + 1);
  const section = page.slice(start, end === -1 ? undefined : end);

  it("has every export on the page, and no other", () => {
    const shown = [...section.matchAll(/^(?:- |### )`(?:new )?(\w+)/gm)].map(([, name]) => name);
    expect(shown.toSorted()).toEqual(exports.map(({ name }) => name).toSorted());
  });

  it("has the exports that it has at run time", async () => {
    const names = exports.filter(({ kind }) => kind !== "type").map(({ name }) => name);
    expect(names.toSorted()).toEqual(Object.keys(await import(door.file)).toSorted());
  });

  it("has every option on the page", () => {
    for (const { name, options } of exports) {
      if (options.length === 0) continue;
      const table = section
        .slice(section.indexOf(`### \`${name}\`\n`))
        .split("\n### ", 2)
        .join("");
      const rows = [...table.matchAll(/^\| `(\w+)`/gm)].map(([, option]) => option);
      expect(rows.slice(0, options.length)).toEqual(options.map((option) => option.name));
    }
  });
});

describe("a docstring says", () => {
  it("of every export what it is", () => {
    expect(everything.filter(({ one }) => summary(one) === "").map(({ one }) => one.name)).toEqual([]);
  });

  it("of every option what it does, and its default where it may be left out", () => {
    const silent = everything.flatMap(({ one }) =>
      one.options.flatMap(({ name, required, docstring }) => {
        const { what, byDefault } = readOptionDoc(docstring);
        // What is left out of an event, and a hook that is not there, has no default to speak of.
        const needsDefault = one.name.endsWith("Options") && !required;
        return what === "" || (needsDefault && byDefault === undefined) ? [`${one.name}.${name}`] : [];
      }),
    );
    expect(silent).toEqual([]);
  });

  it("of every option that can be switched off what that means", () => {
    const silent = everything.flatMap(({ one }) =>
      one.options
        .filter(
          ({ type, docstring }) => /\| false\b/.test(type) && readOptionDoc(docstring).ifFalse === undefined,
        )
        .map(({ name }) => `${one.name}.${name}`),
    );
    expect(silent).toEqual([]);
  });
});

describe("a link", () => {
  it("to a heading leads to one", () => {
    const headings = [...page.matchAll(/^#{2,3} (.*)$/gm)].map(([, heading]) => anchor(heading as string));
    const targets = [...page.matchAll(/\]\(#([^)]*)\)/g)].map(([, target]) => target);
    expect(targets.filter((target) => !headings.includes(target as string))).toEqual([]);
  });

  it("to a guide is there for every function and class with options, and the guide shows it", () => {
    const needed = everything.flatMap(({ one }) =>
      one.takes.length > 0 && !one.name.endsWith("Error") ? [one.name] : [],
    );
    expect(needed.filter((name) => !(name in GUIDES))).toEqual([]);
    const names = new Set(everything.map(({ one }) => one.name));
    for (const [name, guide] of Object.entries(GUIDES)) {
      expect(names, `${name} is no export`).toContain(name);
      expect(read(`docs/${guide}`), `${guide} does not show ${name}`).toMatch(
        // As code, since some names are words as well.
        new RegExp(`\`${name}\\b|\\b${name}(?:<.*>)?\\(|import \\{[^}]*\\b${name}\\b`),
      );
    }
  });
});

describe("an option's docstring", () => {
  it.each([
    ["So long it waits. Default: 5.", { what: "So long it waits.", byDefault: "5", ifFalse: undefined }],
    [
      "Bytes. Default: 1,024 (1 KiB). False: no limit.",
      { what: "Bytes.", byDefault: "1,024 (1 KiB)", ifFalse: "no limit" },
    ],
    [
      'How; `false` never does. Default: "auto".',
      { what: "How.", byDefault: '"auto"', ifFalse: "never does" },
    ],
    ["Of one; false: no limit. Default: 16.", { what: "Of one.", byDefault: "16", ifFalse: "no limit" }],
    ["Time. Default: false, no limit.", { what: "Time.", byDefault: "false, no limit", ifFalse: "no limit" }],
    [
      "Time. Default: 15,000; 8,000 on Bun.\nFalse: none.",
      { what: "Time.", byDefault: "15,000; 8,000 on Bun", ifFalse: "none" },
    ],
    ["Nothing more.", { what: "Nothing more.", byDefault: undefined, ifFalse: undefined }],
  ])("%j is taken apart", (docstring, parts) => {
    expect(readOptionDoc(docstring)).toEqual(parts);
  });
});
