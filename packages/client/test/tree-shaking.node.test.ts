import { fileURLToPath } from "node:url";
import { build } from "vite";
import { expect, test } from "vitest";
import { shared } from "../../../vitest.shared.ts";

/** The source files that a program with this code in it carries, by bundling it. */
async function carried(code: string): Promise<readonly string[]> {
  const entry = "virtual:program";
  const program = {
    name: "program",
    resolveId: (id: string) =>
      id === entry ? fileURLToPath(new URL("program.ts", import.meta.url)) : undefined,
    load: (id: string) => (id.endsWith("/test/program.ts") ? code : undefined),
  };
  const result = await build({
    ...shared,
    configFile: false,
    logLevel: "silent",
    plugins: [program],
    build: {
      write: false,
      minify: false,
      rollupOptions: { input: entry, preserveEntrySignatures: "strict" },
    },
  });
  const outputs = Array.isArray(result) ? result : [result];
  const files = outputs.flatMap((one) => ("output" in one ? one.output : []));
  return files
    .flatMap((chunk) => (chunk.type === "chunk" ? Object.entries(chunk.modules) : []))
    .filter(([, module]) => module.renderedLength > 0)
    .map(([id]) => id.replace(/^.*packages\/(\w+)\/src\//, "$1/"));
}

test("request carries neither EventSource nor connect, and watches no page", async () => {
  const files = await carried(`export { request } from "@sse/client";`);
  expect(files).toContain("client/request.ts");
  expect(files).not.toContain("client/event-source.ts");
  expect(files).not.toContain("client/event-subscription.ts");
  expect(files).not.toContain("client/connect.ts");
  expect(files).not.toContain("client/transport/page-life.ts");
});

test("EventSource carries neither the other faces nor the wire profile", async () => {
  const files = await carried(`export { EventSource } from "@sse/client";`);
  expect(files).toContain("client/event-source.ts");
  for (const file of ["request", "connect", "event-subscription", "event-queue", "wire-profile"]) {
    expect(files).not.toContain(`client/${file}.ts`);
  }
});

test("connect by the contract's type alone carries no schema code", async () => {
  const typed = await carried(`import { connect } from "@sse/client";
    import { defineEvents, json } from "@sse/protocol";
    const market = defineEvents({ tick: json<{ price: number }>() });
    type Market = typeof market;
    export const subscription = connect<Market>("https://x.test/");`);
  expect(typed).toContain("protocol/schema/data.ts"); // a contract that is defined here is carried: the probe works
  const bare = await carried(`import { connect } from "@sse/client";
    export const subscription = connect<typeof import("./market.ts").market>("https://x.test/");`);
  expect(bare).toContain("client/connect.ts");
  expect(bare.filter((file) => file.includes("schema/"))).toEqual([]);
  expect(bare.filter((file) => /read-events|streams|serialize/.test(file))).toEqual([]);
});

test("connect carries nothing that shares; share carries it, and no other face", async () => {
  const connecting = await carried(`export { connect } from "@sse/client";`);
  expect(connecting).toContain("client/connect.ts");
  expect(connecting.filter((file) => file.includes("share"))).toEqual([]);
  const sharing = await carried(`export { share } from "@sse/client/share";`);
  expect(sharing).toContain("client/share/shared.ts");
  for (const file of ["connect", "event-source", "event-subscription", "request"]) {
    expect(sharing).not.toContain(`client/${file}.ts`);
  }
});
