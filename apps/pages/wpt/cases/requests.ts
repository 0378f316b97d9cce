import { type Check, check, FAILED, type Realm } from "../bench.ts";

const WINDOW: readonly Realm[] = ["window"];
const HELLO = "data: hello\n\n";

/** Media types and whether a stream under them is taken. */
const TYPES: readonly (readonly [type: string | null, taken: boolean])[] = [
  ["text/event-stream", true],
  ["text/event-stream;", true],
  ["text/event-stream; charset=utf-8", true],
  ["text/event-stream;charset=windows-1251", true],
  ["TEXT/Event-Stream", true],
  ["text/event-stream;x=y;charset=utf-8", true],
  ["text/x-bogus", false],
  ["x bogus", false],
  ["text/event-stream-not", false],
  ["text/html, text/event-stream", true],
  ["text/event-stream, text/html", false],
  ["", false],
  [null, false],
];

export const requests: readonly Check[] = [
  check(
    "asks with GET, without a body and for an event stream, past the cache, and names no position at first",
    async (at) => {
      const url = at.play({ body: HELLO, end: "hold" });
      await at.next(at.open(url), "open");
      const [{ method, headers } = { method: "", headers: {} as Record<string, string> }] = await at.asked(
        url,
        1,
      );
      const names = [
        "accept",
        "cache-control",
        "content-type",
        "content-length",
        "last-event-id",
        "sec-fetch-mode",
        "sec-fetch-dest",
        "origin",
      ];
      return [method, ...names.map((name) => headers[name] ?? null)];
    },
    ["GET", "text/event-stream", "no-cache", null, null, null, "cors", "empty", null],
  ),
  check(
    "is asked for anew where a cache could answer",
    async (at) => {
      const url = at.play(
        { headers: { "cache-control": "max-age=1000" }, body: "data: 1\n\n" },
        { headers: { "cache-control": "max-age=1000" }, body: "data: 2\n\n", end: "hold" },
      );
      const first = at.open(url);
      const [one] = await at.messages(first, 1);
      first.close();
      const [two] = await at.messages(at.open(url), 1);
      return [one, two];
    },
    ["1", "2"],
  ),
  check(
    "open is a plain event that neither bubbles nor can be cancelled, and the state is OPEN by then",
    async (at) => {
      const source = at.open(at.play({ end: "hold" }));
      const event = await new Promise<readonly unknown[]>((resolve) => {
        source.onopen = (opened) => {
          const { type, bubbles, cancelable, constructor: made, target } = opened;
          resolve([
            type,
            bubbles,
            cancelable,
            made === Event,
            "data" in opened,
            target === source,
            source.readyState,
          ]);
        };
      });
      return event;
    },
    ["open", false, false, true, false, true, 1],
  ),
  check(
    "open is trusted",
    async (at) => (await at.next(at.open(at.play({ end: "hold" })), "open")).isTrusted,
    true,
  ),
  check(
    "open comes before the first message, also when both come in one piece",
    async (at) => {
      const source = at.open(at.play({ body: HELLO, end: "hold" }));
      const heard: string[] = [];
      source.onopen = () => heard.push("open");
      await at.next(source, "message");
      return heard;
    },
    ["open"],
  ),
  check(
    "handlers that are set right after the constructor hear open, as late ones do in the next task",
    async (at) => {
      const source = at.open(at.play({ end: "hold" }));
      await Promise.resolve();
      return (await at.next(source, "open")).type;
    },
    "open",
  ),
  ...TYPES.map(([type, taken]) =>
    check(
      `${type === null ? "a response without a media type" : `the media type ${JSON.stringify(type)}`} is ${taken ? "taken" : "refused for good"}`,
      async (at) => {
        const url = at.play({ headers: { "content-type": type }, body: HELLO, end: taken ? "hold" : "end" });
        if (!taken) return at.failure(url);
        return (await at.next(at.open(url), "message", "error")).data;
      },
      taken ? "hello" : FAILED,
    ),
  ),
  ...[204, 205, 210, 299, 401, 404, 410, 418, 500, 503].map((status) =>
    check(
      `the status ${status} fails the connection for good, and nobody asks again`,
      async (at) => {
        const url = at.play({
          status,
          headers: { "retry-after": "0" },
          ...(status < 206 ? {} : { body: `retry: 1\n${HELLO}` }),
        });
        return [await at.failure(url), (await at.asked(url)).length];
      },
      [FAILED, 1],
    ),
  ),
  ...[301, 302, 303, 307, 308].map((status) =>
    check(
      `a redirect by ${status} is followed; url stays the one that was asked for`,
      async (at) => {
        const target = at.play({ body: HELLO, end: "hold" });
        const url = at.play({ status, headers: { location: `/${target}`, "content-type": null } });
        const source = at.open(url);
        const { data } = await at.next(source, "message", "error");
        return [
          data,
          source.url === new URL(url, location.href).href,
          (await at.asked(target)).map(({ method }) => method),
        ];
      },
      ["hello", true, ["GET"]],
    ),
  ),
  check(
    "a redirect without a location fails for good",
    (at) => at.failure(at.play({ status: 302, headers: { "content-type": null } })),
    FAILED,
  ),
  check(
    "window.stop() ends it for good",
    async (at) => {
      const source = at.open(at.play({ body: "retry: 1\n", end: "hold" }));
      await at.next(source, "open");
      const failed = at.next(source, "error");
      window.stop();
      await failed;
      return source.readyState;
    },
    2,
    WINDOW,
    true,
  ),
];
