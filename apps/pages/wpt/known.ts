import type { Realm } from "./bench.ts";

/** A check that does not hold, and why. */
export interface Known {
  readonly name: string | RegExp;
  /** Default: all. */
  readonly realms?: readonly Realm[];
  readonly why: string;
}

/** What a script cannot do as the browser does it. */
export const ours: readonly Known[] = [
  { name: "window.stop() ends it for good", why: "to fetch, it looks as a lost network does" },
  { name: /is trusted$/, why: "only the browser makes events that are trusted" },
  {
    name: "coming back to another origin with a plain id costs no preflight",
    why: "to fetch, Last-Event-ID is a header as others are; connect's cursor: 'query' costs none",
  },
];

/** What Chromium's own does not do as the standard has it. */
export const native: readonly Known[] = [
  { name: "a host with spaces is no URL", why: "to Chromium it is one" },
  {
    name: /charset/,
    why: "it refuses any charset but UTF-8; the standard passes over it",
  },
  {
    name: "a source that was redirected comes back to the URL that it was made with",
    why: "it comes back to the URL that it was redirected to",
  },
  {
    name: /^coming back to another origin with (a long id|unsafe characters)/,
    why: "it sends any id without a preflight",
  },
];

export function known(list: readonly Known[], name: string, realm: Realm): Known | undefined {
  return list.find(
    (one) =>
      (typeof one.name === "string" ? one.name === name : one.name.test(name)) &&
      (one.realms?.includes(realm) ?? true),
  );
}
