import { type Check, check, FAILED, type Realm } from "../bench.ts";

const STATES = ["CONNECTING", "OPEN", "CLOSED"] as const;
const ATTRIBUTES = ["url", "withCredentials", "readyState", "onopen", "onmessage", "onerror"] as const;
const WINDOW: readonly Realm[] = ["window"];

/** What a function throws. */
function thrownBy(make: () => unknown): readonly unknown[] {
  try {
    make();
  } catch (thrown) {
    const { name, constructor: made, code = 0 } = thrown as DOMException;
    return [name, made.name, code];
  }
  return ["nothing"];
}

/** Values that Web IDL makes a boolean or a string of. */
const odd = (value: unknown) => value as never;

export const construction: readonly Check[] = [
  check(
    "the constants are on the interface object, the prototype and instances, and stay as they are",
    (at) => {
      const source = at.open(at.play({ end: "hold" }));
      const of = (target: object) => STATES.map((name) => Object.getOwnPropertyDescriptor(target, name));
      const { EventSource } = at;
      return [of(EventSource), of(EventSource.prototype), STATES.map((name) => source[name])];
    },
    [
      ...Array(2).fill(
        [0, 1, 2].map((value) => ({ value, writable: false, enumerable: true, configurable: false })),
      ),
      [0, 1, 2],
    ],
  ),
  check(
    "the interface object is a function of one argument that has to be called with new",
    ({ EventSource }) => [
      EventSource.name,
      EventSource.length,
      typeof EventSource,
      thrownBy(() => (EventSource as unknown as (url: string) => void)("play")),
      Object.getOwnPropertyDescriptor(EventSource, "prototype")?.writable,
      Object.getPrototypeOf(EventSource) === EventTarget,
    ],
    ["EventSource", 1, "function", ["TypeError", "TypeError", 0], false, true],
  ),
  check(
    "the attributes are enumerable accessors of the prototype, which refuse other objects",
    ({ EventSource: { prototype } }) =>
      ATTRIBUTES.map((name) => {
        const { get, set, enumerable, configurable } = Object.getOwnPropertyDescriptor(prototype, name) ?? {};
        return [...[get?.name, set?.name ?? "", enumerable, configurable], thrownBy(() => get?.call({}))[0]];
      }),
    ATTRIBUTES.map((name) => [
      `get ${name}`,
      name.startsWith("on") ? `set ${name}` : "",
      true,
      true,
      "TypeError",
    ]),
  ),
  check(
    "close is an enumerable method without arguments, and the class string is EventSource",
    ({ EventSource: { prototype } }) => {
      const { value, enumerable } = Object.getOwnPropertyDescriptor(prototype, "close") ?? {};
      return [value.length, value.name, enumerable, Object.prototype.toString.call(prototype)];
    },
    [0, "close", true, "[object EventSource]"],
  ),
  check(
    "the prototype can be extended, and instances have what it has",
    (at) => {
      const { prototype } = at.EventSource as unknown as { prototype: { answer?: () => number } };
      prototype.answer = () => 42;
      const source = at.open(at.play({ end: "hold" })) as unknown as { answer(): number };
      const answer = source.answer();
      delete prototype.answer;
      return [answer, source instanceof at.EventSource, source instanceof EventTarget];
    },
    [42, true, true],
  ),
  check(
    "a class can be derived from it",
    (at) => {
      class Derived extends at.EventSource {}
      const source = new Derived(at.play({ end: "hold" }));
      source.close();
      return [source instanceof Derived, source.readyState];
    },
    [true, 2],
  ),
  check(
    "without an argument it throws a TypeError",
    (at) => thrownBy(() => new (at.EventSource as unknown as new () => unknown)()),
    [...["TypeError", "TypeError", 0]],
  ),
  check(
    "what is no URL is a SyntaxError",
    ({ EventSource }) =>
      ["http://[", "http://a:b:c", "http://"].map((url) => thrownBy(() => new EventSource(url))),
    Array(3).fill(["SyntaxError", "DOMException", 12]),
  ),
  check(
    "a host with spaces is no URL",
    ({ EventSource }) => thrownBy(() => new EventSource("http://this is invalid/").close()),
    ["SyntaxError", "DOMException", 12],
  ),
  check(
    "the URL is made a string: of objects, numbers, null and undefined",
    (at) =>
      [{ toString: () => "a" }, 1, null, undefined, new URL("http://b.localhost/?q#f")].map((url) =>
        at.open(odd(url)).url.replace(/^http:\/\/[^/]*\/(.*\/)?/, ""),
      ),
    ["a", "1", "null", "undefined", "?q#f"],
  ),
  check(
    "a relative URL is resolved, and shown in full",
    (at) =>
      ["play/x", "/y", "?z", "//a.localhost/b", "é"].map(
        (url) => at.open(url).url === new URL(url, location.href).href,
      ),
    [true, true, true, true, true],
  ),
  check("an empty URL is this place's own", (at) => at.open("").url === location.href, true),
  check(
    "a relative URL is resolved against the base element",
    async (at) => {
      const base = document.createElement("base");
      base.href = "/a/b/";
      document.head.append(base);
      const source = at.open("../c");
      base.remove();
      return source.url.replace(location.origin, "");
    },
    "/a/c",
    WINDOW,
  ),
  check(
    "the options default to no credentials, and may be nothing",
    (at) => {
      const url = at.play({ end: "hold" });
      const inits = [
        undefined,
        null,
        {},
        { withCredentials: undefined },
        { withCredentials: true },
        { withCredentials: 1 },
      ];
      return inits.map((init) => {
        const source = new at.EventSource(url, odd(init));
        source.close();
        return source.withCredentials;
      });
    },
    [false, false, false, false, true, true],
  ),
  check(
    "options that are no dictionary are a TypeError",
    ({ EventSource }) =>
      [1, "a", true].map((init) => thrownBy(() => new EventSource("play", odd(init)).close())[0]),
    ["TypeError", "TypeError", "TypeError"],
  ),
  check(
    "it is CONNECTING at first, and has no handlers",
    (at) => {
      const source = at.open(at.play({ end: "hold" }));
      return [source.readyState, source.onopen, source.onmessage, source.onerror];
    },
    [0, null, null, null],
  ),
  check(
    "handlers are functions or objects, and everything else is null",
    (at) => {
      const source = at.open(at.play({ end: "hold" }));
      return [() => {}, {}, 1, "a", undefined, null].map((handler) => {
        source.onmessage = odd(handler);
        return source.onmessage === handler ? typeof handler : source.onmessage;
      });
    },
    ["function", "object", null, null, null, "object"],
  ),
  check(
    "the attributes cannot be written",
    (at) => {
      const source = at.open(at.play({ end: "hold" }));
      return ["url", "readyState", "withCredentials"].map(
        (name) =>
          thrownBy(() => {
            (source as unknown as Record<string, unknown>)[name] = 1;
          })[0],
      );
    },
    ["TypeError", "TypeError", "TypeError"],
  ),
  ...["ftp://example.localhost/", "about:blank", "mailto:a@example.localhost", "javascript:alert(1)"].map(
    (url) => check(`${url} fails for good, with a plain event`, (at) => at.failure(url), FAILED),
  ),
  check(
    "listeners that are added with addEventListener hear messages, once each, and not when they are removed",
    async (at) => {
      const source = at.open(at.play({ body: "data: a\n\ndata: b\n\n", end: "hold" }));
      const heard: string[] = [];
      const listener = ({ data }: MessageEvent) => heard.push(`1${data}`);
      const removed = () => heard.push("removed");
      source.addEventListener("message", listener);
      source.addEventListener("message", listener);
      source.addEventListener("message", removed);
      source.addEventListener("message", {
        handleEvent: (event: Event) => heard.push(`2${(event as MessageEvent).data}`),
      });
      source.removeEventListener("message", removed);
      await at.messages(source, 2);
      return heard;
    },
    ["1a", "2a", "1b", "2b"],
  ),
  check(
    "events that are dispatched on it by hand are heard, and change nothing",
    (at) => {
      const source = at.open(at.play({ end: "hold" }));
      const heard: unknown[] = [];
      source.onopen = source.onerror = ({ type }) => heard.push(type);
      source.onmessage = ({ data }) => heard.push(data);
      source.dispatchEvent(new Event("open"));
      source.dispatchEvent(new Event("error"));
      source.dispatchEvent(new MessageEvent("message", { data: "x" }));
      return [...heard, source.readyState];
    },
    ["open", "error", "x", 0],
  ),
];
