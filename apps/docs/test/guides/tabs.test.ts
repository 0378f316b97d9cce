import { createHub } from "@sse/server";
import { toNodeListener } from "@sse/server/node";
import { expect, it } from "vitest";
import { inbox } from "../../pages/guides/tabs/events.ts";
import { installed } from "../support/installed.ts";
import { Pages } from "../support/page.ts";
import { serve } from "../support/serve.ts";

it.skipIf(!installed.chromium)(
  "all tabs of a user share a connection, and none loses an event when one closes",
  async () => {
    await using pages = await Pages.start();
    await using hub = createHub(inbox, { cors: { origins: "*" } });
    await using server = await serve(toNodeListener(hub.respond));
    const profile = await pages.profile();
    const open = (user: string) =>
      pages.open(
        `import { open } from "./guides/tabs/client.ts"; globalThis.subjects = [];
       globalThis.stream = open("${server.url}", "${user}"); stream.on("mail", ({ data }) => subjects.push(data.subject));`,
        profile,
      );
    const tabs = [await open("ann"), await open("ann"), await open("ann")];
    const subjects = (tab: (typeof tabs)[number]) => tab.evaluate("subjects");
    for (const tab of tabs) {
      await expect.poll(() => tab.evaluate("globalThis.stream?.state.status")).toBe("open");
    }
    expect(hub.stats().connections).toBe(1);
    const sent: string[] = [];
    const publish = async () => {
      sent.push(`mail ${sent.length}`);
      await hub.publish("mail", { from: "bob", subject: sent.at(-1) ?? "" });
    };
    for (let n = 0; n < 5; n++) await publish();
    for (const tab of tabs) await expect.poll(() => subjects(tab)).toEqual(sent);
    // The first tab leads: when it goes, another goes on where it was.
    await tabs.shift()?.close();
    for (let n = 0; n < 5; n++) await publish();
    for (const tab of tabs) await expect.poll(() => subjects(tab)).toEqual(sent);
    await expect.poll(() => hub.stats().connections).toBe(1);
    await open("cleo");
    await expect.poll(() => hub.stats().connections).toBe(2);
  },
);
