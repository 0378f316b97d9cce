import { type Check, check } from "../bench.ts";

const HELLO = "data: hello\n\n";

export const messages: readonly Check[] = [
  check(
    "a message is a MessageEvent with data, origin and last event ID, and without source and ports",
    async (at) => {
      const event = await at.next(at.open(at.play({ body: `id: 7\n${HELLO}`, end: "hold" })), "message");
      const {
        data,
        origin,
        lastEventId,
        source,
        ports,
        bubbles,
        cancelable,
        constructor: made,
        type,
      } = event;
      return [
        ...[
          type,
          data,
          origin === location.origin,
          lastEventId,
          source,
          ports.length,
          Object.isFrozen(ports),
        ],
        ...[bubbles, cancelable, made === MessageEvent],
      ];
    },
    ["message", "hello", true, "7", null, 0, true, false, false, true],
  ),
  check(
    "a message is trusted",
    async (at) => (await at.next(at.open(at.play({ body: HELLO, end: "hold" })), "message")).isTrusted,
    true,
  ),
  check(
    "handlers are called on the source, which is the event's target while they are",
    async (at) => {
      const source = at.open(at.play({ body: HELLO, end: "hold" }));
      return new Promise((resolve) => {
        source.onmessage = function (this: unknown, event) {
          resolve([
            this === source,
            event.target === source,
            event.currentTarget === source,
            event.eventPhase,
          ]);
        };
      });
    },
    [true, true, true, 2],
  ),
  check(
    "onmessage and listeners are called in the order in which they were set",
    async (at) => {
      const source = at.open(at.play({ body: `${HELLO}${HELLO}`, end: "hold" }));
      const heard: string[] = [];
      source.addEventListener("message", () => heard.push("first"));
      source.onmessage = () => heard.push("replaced");
      source.addEventListener("message", () => heard.push("last"));
      source.onmessage = () => heard.push("handler");
      await at.messages(source, 2);
      return heard;
    },
    ["first", "handler", "last", "first", "handler", "last"],
  ),
  check(
    "a handler that throws does not keep the next message back",
    async (at) => {
      const source = at.open(at.play({ body: `${HELLO}data: next\n\n`, end: "hold" }));
      const reported: unknown[] = [];
      const onError = (event: Event) => {
        event.preventDefault();
        reported.push((event as ErrorEvent).error);
      };
      globalThis.addEventListener("error", onError);
      source.onmessage = ({ data }) => {
        throw data;
      };
      const got = await at.messages(source, 2);
      globalThis.removeEventListener("error", onError);
      return [got, reported];
    },
    [
      ["hello", "next"],
      ["hello", "next"],
    ],
  ),
  check(
    "an event with a type of its own is not a message",
    async (at) => {
      const source = at.open(at.play({ body: `event: tick\ndata: 1\n\n${HELLO}`, end: "hold" }));
      const heard: string[] = [];
      source.addEventListener("tick", ({ type, data, constructor: made }: MessageEvent) =>
        heard.push(type, data, String(made === MessageEvent)),
      );
      const [data] = await at.messages(source, 1);
      return [...heard, data];
    },
    ["tick", "1", "true", "hello"],
  ),
  check(
    "events of the server that are called open and error are heard as such, with data, and change nothing",
    async (at) => {
      const source = at.open(
        at.play({ body: `event: error\ndata: e\n\nevent: open\ndata: o\n\n${HELLO}`, end: "hold" }),
      );
      const heard: unknown[] = [];
      source.onerror = (event) => heard.push((event as MessageEvent).data, source.readyState);
      source.onopen = (event) => heard.push((event as MessageEvent).data ?? "real");
      await at.messages(source, 1);
      return heard;
    },
    ["real", "e", 1, "o"],
  ),
  check(
    "between two messages of one piece promises are settled",
    async (at) => {
      const source = at.open(at.play({ body: "data: a\n\ndata: b\n\ndata: c\n\n", end: "hold" }));
      const heard: string[] = [];
      while (heard.at(-1) !== "c") heard.push((await at.next(source, "message")).data);
      return heard;
    },
    ["a", "b", "c"],
  ),
  check(
    "the origin is that of the last redirect",
    async (at) => {
      const allowed = { "access-control-allow-origin": "*" };
      const target = at.elsewhere(at.play({ headers: allowed, body: HELLO, end: "hold" }));
      const url = at.play({ status: 302, headers: { location: target, "content-type": null } });
      const { origin } = await at.next(at.open(url), "message", "error");
      return origin === new URL(target).origin;
    },
    true,
  ),
];
