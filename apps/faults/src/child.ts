import { spawn } from "node:child_process";

/** A program in a process of its own, with the client in it. */
export interface Child {
  /** Resolves when it printed a line. */
  printed(line: string): Promise<void>;
  readonly exited: Promise<{ readonly code: number | null; readonly lines: readonly string[] }>;
  kill(signal: "SIGTERM" | "SIGSTOP" | "SIGCONT"): void;
}

const HEAD = `
  import { connect, EventSource, request } from ${JSON.stringify(import.meta.resolve("@sse/client"))};
  import { defineEvents, json } from ${JSON.stringify(import.meta.resolve("@sse/protocol"))};
  const numbers = defineEvents({ n: json() });
`;

export function run(program: string): Child {
  const args = ["--conditions=@sse/source", "--input-type=module", "--eval", HEAD + program];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const looks = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (text) => {
      output += text;
      for (const look of looks) look();
    });
  const lines = () => output.split("\n").filter((line) => line !== "");
  const exited = new Promise<{ code: number | null; lines: string[] }>((resolve) =>
    child.once("close", (code) => resolve({ code, lines: lines() })),
  );
  return {
    exited,
    kill: (signal) => void child.kill(signal),
    printed: (line) =>
      new Promise((resolve, reject) => {
        const look = () => lines().includes(line) && resolve();
        looks.add(look);
        look();
        exited.then(({ code }) => reject(new Error(`The program ended with ${code}: ${output}`)));
      }),
  };
}
