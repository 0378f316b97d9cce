/** Where a list of behaviour runs. A browser runs it in a window and in a dedicated worker. */
export type RuntimeName =
  | "node22"
  | "node24"
  | "node26"
  | "deno"
  | "bun"
  | "bun, idleTimeout 0"
  | "workerd"
  | "chromium"
  | "chromium worker"
  | "firefox"
  | "firefox worker"
  | "webkit"
  | "webkit worker";

/** One behaviour: a sentence, and a function that throws where it does not hold. */
export interface Check<Tools> {
  readonly name: string;
  /** Where it is known not to hold, and why. Passing there is a failure: the gap is closed, and has to go. */
  readonly gaps?: Partial<Readonly<Record<RuntimeName, string>>>;
  run(tools: Tools): Promise<void> | void;
}

export interface Result {
  readonly name: string;
  readonly outcome: "passed" | "failed";
  readonly ms: number;
  readonly error?: string;
}

/** Runs all checks, so many at a time. One that takes longer than `limitMs` has failed. */
export async function runChecks<Tools>(
  checks: readonly Check<Tools>[],
  tools: Tools,
  { atATime, limitMs }: { readonly atATime: number; readonly limitMs: number },
): Promise<readonly Result[]> {
  const results: Result[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let at = next++; at < checks.length; at = next++) {
      const check = checks[at];
      if (check !== undefined) results[at] = await runOne(check, tools, limitMs);
    }
  };
  await Promise.all(Array.from({ length: atATime }, lane));
  return results;
}

async function runOne<Tools>(check: Check<Tools>, tools: Tools, limitMs: number): Promise<Result> {
  const start = Date.now();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${limitMs} ms`)), limitMs);
  });
  const { name } = check;
  try {
    await Promise.race([check.run(tools), late]);
    return { name, outcome: "passed", ms: Date.now() - start };
  } catch (error) {
    return { name, outcome: "failed", ms: Date.now() - start, error: String(error) };
  } finally {
    clearTimeout(timer);
  }
}
