import { encodeLastEventId, InvalidOptionError } from "@sse/protocol";
import { isContract } from "./contract.ts";

/** Whether a value fits an option, and what would fit. */
type Rule = readonly [fits: (value: unknown) => boolean, words: string];

const A_FUNCTION: Rule = [(value) => typeof value === "function", "a function"];

function oneOf(...words: readonly string[]): Rule {
  return [(value) => words.includes(value as string), words.map((word) => JSON.stringify(word)).join(" or ")];
}

/** An object with these methods. */
function withMethods(words: string, ...names: readonly string[]): Rule {
  const has = (value: unknown, name: string) =>
    typeof (value as Record<string, unknown>)[name] === "function";
  return [(value) => isObject(value) && names.every((name) => has(value, name)), words];
}

// The options of all faces: one name means one thing.
const RULES: Readonly<Record<string, Rule>> = {
  signal: withMethods("an AbortSignal", "addEventListener", "removeEventListener"),
  fetch: A_FUNCTION,
  onIssue: A_FUNCTION,
  onReconnect: A_FUNCTION,
  refresh: A_FUNCTION,
  until: A_FUNCTION,
  lastEventId: [
    (value) => typeof value === "string" && encodeLastEventId(value) !== undefined,
    "an id of at most 1,024 bytes without control characters",
  ],
  idleTimeoutMs: [
    (value) => value === "auto" || value === false || isAbove0(value),
    'a number above 0, "auto", or false, which is off',
  ],
  maxEventBytes: [isAbove0, "a number above 0"],
  // The methods that fetch refuses, and what is no method at all.
  method: [
    (value) =>
      typeof value === "string" &&
      /^[!#$%&'*+.^_`|~\w-]+$/.test(value) &&
      !/^(connect|trace|track)$/i.test(value),
    "an HTTP method that fetch can send",
  ],
  credentials: oneOf("same-origin", "include", "omit"),
  redirects: oneOf("same-origin", "follow"),
  cursor: oneOf("header", "query"),
  unknown: oneOf("drop", "pass"),
  gaps: oneOf("ignore", "event", "throw"),
  resume: [
    (value) => value === "same" || value === "get" || typeof value === "function",
    '"same", "get" or a function that makes a Request',
  ],
  reconnect: [(value) => value === false || isObject(value), "an object, or false, which is off"],
  store: withMethods("an object with load, save and clear", "load", "save", "clear"),
  transport: withMethods("made by share()", "open"),
  events: [isContract, "made by defineEvents"],
};

/** @throws InvalidOptionError that names the first option whose value cannot be. */
export function assertOptions(options: unknown): void {
  if (!isObject(options)) throw new InvalidOptionError(`The options are an object, not ${shown(options)}.`);
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || (value === null && name === "signal") || !Object.hasOwn(RULES, name)) continue;
    const [fits, words] = RULES[name] as Rule; // it has it
    if (!fits(value)) throw new InvalidOptionError(`${name} is ${words}, not ${shown(value)}.`);
  }
}

/** @throws InvalidOptionError for what defineEvents did not make. */
export function assertContract(events: unknown): void {
  if (isContract(events)) return;
  throw new InvalidOptionError(
    `The first argument is a contract, made by defineEvents, not ${shown(events)}.`,
  );
}

/** @throws InvalidOptionError for a body where the method has none, or that is to be sent again and cannot be */
export function assertBody(body: unknown, method: string, repeats: boolean): void {
  if (body === undefined || body === null) return;
  if (/^(get|head)$/i.test(method)) {
    throw new InvalidOptionError(`method is one that has a body, as POST has, not ${shown(method)}.`);
  }
  if (repeats && typeof body === "object" && ("getReader" in body || Symbol.asyncIterator in body)) {
    throw new InvalidOptionError(
      "body is a stream, which can be sent once; a function makes it for each attempt.",
    );
  }
}

/** A value as a message may show it: neither long nor what it holds. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === "function") return "a function";
  return typeof value === "object" && value !== null ? "an object" : String(value);
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

function isAbove0(value: unknown): boolean {
  return typeof value === "number" && value > 0;
}
