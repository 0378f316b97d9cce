import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, test, vi } from "vitest";
import { Publication } from "./publication.ts";

const failure = new Error("The log is away.");

function failing(onUnhandled: (error: unknown) => void): Promise<string> {
  return Publication.of(Promise.reject(failure), String, onUnhandled);
}

/** Long enough for the task in which the publication looks whether somebody listens: timers keep their order. */
async function laterTasks(): Promise<void> {
  for (let n = 0; n < 3; n++) await new Promise((resolve) => setTimeout(resolve, 1));
}

describe("a publication", () => {
  test("resolves with what is made of the value", async () => {
    const onUnhandled = vi.fn();
    expect(await Publication.of(Promise.resolve(41), (value) => value + 1, onUnhandled)).toBe(42);
    await laterTasks();
    expect(onUnhandled).not.toHaveBeenCalled();
  });

  test("rejects with the very error", async () => {
    await expect(failing(vi.fn())).rejects.toBe(failure);
  });

  test("rejects, too, where nothing can be made of the value", async () => {
    const finish = (): never => {
      throw failure;
    };
    const onUnhandled = vi.fn();
    await expect(Publication.of(Promise.resolve(), finish, onUnhandled)).rejects.toBe(failure);
    void Publication.of(Promise.resolve(), finish, onUnhandled);
    await laterTasks();
    expect(onUnhandled.mock.calls).toEqual([[failure]]);
  });

  test("is a promise, and what follows it is an ordinary one", async () => {
    const publication = Publication.of(Promise.resolve(1), String, vi.fn());
    expect(publication).toBeInstanceOf(Promise);
    const next = publication.then((value) => value);
    expect(next).not.toBeInstanceOf(Publication);
    expect(await Promise.all([publication, next])).toEqual(["1", "1"]);
  });

  test("that nobody handles gives its error to onUnhandled, once", async () => {
    const onUnhandled = vi.fn();
    void failing(onUnhandled);
    await laterTasks();
    expect(onUnhandled.mock.calls).toEqual([[failure]]);
  });

  const handlings: readonly [string, (publication: Promise<string>) => Promise<unknown>][] = [
    ["catch", async (publication) => expect(await publication.catch(() => "caught")).toBe("caught")],
    [
      "try and catch",
      async (publication) => {
        try {
          await publication;
          expect.unreachable();
        } catch (error) {
          expect(error).toBe(failure);
        }
      },
    ],
    ["then with two callbacks", (publication) => publication.then(expect.unreachable, () => {})],
    ["Promise.all", (publication) => expect(Promise.all([publication])).rejects.toBe(failure)],
    ["Promise.allSettled", (publication) => Promise.allSettled([publication])],
    ["Promise.race", (publication) => expect(Promise.race([publication])).rejects.toBe(failure)],
    ["finally before a catch", (publication) => publication.finally(() => {}).catch(() => {})],
    [
      "being returned by an async function",
      (publication) => expect((async () => publication)()).rejects.toBe(failure),
    ],
    [
      "resolving another promise",
      (publication) => expect(Promise.resolve().then(() => publication)).rejects.toBe(failure),
    ],
  ];
  test.each(handlings)("handled by %s is not told to onUnhandled", async (_how, handle) => {
    const onUnhandled = vi.fn();
    await handle(failing(onUnhandled));
    await laterTasks();
    expect(onUnhandled).not.toHaveBeenCalled();
  });

  test("handled late in the same turn, after other promises, is handled", async () => {
    const onUnhandled = vi.fn();
    const publication = failing(onUnhandled);
    for (let n = 0; n < 50; n++) await null;
    await expect(publication).rejects.toBe(failure);
    await laterTasks();
    expect(onUnhandled).not.toHaveBeenCalled();
  });

  test("two of which one is handled: only the other is told", async () => {
    const onUnhandled = vi.fn();
    const other = new Error("Another.");
    void Publication.of(Promise.reject(other), String, onUnhandled);
    await expect(failing(onUnhandled)).rejects.toBe(failure);
    await laterTasks();
    expect(onUnhandled.mock.calls).toEqual([[other]]);
  });
});

/** What a process that ends at unhandled rejections prints, in which this is run. */
async function runAlone(code: string): Promise<{ stdout: string; exitCode: unknown }> {
  const source = new URL("./publication.ts", import.meta.url).href;
  const program = `
    import { Publication } from ${JSON.stringify(source)};
    process.on("exit", (code) => console.log("exit", code));
    const failing = () => Publication.of(Promise.reject(new Error("away")), String, (error) => console.log("told", error.message));
    ${code}`;
  const args = ["--unhandled-rejections=strict", "--input-type=module", "--eval", program];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 20_000 });
    return { stdout, exitCode: 0 };
  } catch (error) {
    const { stdout, code: exitCode } = error as { stdout: string; code: unknown }; // as `execFile` documents it
    return { stdout, exitCode };
  }
}

describe("in a process that ends at unhandled rejections", () => {
  test.each([
    ["a publication that nobody handles", "void failing();", "told away\nexit 0\n"],
    [
      "hundreds that nobody handles",
      "for (let n = 0; n < 300; n++) void failing();",
      `${"told away\n".repeat(300)}exit 0\n`,
    ],
    ["one that somebody handles", "await failing().catch(() => {});", "exit 0\n"],
    [
      "one that is handled after it was told",
      "const late = failing(); setTimeout(() => late.catch(() => console.log('late')), 20);",
      "told away\nlate\nexit 0\n",
    ],
  ])("%s: it lives", async (_what, code, stdout) => {
    expect(await runAlone(code)).toEqual({ stdout, exitCode: 0 });
  });

  test("a chain on a publication is its owner's: its rejection is an ordinary one", async () => {
    const { stdout, exitCode } = await runAlone("failing().then(() => {});");
    expect(stdout).toBe("exit 1\n");
    expect(exitCode).toBe(1);
  });
});
