import { createHash } from "node:crypto";
import { appendFileSync, closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { wholeLines } from "../whole-lines.ts";
import { type ListedFile, listFiles } from "./file-list.ts";
import type { HashOrder, HashReport } from "./hash-order.ts";

/*
 * The thread that hashes: it may block as it likes, since the server's event loop is another. Its output is a
 * file that `sha256sum --check` takes, and that file is also all it needs to go on where a killed process
 * stopped.
 */

const REPORT_EVERY_MS = 100;
const CHUNK_BYTES = 128 * 1024;

class Hasher {
  readonly #order: HashOrder;
  readonly #chunk = Buffer.alloc(CHUNK_BYTES);
  readonly #began = performance.now();
  #read = 0;
  #reported = 0;
  #filesDone = 0;
  #bytesDone = 0;
  #last = { file: "", sha256: "" };

  constructor(order: HashOrder) {
    this.#order = order;
  }

  run(): void {
    const done = this.#readDone();
    const files = listFiles(this.#order.folder);
    tell({ kind: "counted", files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) });
    for (const file of files) {
      if (done.has(file.path)) this.#bytesDone += file.bytes;
      else this.#hash(file);
      this.#filesDone++;
      this.#report();
    }
    this.#report(true);
    tell({ kind: "done" });
  }

  #readDone(): Set<string> {
    return new Set(wholeLines(this.#order.output).map((line) => line.slice(66))); // 64 digits, two spaces, path
  }

  #hash({ path, bytes }: ListedFile): void {
    const before = this.#bytesDone;
    const hash = createHash("sha256");
    const file = openSync(join(this.#order.folder, path), "r");
    try {
      for (;;) {
        const length = readSync(file, this.#chunk, 0, CHUNK_BYTES, null);
        if (length === 0) break;
        hash.update(this.#chunk.subarray(0, length));
        this.#read += length;
        this.#bytesDone += length;
        this.#keepPace();
        this.#report();
      }
    } finally {
      closeSync(file);
    }
    // Progress is told in the bytes that were counted, also when a file grew since.
    this.#bytesDone = before + bytes;
    const sha256 = hash.digest("hex");
    appendFileSync(this.#order.output, `${sha256}  ${path}\n`);
    this.#last = { file: path, sha256 };
  }

  /** Sleeps as long as the reading is ahead of the pace that was asked for. */
  #keepPace(): void {
    if (this.#order.paceMBps === null) return;
    const due = this.#read / (this.#order.paceMBps * 1000);
    const ahead = due - (performance.now() - this.#began);
    if (ahead > 1) Atomics.wait(SLEEPER, 0, 0, ahead);
  }

  #report(always = false): void {
    const now = performance.now();
    if (!always && now - this.#reported < REPORT_EVERY_MS) return;
    this.#reported = now;
    tell({ kind: "progress", files: this.#filesDone, bytes: this.#bytesDone, ...this.#last });
  }
}

const SLEEPER = new Int32Array(new SharedArrayBuffer(4));

function tell(report: HashReport): void {
  parentPort?.postMessage(report);
}

new Hasher(workerData as HashOrder).run(); // hash-job.ts gives it
