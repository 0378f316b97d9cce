import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { defineEvents, isSseError, text } from "@sse/protocol";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import * as one from "../src/index.ts";
import { BodyReader } from "./support/body.ts";
import { serve } from "./support/serve.ts";

/** The sources again, by another URL: as after a hot reload, or from a second install. */
let folder = "";
let two: typeof one;
beforeAll(async () => {
  const parent = join(import.meta.dirname, "../.vitest");
  mkdirSync(parent, { recursive: true });
  folder = mkdtempSync(join(parent, "copy-"));
  cpSync(join(import.meta.dirname, "../src"), join(folder, "src"), {
    recursive: true,
    filter: (path) => !path.includes(".test"),
  });
  two = await vi.importActual(join(folder, "src/index.ts"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const contract = () => defineEvents({ note: text() });
function closed<H extends AsyncDisposable>(hub: H): H {
  onTestFinished(async () => hub[Symbol.asyncDispose]());
  return hub;
}

describe("two copies of this package in one process", () => {
  test("have the same hub by a name, each hub of its own without", async () => {
    expect(two.createHub).not.toBe(one.createHub);
    const hub = closed(one.createHub(contract(), { name: "shared" }));
    const again = two.createHub(contract(), { name: "shared" });
    expect(again).toBe(hub);
    expect(closed(two.createHub(contract()))).not.toBe(hub);
    const body = new BodyReader(await hub.respond(new Request("http://localhost/")));
    await again.publish("note", "across copies");
    await body.until("across copies");
  });

  test("serve each other's responses", async () => {
    const hub = closed(two.createHub(contract()));
    await using server = await serve(hub.respond);
    const abort = new AbortController();
    const body = new BodyReader(await fetch(server.url, { signal: abort.signal }));
    await body.next();
    await hub.publish("note", "through the other's Node door");
    await body.until("through the other's Node door");
    abort.abort();
  });

  test("recognise each other's errors", () => {
    const hub = { name: 1 as never };
    let error: unknown;
    try {
      two.createHub(contract(), hub);
    } catch (thrown) {
      error = thrown;
    }
    expect(isSseError(error)).toBe(true);
  });
});
