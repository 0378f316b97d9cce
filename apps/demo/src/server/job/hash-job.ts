import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Folder, JobState, Pace } from "../../contract.ts";
import type { HashOrder, HashReport } from "./hash-order.ts";
import { Rate } from "./rate.ts";

export type JobProgress = Omit<JobState, "run" | "n">;

export interface HashJobOptions {
  /** The repository: the folders are below it. */
  readonly root: string;
  /** Where the digests and the job's own note are kept, so that another process can go on. */
  readonly directory: string;
  /** Called with each new state; not before the constructor returned. */
  readonly onState: (state: JobProgress) => void;
}

const WORKER = new URL("./hash-worker.ts", import.meta.url);

const IDLE: JobProgress = {
  status: "idle",
  folder: "node_modules",
  paceMBps: 25,
  files: { done: 0, total: 0 },
  bytes: { done: 0, total: 0 },
  bytesPerSecond: 0,
  leftMs: null,
  elapsedMs: 0,
  file: "",
  sha256: "",
  resumed: 0,
  error: "",
};

/** The one long job: SHA-256 of every file under a folder. Its state is here, whoever looks or does not. */
export class HashJob {
  readonly #options: HashJobOptions;
  #state: JobProgress = IDLE;
  #worker: Worker | undefined;
  #startedAt = 0;
  #rate = new Rate();

  constructor(options: HashJobOptions) {
    this.#options = options;
    if (existsSync(this.#note)) {
      const { startedAt, ...state } = JSON.parse(readFileSync(this.#note, "utf8")) as Note; // our own file
      this.#startedAt = startedAt;
      this.#state = state;
    }
  }

  get state(): JobProgress {
    return this.#state;
  }

  /** The digests so far, as `sha256sum` writes them. */
  get output(): string {
    return join(this.#options.directory, "SHA256SUMS");
  }

  get running(): boolean {
    return this.#worker !== undefined;
  }

  /** Starts from nothing. False when a job is running already. */
  start(folder: Folder, paceMBps: Pace): boolean {
    if (this.running) return false;
    rmSync(this.output, { force: true });
    this.#startedAt = Date.now();
    this.#state = { ...IDLE, folder, paceMBps };
    this.#work();
    return true;
  }

  /** Goes on with a job that was cut off when its process died. To be called once, after the start. */
  resume(): void {
    if (this.#state.status !== "counting" && this.#state.status !== "running") return;
    this.#state = { ...this.#state, resumed: this.#state.resumed + 1 };
    this.#work();
  }

  async cancel(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    this.#finish({ status: "cancelled" });
    await worker.terminate();
  }

  /** Lets go of the thread; the job's state stays on disk as it is. */
  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  get #note(): string {
    return join(this.#options.directory, "job.json");
  }

  #work(): void {
    const { folder, paceMBps } = this.#state;
    const order: HashOrder = { folder: join(this.#options.root, folder), output: this.output, paceMBps };
    const worker = new Worker(WORKER, { workerData: order });
    this.#worker = worker;
    this.#rate = new Rate();
    this.#change({ status: "counting" });
    this.#save();
    const current = (): boolean => this.#worker === worker; // a report can arrive after a cancel
    worker.on("message", (report: HashReport) => current() && this.#onReport(report));
    worker.on(
      "error",
      (error: Error) => current() && this.#finish({ status: "failed", error: error.message }),
    );
  }

  #onReport(report: HashReport): void {
    switch (report.kind) {
      case "counted":
        this.#change({
          status: "running",
          files: { done: 0, total: report.files },
          bytes: { done: 0, total: report.bytes },
        });
        return;
      case "progress": {
        const { total } = this.#state.bytes;
        const bytesPerSecond = this.#rate.at(performance.now(), report.bytes);
        this.#change({
          files: { done: report.files, total: this.#state.files.total },
          bytes: { done: report.bytes, total },
          bytesPerSecond,
          leftMs: bytesPerSecond > 0 ? ((total - report.bytes) / bytesPerSecond) * 1000 : null,
          // One that goes on passes the files that are done without hashing any.
          ...(report.file === "" ? {} : { file: report.file, sha256: report.sha256 }),
        });
        return;
      }
      case "done":
        this.#finish({ status: "done", leftMs: 0 });
        return;
    }
  }

  #finish(end: Partial<JobProgress>): void {
    this.#worker = undefined;
    this.#change({ ...end, bytesPerSecond: 0 });
    this.#save();
  }

  #change(change: Partial<JobProgress>): void {
    this.#state = { ...this.#state, ...change, elapsedMs: Date.now() - this.#startedAt };
    this.#options.onState(this.#state);
  }

  #save(): void {
    const note: Note = { ...this.#state, startedAt: this.#startedAt };
    writeFileSync(this.#note, JSON.stringify(note));
  }
}

interface Note extends JobProgress {
  readonly startedAt: number;
}
