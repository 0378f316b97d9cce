import type { JobState, Sample, ServerFacts } from "./contract.ts";
import { formatBytes, formatCount, formatDuration, formatMs, formatPercent } from "./format.ts";

/*
 * The texts of the page by the name of their place, out of what is known: the server fills the first page with
 * them, and the page keeps them up to date.
 */

export function machineTexts({ cores, load, memory, loopDelayMs }: Sample): Record<string, string> {
  return {
    cpu: formatPercent(cores.reduce((sum, core) => sum + core, 0) / Math.max(1, cores.length)),
    load: load.map((value) => value.toFixed(2)).join("  "),
    memory: formatBytes(memory.usedBytes),
    "memory-total": formatBytes(memory.totalBytes),
    "memory-process": formatBytes(memory.processBytes),
    loop: formatMs(loopDelayMs),
  };
}

export function jobTexts(job: JobState): Record<string, string> {
  const share = job.bytes.total > 0 ? job.bytes.done / job.bytes.total : 0;
  return {
    "job-status": jobSentence(job),
    "job-percent": `${(share * 100).toFixed(1)}%`,
    "job-share": share.toFixed(4),
    "job-rate": job.status === "running" ? `${formatBytes(job.bytesPerSecond)}/s` : "–",
    "job-left": job.status === "running" && job.leftMs !== null ? formatDuration(job.leftMs) : "–",
    "job-files": `${formatCount(job.files.done)} / ${formatCount(job.files.total)}`,
    "job-bytes": `${formatBytes(job.bytes.done)} / ${formatBytes(job.bytes.total)}`,
    "job-file": job.file === "" ? "no file yet" : job.file,
    "job-sha": job.sha256 === "" ? "–" : job.sha256,
  };
}

function jobSentence({ status, folder, elapsedMs, resumed, error }: JobState): string {
  const again =
    resumed === 0 ? "" : `, resumed ${resumed === 1 ? "once" : `${resumed} times`} after a restart`;
  switch (status) {
    case "idle":
      return "Nothing runs yet";
    case "counting":
      return `Counting the files of ${folder}`;
    case "running":
      return `Hashing ${folder} for ${formatDuration(elapsedMs)}${again}`;
    case "done":
      return `Hashed ${folder} in ${formatDuration(elapsedMs)}${again}`;
    case "cancelled":
      return `Cancelled after ${formatDuration(elapsedMs)}${again}`;
    case "failed":
      return `Failed: ${error}`;
  }
}

export function serverTexts({ run, pid, runtime, cpu, host }: ServerFacts): Record<string, string> {
  return { run: String(run), pid: String(pid), runtime, processor: cpu, host };
}

/** The top of the memory chart: what is in use with some room, never more than there is. */
export function memoryAxis(usedBytes: number, totalBytes: number): number {
  return Math.min(totalBytes, roundUp(usedBytes * 1.3));
}

/** The top of the delay chart: seldom another, and never so low that noise looks like trouble. */
export function delayAxis(delayMs: number): number {
  return roundUp(Math.max(20, delayMs * 1.05));
}

/** The next of 1, 2, 4, 6, 8 times a power of ten. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  return ([1, 2, 4, 6, 8, 10].find((step) => step * power >= value) ?? 10) * power;
}
