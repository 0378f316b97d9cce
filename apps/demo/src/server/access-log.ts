import { type FileHandle, open } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { LEVELS, type Level, type LogLine } from "../contract.ts";
import { wholeLines } from "./whole-lines.ts";

const KEPT_LINES = 2000;

/** What others know of an exchange. */
export interface ExchangeFacts {
  isStream(path: string): boolean;
  wasCut(socket: Socket): boolean;
}

/** The access log: a file of JSON lines, and the end of it in memory for those who follow it. */
export class AccessLog {
  readonly #file: FileHandle;
  readonly #run: number;
  readonly #lines: LogLine[];
  readonly #waiting = new Set<() => void>();
  #numbered: number;
  #closed = false;
  #written: Promise<void> = Promise.resolve();

  private constructor(file: FileHandle, run: number, lines: LogLine[]) {
    this.#file = file;
    this.#run = run;
    this.#lines = lines;
    this.#numbered = lines.at(-1)?.n ?? 0;
  }

  static async open(path: string, run: number): Promise<AccessLog> {
    const lines = wholeLines(path).slice(-KEPT_LINES);
    // Our own file, from another process of the same program.
    return new AccessLog(
      await open(path, "a"),
      run,
      lines.map((line) => JSON.parse(line) as LogLine),
    );
  }

  /** The number of the newest line. */
  get newest(): number {
    return this.#lines.at(-1)?.n ?? 0;
  }

  /** Logs one exchange: when a stream begins, and when a response is complete or its connection gone. */
  watch(req: IncomingMessage, res: ServerResponse, facts: ExchangeFacts): void {
    const began = performance.now();
    const bytesBefore = req.socket.bytesWritten;
    const path = (req.url ?? "/").split("?", 1)[0] ?? "/";
    const note = (phase: LogLine["phase"]): void =>
      this.#write({
        phase,
        level: levelOf(path, res.statusCode, phase),
        method: req.method ?? "GET",
        path,
        status: res.statusCode,
        ms: Math.round((performance.now() - began) * 10) / 10,
        bytes: req.socket.bytesWritten - bytesBefore,
      });
    if (facts.isStream(path)) note("open");
    res.once("close", () => note(res.writableFinished ? "end" : facts.wasCut(req.socket) ? "cut" : "left"));
  }

  /** Lines after a number, old and new, until the signal. */
  async *tail(after: number, level: Level, signal: AbortSignal): AsyncGenerator<LogLine, void, undefined> {
    const least = LEVELS.indexOf(level);
    let position = after;
    while (!signal.aborted) {
      const fresh = this.#lines.filter((line) => line.n > position);
      for (const line of fresh) {
        position = line.n;
        if (LEVELS.indexOf(line.level) >= least) yield line;
      }
      if (fresh.length === 0) await this.#more(signal);
    }
  }

  /** The number after which there are that many lines of a level and above. */
  before(count: number, level: Level): number {
    const least = LEVELS.indexOf(level);
    const matching = this.#lines.filter((line) => LEVELS.indexOf(line.level) >= least);
    return count === 0 ? this.newest : (matching.at(-count)?.n ?? 1) - 1;
  }

  /** What ends from now on is not logged. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#written;
    await this.#file.close();
  }

  #write(facts: Omit<LogLine, "n" | "at" | "run">): void {
    if (this.#closed) return;
    const line: LogLine = { n: ++this.#numbered, at: Date.now(), run: this.#run, ...facts };
    // A line is shown once the file has it: a number that was seen is never given to another line, even when
    // this process is killed in between.
    this.#written = this.#written.then(async () => {
      await this.#file.appendFile(`${JSON.stringify(line)}\n`);
      this.#lines.push(line);
      if (this.#lines.length > KEPT_LINES) this.#lines.shift();
      for (const wake of this.#waiting) wake();
    });
    this.#written = this.#written.catch((error) => console.error("The access log cannot be written:", error));
  }

  #more(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener("abort", wake);
      if (signal.aborted) wake();
    });
  }
}

function levelOf(path: string, status: number, phase: LogLine["phase"]): Level {
  if (status >= 500) return "error";
  if (status >= 400 || phase === "cut") return "warn";
  return path.startsWith("/assets/") || path === "/ping" || path === "/snapshot" ? "debug" : "info";
}
