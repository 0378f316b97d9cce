import { bytes, defineEvents, type EventContract, json, readEvents, text } from "@sse/protocol";
import { type } from "arktype";
import * as v from "valibot";
import { afterEach, describe, expect, it } from "vitest";
import * as z from "zod";

/** JSON that reaches for a prototype, in every spelling of the name. */
const payloads: readonly string[] = [
  '{"__proto__":{"polluted":1}}',
  '{"a":{"__proto__":{"polluted":1}}}',
  '[{"__proto__":{"polluted":1}}]',
  '{"__proto__":null}',
  '{"__proto__":[]}',
  '{"\\u005f_proto__":{"polluted":1}}',
  '{"\\u005F\\u005Fproto\\u005f\\u005f":{"polluted":1}}',
  '{"__\\u0070roto__":{"polluted":1}}',
  '{"__prot\\u006F__":{"polluted":1}}',
  '{"__proto__":{"__proto__":{"polluted":1}}}',
  '{"a":1,"__proto__":{"polluted":1},"__proto__":{"polluted":2}}',
  '{"constructor":{"prototype":{"polluted":1}}}',
  '{"constructor":{"__proto__":{"polluted":1}}}',
  '{"prototype":{"polluted":1}}',
];

const anything = defineEvents({ item: json<unknown>() });
const contracts: Readonly<Record<string, EventContract>> = {
  "json()": anything,
  zod: defineEvents({ item: z.any() }),
  "zod, loose": defineEvents({ item: z.looseObject({}).or(z.array(z.any())) }),
  valibot: defineEvents({ item: v.any() }),
  arktype: defineEvents({ item: type("unknown") }),
  "by and id": defineEvents(
    { item: json<unknown>(), message: json<unknown>() },
    { by: "__proto__", id: "constructor" },
  ),
};

afterEach(() => {
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect("polluted" in {}).toBe(false);
});

describe.each(Object.entries(contracts))("with %s", (_, contract) => {
  it.each(payloads)("%s touches no prototype", async (payload) => {
    const body = `event: item\ndata: ${payload}\n\nevent: message\ndata: ${payload}\n\n`;
    for await (const { data } of readEvents(new Response(body), { events: contract })) {
      expectPlain(data);
      // What careless code does with data next.
      const copy: object = Object.assign({}, data);
      expect("polluted" in copy).toBe(false);
    }
  });
});

describe("a type from the wire", () => {
  it.each(["__proto__", "constructor", "prototype", "toString", "valueOf", "hasOwnProperty"])(
    "that is %s is only unknown",
    async (name) => {
      const contract = defineEvents({ item: text(), raw: bytes() });
      const issues: string[] = [];
      const reader = readEvents(new Response(`event: ${name}\ndata: {"polluted":1}\n\n`), {
        events: contract,
        onIssue: ({ kind }) => issues.push(kind),
      });
      expect(await reader.next()).toEqual({ done: true, value: undefined });
      expect(issues).toEqual(["unknown"]);
    },
  );
});

it("other escapes and names are left as they are", async () => {
  const payload = '{"\\u0061":"\\u005f_proto__","proto":"__proto__","_proto_":1,"__proto":2}';
  const reader = readEvents(new Response(`event: item\ndata: ${payload}\n\n`), {
    events: anything,
  });
  expect((await reader.next()).value?.data).toEqual({
    a: "__proto__",
    proto: "__proto__",
    _proto_: 1,
    __proto: 2,
  });
});

/** Every object in it is one that JSON makes, with nothing of its own called `__proto__`. */
function expectPlain(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  expect([Object.prototype, Array.prototype]).toContain(Object.getPrototypeOf(value));
  expect(Object.hasOwn(value, "__proto__")).toBe(false);
  for (const inner of Object.values(value)) expectPlain(inner);
}
