import { parseArgs } from "node:util";

export interface Options {
  readonly port: number;
  readonly help: boolean;
}

const DEFAULT_PORT = 8420;

export function usageOf(command: string): string {
  return `Usage: ${command} -- [--port <number>]

  --port, -p   the port to listen on at 127.0.0.1 (default ${DEFAULT_PORT}; 0 takes a free one)
  --help, -h   this text`;
}

/** Reads the command line. Throws an Error whose message says what would be right. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    // A "--" that a script runner passed on is not meant for us.
    args: args[0] === "--" ? args.slice(1) : [...args],
    options: {
      port: { type: "string", short: "p", default: String(DEFAULT_PORT) },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const port = Number(values.port);
  if (!/^\d+$/.test(values.port) || port > 65_535) {
    throw new Error(`--port ${values.port} is not a port: give a whole number from 0 to 65535.`);
  }
  return { port, help: values.help };
}
