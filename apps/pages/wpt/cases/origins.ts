import { type Bench, type Check, check, FAILED } from "../bench.ts";

const HELLO = "data: hello\n\n";
const ALLOWED = { "access-control-allow-origin": "{origin}", "access-control-allow-credentials": "true" };

/** The data and the origin of the first message from elsewhere. */
async function first(at: Bench, url: string, init?: EventSourceInit): Promise<readonly unknown[]> {
  const { data, origin } = await at.next(at.open(url, init), "message", "error");
  return [data ?? null, origin === new URL(url).origin];
}

/** What comes of credentials: a cookie is set by the first answer, and is there at the second request or is not. */
async function cookies(at: Bench, init: EventSourceInit | undefined): Promise<readonly unknown[]> {
  const name = `c${Math.random().toString(36).slice(2)}`;
  const headers = { ...ALLOWED, "set-cookie": `${name}=1; Path=/` };
  const url = at.elsewhere(
    at.play({ headers, body: "retry: 2\ndata: 1\n\n" }, { headers, body: "data: 2\n\n", end: "hold" }),
  );
  await at.messages(at.open(url, init), 2);
  return (await at.asked(url, 2)).map(({ headers }) => headers.cookie?.includes(name) ?? false);
}

/** What is asked of another origin when a source comes back to it with this id. */
async function back(at: Bench, id: string): Promise<readonly unknown[]> {
  const url = at.elsewhere(
    at.play(
      { headers: ALLOWED, body: `id: ${id}\nretry: 2\ndata: 1\n\n` },
      { headers: ALLOWED, body: "data: 2\n\n", end: "hold" },
    ),
  );
  await at.messages(at.open(url), 2);
  return (await at.asked(url, 2)).map(({ method, headers }) => [method, headers["last-event-id"] ?? null]);
}

export const origins: readonly Check[] = [
  check(
    "another origin that allows it is read, with credentials",
    (at) =>
      first(at, at.elsewhere(at.play({ headers: ALLOWED, body: HELLO, end: "hold" })), {
        withCredentials: true,
      }),
    ["hello", true],
  ),
  check(
    "another origin that allows everybody is read, without credentials",
    (at) =>
      first(
        at,
        at.elsewhere(at.play({ headers: { "access-control-allow-origin": "*" }, body: HELLO, end: "hold" })),
      ),
    ["hello", true],
  ),
  check(
    "another origin with letters of its own is read, and named in ASCII",
    async (at) => {
      const { href } = new URL(
        at.play({ headers: ALLOWED, body: HELLO, end: "hold" }),
        at.origin("élève.localhost"),
      );
      const { origin } = await at.next(at.open(href), "message", "error");
      return origin.replace(/:\d+$/, "");
    },
    "http://xn--lve-6lad.localhost",
  ),
  check(
    "another origin that redirects within itself is read",
    async (at) => {
      const target = at.elsewhere(at.play({ headers: ALLOWED, body: HELLO, end: "hold" }));
      const url = at.play({ status: 302, headers: { ...ALLOWED, location: target, "content-type": null } });
      return first(at, at.elsewhere(url), { withCredentials: true });
    },
    ["hello", true],
  ),
  check(
    "another origin is come back to",
    async (at) => {
      const url = at.play(
        { headers: ALLOWED, body: "retry: 2\ndata: 1\n\n" },
        { headers: ALLOWED, body: "data: 2\n\n", end: "hold" },
      );
      return at.messages(at.open(at.elsewhere(url), { withCredentials: true }), 2);
    },
    ["1", "2"],
  ),
  ...(
    [
      ["allows another one", { "access-control-allow-origin": "http://example.org" }, {}],
      ["allows the empty one", { "access-control-allow-origin": "" }, {}],
      ["allows none", {}, {}],
      [
        "allows everybody, but not with credentials",
        { "access-control-allow-origin": "*" },
        { withCredentials: true },
      ],
      [
        "allows without credentials what comes with them",
        { "access-control-allow-origin": "{origin}" },
        { withCredentials: true },
      ],
    ] as const
  ).map(([what, headers, init]) =>
    check(
      `another origin that ${what} fails for good, after a request or some`,
      async (at) => {
        const url = at.elsewhere(at.play({ headers, body: HELLO, end: "hold" }));
        const failure = await at.failure(url, init);
        return [failure, (await at.asked(url)).length <= 3];
      },
      [FAILED, true],
    ),
  ),
  check(
    "another origin that breaks the first connection is asked again",
    async (at) => {
      const url = at.play({ end: "refuse" }, { headers: ALLOWED, body: HELLO, end: "hold" });
      return at.messages(at.open(at.elsewhere(url)), 1);
    },
    ["hello"],
  ),
  check(
    "a redirect to another origin that allows nothing fails for good",
    (at) => {
      const location = at.elsewhere(at.play({ body: HELLO, end: "hold" }));
      return at.failure(at.play({ status: 302, headers: { location, "content-type": null } }));
    },
    FAILED,
  ),
  check("cookies come and go with credentials", (at) => cookies(at, { withCredentials: true }), [
    false,
    true,
  ]),
  check("no cookies come without credentials", (at) => cookies(at, { withCredentials: false }), [
    false,
    false,
  ]),
  check("no cookies come by default", (at) => cookies(at, undefined), [false, false]),
  check(
    "cookies of the own origin come always",
    async (at) => {
      const name = `c${Math.random().toString(36).slice(2)}`;
      const url = at.play(
        { headers: { "set-cookie": `${name}=1; Path=/` }, body: "retry: 2\ndata: 1\n\n" },
        { body: "data: 2\n\n", end: "hold" },
      );
      await at.messages(at.open(url), 2);
      return (await at.asked(url, 2)).map(({ headers }) => headers.cookie?.includes(name) ?? false);
    },
    [false, true],
  ),
  check(
    "a first request to another origin costs no preflight",
    async (at) => {
      const url = at.elsewhere(at.play({ headers: ALLOWED, body: HELLO, end: "hold" }));
      await at.messages(at.open(url), 1);
      return (await at.asked(url, 1)).map(({ method }) => method);
    },
    ["GET"],
  ),
  check("coming back to another origin with a plain id costs no preflight", (at) => back(at, "abc"), [
    ["GET", null],
    ["GET", "abc"],
  ]),
  check("coming back to another origin with a long id costs a preflight", (at) => back(at, "a".repeat(255)), [
    ["GET", null],
    ["OPTIONS", null],
    ["GET", "a".repeat(255)],
  ]),
  check(
    "coming back to another origin with unsafe characters in the id costs a preflight",
    (at) => back(at, "e5p3n<3k0k0s"),
    [
      ["GET", null],
      ["OPTIONS", null],
      ["GET", "e5p3n<3k0k0s"],
    ],
  ),
];
