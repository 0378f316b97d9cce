import { execFile } from "node:child_process";

/** How a process ended, and all that it wrote. */
export interface Outcome {
  readonly code: number;
  readonly output: string;
}

/** Runs a program to its end, without the variables by which package managers speak to their scripts. */
export function run(command: string, args: readonly string[], cwd: string): Promise<Outcome> {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(NODE_OPTIONS|NODE_ENV|VITEST.*|npm_(?!config_).*)$/.test(name),
    ),
  );
  const options = {
    cwd,
    env,
    encoding: "utf8",
    maxBuffer: 1 << 26,
    timeout: 110_000,
    shell: process.platform === "win32" && ["npm", "npx"].includes(command), // there they are .cmd files
  } as const;
  return new Promise((resolve) => {
    execFile(command, args, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
      const killed = error?.killed === true ? "\n(it did not end, and was stopped)" : "";
      resolve({ code, output: `${stdout}${stderr}${killed}`.trim() });
    });
  });
}

/** Like `run`; a process that fails is an error that shows what it wrote. */
export async function mustRun(command: string, args: readonly string[], cwd: string): Promise<string> {
  const { code, output } = await run(command, args, cwd);
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} exited with ${code} in ${cwd}:\n${output}`);
  return output;
}
