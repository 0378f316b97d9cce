// Holds one unfinished line of almost 16 MiB in a parser and prints how much memory that took, in bytes.
// Run by memory.test.ts in a process of its own, with --expose-gc: node memory-process.ts <chunk bytes> <letter>
import { EventStreamParser } from "@sse/protocol";

const LIMIT = 16_777_216;
const chunkBytes = Number(process.argv[2]);
const letter = process.argv[3] ?? "x";

function used(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external; // external includes array buffers
}

const parser = new EventStreamParser({}, { maxEventBytes: LIMIT });
const source = new TextEncoder().encode(letter.repeat(Math.ceil(65_536 / letter.length) + 8));
parser.feed("data: x\n\ndata: ");
const before = used();
let highest = 0;
let fed = 6;
let at = 0;
const measureEvery = LIMIT / 8;
let nextMeasure = measureEvery;
const letterBytes = new TextEncoder().encode(letter).length;
while (fed + chunkBytes <= LIMIT) {
  if (at + chunkBytes > source.length) at %= letterBytes; // goes on in step with the letter's bytes
  parser.feed(source.slice(at, at + chunkBytes));
  at += chunkBytes;
  fed += chunkBytes;
  if (fed < nextMeasure) continue;
  nextMeasure += measureEvery;
  highest = Math.max(highest, used() - before);
}
highest = Math.max(highest, used() - before);
// Still used: what it holds may not be collected before it was measured.
const { truncated } = parser.end();
process.stdout.write(JSON.stringify({ fed, highest, truncated }));
