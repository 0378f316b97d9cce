import { createHub, eventStream } from "@sse/server";
import { toNodeListener } from "@sse/server/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answer, market } from "../../pages/guides/react/events.ts";
import { installed } from "../support/installed.ts";
import { Pages } from "../support/page.ts";
import { serve } from "../support/serve.ts";

describe.skipIf(!installed.chromium)("React in Chromium, in StrictMode", () => {
  let pages: Pages;
  beforeAll(async () => {
    pages = await Pages.start();
  });
  afterAll(() => pages[Symbol.asyncDispose]());

  const rendering = `import { h, render } from "../test/support/react-root.ts";`;

  it("a component has one stream, and none when it is gone", async () => {
    await using hub = createHub(market, { cors: { origins: "*" } });
    await using server = await serve(toNodeListener(hub.respond));
    const page = await pages.open(`${rendering}
      import { usePrices } from "./guides/react/use-prices.ts";
      const Prices = ({ url }) => {
        const { prices, state } = usePrices(url);
        return h("p", null, state?.status + ": " + [...prices].join(" "));
      };
      globalThis.begin = () => render(h(Prices, { key: 1, url: "${server.url}" }));
      begin();`);
    const text = () => page.textContent("main");
    await expect.poll(text).toBe("open: ");
    await expect.poll(() => hub.stats().connections).toBe(1);
    await hub.publish("price", { symbol: "A", price: 1 });
    await hub.publish("price", { symbol: "B", price: 2 });
    await hub.publish("price", { symbol: "A", price: 3 });
    await expect.poll(text).toBe("open: A,3 B,2");
    await page.evaluate("render()");
    await expect.poll(() => hub.stats().connections).toBe(0);
    await page.close();
  });

  it("many components have one stream together", async () => {
    await using hub = createHub(market, { cors: { origins: "*" } });
    await using server = await serve(toNodeListener(hub.respond));
    const page = await pages.open(`${rendering}
      import { LivePrices, usePrice } from "./guides/react/live-prices.ts";
      const live = new LivePrices("${server.url}");
      const Price = ({ symbol }) => h("i", null, symbol + usePrice(live, symbol) + " ");
      globalThis.show = (...symbols) => render(...symbols.map((symbol) => h(Price, { key: symbol, symbol })));
      show("A", "B", "C");`);
    await expect.poll(() => hub.stats().connections).toBe(1);
    await hub.publish("price", { symbol: "A", price: 1 });
    await hub.publish("price", { symbol: "C", price: 3 });
    const text = () => page.textContent("main");
    await expect.poll(text).toBe("A1 Bundefined C3 ");
    await page.evaluate("show('C')");
    await hub.publish("price", { symbol: "C", price: 4 });
    await expect.poll(text).toBe("C4 ");
    expect(hub.stats().connections).toBe(1);
    await page.evaluate("show()");
    await expect.poll(() => hub.stats().connections).toBe(0);
    await page.close();
  });

  it("an answer is asked for once, shown as it comes, and let go with the component", async () => {
    const closed: string[] = [];
    let asked = 0;
    await using server = await serve(
      toNodeListener((request) => {
        const cors = { "access-control-allow-origin": "*", "access-control-allow-headers": "*" };
        if (request.method === "OPTIONS") return new Response(null, { headers: cors });
        asked++;
        return eventStream(
          answer,
          request,
          (connection) => {
            connection.send("token", "Because");
            connection.send("token", " of");
            connection.closed.then((reason) => closed.push(reason));
          },
          { headers: cors },
        );
      }),
    );
    const page = await pages.open(`${rendering}
      import { Ask } from "./guides/react/ask.tsx";
      render(h(Ask, { url: "${server.url}" }));`);
    await page.click("button");
    const text = () => page.textContent("p");
    await expect.poll(text).toBe("Because of");
    await page.click("button"); // asks anew, and lets the first go
    await expect.poll(() => closed).toEqual(["client"]);
    await expect.poll(text).toBe("Because of");
    await page.evaluate("render()");
    await expect.poll(() => closed).toEqual(["client", "client"]);
    expect(asked).toBe(2);
    await page.close();
  });
});
