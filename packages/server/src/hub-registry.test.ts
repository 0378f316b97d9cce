import { defineEvents, InvalidOptionError, json, text } from "@sse/protocol";
import { afterEach, describe, expect, test } from "vitest";
import { BodyReader } from "../test/support/body.ts";
import { createChannelHub, createHub } from "./hub.ts";

const contract = () => defineEvents({ note: text(), tick: json<{ n: number }>() });
const open: AsyncDisposable[] = [];
function kept<H extends AsyncDisposable>(hub: H): H {
  open.push(hub);
  return hub;
}
afterEach(async () => {
  for (const hub of open.splice(0)) await hub[Symbol.asyncDispose]();
});

describe("a hub with a name", () => {
  test("is the same for who asks again, with a contract that says the same", async () => {
    const one = kept(createHub(contract(), { name: "news" }));
    const body = new BodyReader(await one.respond(new Request("http://localhost/")));
    const again = createHub(contract(), { name: "news" });
    expect(again).toBe(one);
    await again.publish("note", "from the second");
    await body.until("from the second");
  });

  test("is another than one of another name, or of none", () => {
    const one = kept(createHub(contract(), { name: "a" }));
    expect(kept(createHub(contract(), { name: "b" }))).not.toBe(one);
    expect(kept(createHub(contract()))).not.toBe(kept(createHub(contract())));
    expect(kept(createHub(contract(), { name: "__proto__" }))).not.toBe(one);
  });

  test("speaks one contract and is of one kind", () => {
    kept(createHub(contract(), { name: "one" }));
    const other = [
      defineEvents({ note: text() }),
      defineEvents({ note: text(), tick: text() }),
      defineEvents({ note: text(), tick: json() }, { end: ["note"] }),
      defineEvents({ note: text(), tick: json() }, { version: "2" }),
    ];
    for (const events of other) {
      expect(() => createHub(events as ReturnType<typeof contract>, { name: "one" })).toThrow(
        InvalidOptionError,
      );
    }
    expect(() => createChannelHub(contract(), { name: "one" })).toThrow("another kind");
    expect(() => createHub(contract(), { name: "" })).toThrow(InvalidOptionError);
  });

  test("gives its name back when it is closed", async () => {
    const one = kept(createChannelHub(contract(), { name: "again" }));
    await one.close();
    const two = kept(createChannelHub(contract(), { name: "again" }));
    expect(two).not.toBe(one);
    await one.close(); // a second time, which frees nothing of the other's
    expect(createChannelHub(contract(), { name: "again" })).toBe(two);
  });
});
