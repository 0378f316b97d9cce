import {
  defineEvents,
  type EventContract,
  InvalidDataError,
  InvalidOptionError,
  readEvents,
  text,
} from "@sse/protocol";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { type } from "arktype";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import * as mini from "zod/mini";

/** The same event in every library: a name, and a count that is text on the wire and a number afterwards. */
const contracts: readonly [string, EventContract][] = [
  ["zod", defineEvents({ item: z.object({ name: z.string(), count: z.string().transform(Number) }) })],
  [
    "zod/mini",
    defineEvents({
      item: mini.object({ name: mini.string(), count: mini.pipe(mini.string(), mini.transform(Number)) }),
    }),
  ],
  [
    "valibot",
    defineEvents({ item: v.object({ name: v.string(), count: v.pipe(v.string(), v.transform(Number)) }) }),
  ],
  ["arktype", defineEvents({ item: type({ name: "string", count: "string.numeric.parse" }) })],
];

describe.each(contracts)("a contract of %s", (_, contract) => {
  const codec = contract["~codec"];

  it("writes its input and reads its output", () => {
    const { data } = codec.encode("item", { name: "a", count: "5" });
    expect(data).toBe('{"name":"a","count":"5"}');
    expect(codec.decode({ type: "item", data, lastEventId: "1" })).toEqual({
      kind: "event",
      event: { type: "item", data: { name: "a", count: 5 }, lastEventId: "1" },
      end: false,
    });
  });

  it("refuses to write what does not fit, and names the property", () => {
    expect(() => codec.encode("item", { name: 5, count: "5" })).toThrow(InvalidDataError);
    expect(() => codec.encode("item", { name: 5, count: "5" })).toThrow(/name: /);
  });

  it("reports what does not fit, with the path", () => {
    const decoded = codec.decode({ type: "item", data: '{"name":5,"count":"5"}', lastEventId: "" });
    expect(decoded).toMatchObject({ kind: "issue", issue: { kind: "invalid", type: "item" } });
    const error = decoded.kind === "issue" ? decoded.issue.error : undefined;
    expect(error).toBeInstanceOf(InvalidDataError);
    expect((error as InvalidDataError).issues[0]?.path).toHaveLength(1);
    expect(error?.message).toMatch(/name: /);
  });

  it("reads a stream", async () => {
    const reader = readEvents(new Response('event: item\ndata: {"name":"a","count":"7"}\n\n'), {
      events: contract,
    });
    expect((await reader.next()).value).toMatchObject({ type: "item", data: { name: "a", count: 7 } });
  });
});

describe("a schema that validates asynchronously", () => {
  it.each<[string, StandardSchemaV1]>([
    ["zod", z.string().refine(async () => true)],
    ["zod/mini", mini.string().check(mini.refine(async () => true))],
    [
      "valibot",
      v.pipeAsync(
        v.string(),
        v.checkAsync(async () => true),
      ),
    ],
    ["one that rejects", asynchronous(() => Promise.reject(new Error("no")))],
    ["one that answers with a thenable", asynchronous(() => thenable())],
  ])("is refused where it is used: %s", async (_, schema) => {
    const contract = defineEvents({ note: schema });
    const refused = /'note' validates asynchronously/;
    expect(() => contract["~codec"].encode("note", "x")).toThrow(InvalidOptionError);
    expect(() => contract["~codec"].encode("note", "x")).toThrow(refused);
    expect(() => contract["~codec"].decode({ type: "note", data: '"x"', lastEventId: "" })).toThrow(refused);
    const reader = readEvents(new Response('event: note\ndata: "x"\n\n'), { events: contract });
    await expect(reader.next()).rejects.toBeInstanceOf(InvalidOptionError);
  });
});

describe("a schema that throws", () => {
  const contract = defineEvents({
    nested: v.pipe(
      v.string(),
      v.transform((written): unknown => JSON.parse(written)),
    ),
    own: asynchronous(() => {
      throw new RangeError("too much");
    }),
  });

  it.each(["nested", "own"])("is an issue of the data that made it throw, with the cause: %s", (name) => {
    const decoded = contract["~codec"].decode({ type: name, data: '"{x"', lastEventId: "3" });
    expect(decoded).toMatchObject({
      kind: "issue",
      issue: { kind: "invalid", type: name, lastEventId: "3" },
    });
    const error = decoded.kind === "issue" ? decoded.issue.error : undefined;
    expect(error).toBeInstanceOf(InvalidDataError);
    expect(error?.cause).toBeInstanceOf(Error);
    expect(() => contract["~codec"].encode(name, "{x")).toThrow(InvalidDataError);
  });

  it("in zod is one that has answered at once before: the stream goes on", async () => {
    const ofZod = defineEvents({ nested: z.string().transform((written): unknown => JSON.parse(written)) });
    const issues: string[] = [];
    const body = ['"1"', '"{x"', '"2"'].map((data) => `event: nested\ndata: ${data}\n\n`).join("");
    const got: unknown[] = [];
    const onIssue = ({ kind, type }: { kind: string; type: string }) => issues.push(`${kind} ${type}`);
    for await (const { data } of readEvents(new Response(body), { events: ofZod, onIssue })) got.push(data);
    expect(got).toEqual([1, 2]);
    expect(issues).toEqual(["invalid nested"]);
  });

  it("in zod cannot be told from an asynchronous one as its first answer, since it is a promise too", () => {
    const ofZod = defineEvents({ nested: z.string().transform((written): unknown => JSON.parse(written)) });
    const decodeNested = () => ofZod["~codec"].decode({ type: "nested", data: '"{x"', lastEventId: "3" });
    expect(decodeNested).toThrow(InvalidOptionError);
    expect(decodeNested).toThrow(/'nested'.*threw/);
  });
});

describe("a schema made by hand", () => {
  it("is called as a method, so that it may be one of a class", () => {
    class AtLeast implements StandardSchemaV1.Props<number> {
      readonly version = 1;
      readonly vendor = "test";
      readonly least: number;
      constructor(least: number) {
        this.least = least;
      }
      validate(value: unknown): StandardSchemaV1.Result<number> {
        if (typeof value === "number" && value >= this.least) return { value };
        return { issues: [{ message: `at least ${this.least}` }] };
      }
    }
    const contract = defineEvents({ count: { "~standard": new AtLeast(3) } });
    expect(contract["~codec"].decode({ type: "count", data: "4", lastEventId: "" })).toMatchObject({
      kind: "event",
      event: { data: 4 },
    });
    expect(() => contract["~codec"].encode("count", 2)).toThrow("at least 3");
  });

  it("may say with anything falsy that there are no issues", () => {
    const contract = defineEvents({ note: asynchronous(() => ({ value: "x", issues: null })) });
    expect(contract["~codec"].decode({ type: "note", data: '"x"', lastEventId: "" })).toMatchObject({
      kind: "event",
      event: { data: "x" },
    });
  });

  it.each<[string, unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["issues that are no list", { issues: "no" }],
    ["an issue that is none", { issues: [null] }],
    ["a path that is no list", { issues: [{ message: "no", path: "a.b" }] }],
  ])("that answers with %s is an issue of the data, and the stream goes on", async (_, answer) => {
    const contract = defineEvents({ bad: asynchronous(() => answer), good: text() });
    const issues: string[] = [];
    const got: unknown[] = [];
    const body = new Response("event: bad\ndata: 1\n\nevent: good\ndata: 2\n\n");
    const onIssue = ({ error }: { error: Error }) => issues.push(error.name);
    for await (const { data } of readEvents(body, { events: contract, onIssue })) got.push(data);
    expect(got).toEqual(["2"]);
    expect(issues).toEqual(["InvalidDataError"]);
  });
});

/** A schema made by hand. */
function asynchronous(validate: () => unknown): StandardSchemaV1<string, string> {
  return {
    "~standard": {
      version: 1,
      vendor: "test",
      // Wrong on purpose, in some of the tests: a thenable is no Promise.
      validate: validate as () => Promise<StandardSchemaV1.Result<string>>,
    },
  };
}

function thenable(): unknown {
  // biome-ignore lint/suspicious/noThenProperty: it is one on purpose
  return { then: (resolve: (result: unknown) => void) => resolve({ value: "x" }) };
}
