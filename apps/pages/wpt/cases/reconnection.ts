import { type Bench, type Check, check } from "../bench.ts";

/** The ids that a body's messages show, and the one that was sent when the source came back, as text. */
async function ids(at: Bench, body: string, count: number): Promise<readonly unknown[]> {
  const url = at.play({ body: `retry: 1\n${body}` }, { body: "data: again\n\n", end: "hold" });
  const source = at.open(url);
  const shown: string[] = [];
  source.addEventListener("message", ({ lastEventId }) => shown.push(lastEventId));
  await at.messages(source, count + 1);
  const sent = (await at.asked(url, 2))[1]?.headers["last-event-id"];
  const text =
    sent === undefined ? null : new TextDecoder().decode(Uint8Array.from(sent, (byte) => byte.charCodeAt(0)));
  return [shown, text];
}

/** Milliseconds between the first two requests, of which the first body is this. */
async function waitedMs(at: Bench, body: string): Promise<number> {
  const url = at.play({ body }, { body: "data: again\n\n", end: "hold" });
  const source = at.open(url);
  await new Promise<void>((resolve) => {
    source.onmessage = ({ data }) => data === "again" && resolve();
  });
  const [first, second] = await at.asked(url, 2);
  return (second?.at ?? 0) - (first?.at ?? 0);
}

// Less than the 3 s that it waits without a `retry`, however busy the machine is.
const within = (ms: number, least: number, most: number) => (ms >= least && ms <= most ? "in time" : ms);

export const reconnection: readonly Check[] = [
  check(
    "a body that ends is an error while CONNECTING, then the source opens again",
    async (at) => {
      const source = at.open(
        at.play({ body: "retry: 2\ndata: ok\n\n" }, { body: "data: data\n\n", end: "hold" }),
      );
      const heard: unknown[] = [];
      source.onopen = () => heard.push("open");
      source.onerror = (event) => heard.push(event.type, source.readyState, "data" in event);
      source.onmessage = ({ data }) => heard.push(data);
      await at.messages(source, 2);
      return heard;
    },
    ["open", "ok", "error", 0, false, "open", "data"],
  ),
  check(
    "a body without events that ends is asked for again",
    async (at) =>
      at.messages(at.open(at.play({ body: "retry: 2\n\n" }, { body: "data: data\n\n", end: "hold" })), 1),
    ["data"],
  ),
  check(
    "a connection that breaks is asked for again",
    async (at) => {
      const source = at.open(
        at.play({ body: "retry: 2\n\n", end: "reset" }, { body: "data: data\n\n", end: "hold" }),
      );
      return at.messages(source, 1);
    },
    ["data"],
  ),
  check(
    "a source that comes back to a refusal is CLOSED, with one error",
    async (at) => {
      const source = at.open(
        at.play({ body: "retry: 2\ndata: opened\n\n" }, { body: "data: reconnected\n\n" }, { status: 404 }),
      );
      const heard: unknown[] = [];
      source.onmessage = ({ data }) => heard.push(data);
      await new Promise<void>((resolve) => {
        source.onerror = () => {
          heard.push(source.readyState);
          if (source.readyState === 2) resolve();
        };
      });
      return heard;
    },
    ["opened", 0, "reconnected", 0, 2],
  ),
  check(
    "a source that was redirected comes back to the URL that it was made with",
    async (at) => {
      const target = at.play({ body: "retry: 2\nid: 1\ndata: a\n\n" }, { body: "data: b\n\n", end: "hold" });
      const url = at.play({ status: 307, headers: { location: `/${target}`, "content-type": null } });
      await at.messages(at.open(url), 2);
      return (await at.asked(url, 2)).map(({ headers }) => headers["last-event-id"] ?? null);
    },
    [null, "1"],
  ),
  check("an id is shown, kept and sent", (at) => ids(at, "id: 1\ndata: a\n\ndata: b\n\n", 2), [
    ["1", "1", "1"],
    "1",
  ]),
  check("an id of other letters is sent in UTF-8", (at) => ids(at, "id: …日本é\ndata: a\n\n", 1), [
    ["…日本é", "…日本é"],
    "…日本é",
  ]),
  check("a later id is the one that is sent", (at) => ids(at, "id: 1\ndata: a\n\nid: 2\ndata: b\n\n", 2), [
    ["1", "2", "2"],
    "2",
  ]),
  check("an empty id takes the position back", (at) => ids(at, "id: 1\ndata: a\n\nid:\ndata: b\n\n", 2), [
    ["1", "", ""],
    null,
  ]),
  check("an id without a colon is an empty one", (at) => ids(at, "id: 1\ndata: a\n\nid\ndata: b\n\n", 2), [
    ["1", "", ""],
    null,
  ]),
  check("an id with NUL is passed over", (at) => ids(at, "id: 1\0\ndata: a\n\n", 1), [["", ""], null]),
  check("an id in a block without data counts", (at) => ids(at, "id: 1\ndata: a\n\nid: 2\n\n", 1), [
    ["1", "2"],
    "2",
  ]),
  check(
    "an id in a block that was not ended does not",
    (at) => ids(at, "id: 1\ndata: a\n\nid: 2\ndata: b\n", 1),
    [["1", "1"], "1"],
  ),
  check("an id keeps its inner spaces", (at) => ids(at, "id: a b\ndata: a\n\n", 1), [["a b", "a b"], "a b"]),
  check(
    "retry says how long to wait",
    async (at) => within(await waitedMs(at, "retry:700\ndata:x\n\n"), 690, 2900),
    "in time",
  ),
  check(
    "retry counts at its line, without a blank one",
    async (at) => within(await waitedMs(at, "retry:300\n"), 290, 2900),
    "in time",
  ),
  check(
    "a retry with anything but digits is passed over",
    async (at) =>
      within(
        await waitedMs(at, "retry:600\nretry:10x\nretry:-1\nretry:1.5\nretry:\u0661\ndata:x\n\n"),
        590,
        2900,
      ),
    "in time",
  ),
  check(
    "without a retry it waits some seconds, and an empty one changes nothing",
    async (at) => within(await waitedMs(at, "retry:\ndata:test\n\n"), 1000, 8000),
    "in time",
  ),
];
