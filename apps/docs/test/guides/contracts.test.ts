import { InvalidDataError, InvalidEventError } from "@sse/protocol";
import { describe, expect, it } from "vitest";
import { day } from "../../pages/guides/contracts/client.ts";
import { market } from "../../pages/guides/contracts/market.ts";
import { words } from "../../pages/guides/contracts/others.ts";
import { respond } from "../../pages/guides/contracts/server.ts";

const URL = "http://test.example/";

it("sends the input, receives the output, and ends", async () => {
  const fetch = async (asked: Request | URL | string) => respond(new Request(asked));
  expect(await day(URL, { fetch })).toEqual(["ACME 9.5 at 12:00", "2 bytes", "closed after 1"]);
});

it("request throws what does not fit, and names the property", async () => {
  const broken = async () =>
    new Response('event: tick\ndata: {"symbol":"ACME","price":"9.5","at":""}\n\n', {
      headers: { "content-type": "text/event-stream" },
    });
  await expect(day(URL, { fetch: broken })).rejects.toThrow(InvalidDataError);
  await expect(day(URL, { fetch: broken })).rejects.toThrow("price");
});

describe("the factory", () => {
  it("refuses what may not be sent", () => {
    expect(() => Reflect.apply(market.event, undefined, ["tock", {}])).toThrow(InvalidEventError);
  });
});

it("reads a vendor's stream, with the type and the id in the JSON", async () => {
  const stream = [
    { type: "delta", seq: 1, text: "Hel" },
    { type: "delta", seq: 2, text: "lo" },
    { type: "ping" },
  ];
  const body = `${stream.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("")}data: [DONE]\n\ndata: no\n\n`;
  const { text, last, issues } = await words(new Response(body));
  expect({ text, last }).toEqual({ text: "Hello", last: "2" });
  expect(issues).toMatchObject([{ kind: "unknown", type: "ping" }]);
});
