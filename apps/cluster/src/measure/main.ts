import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { Service } from "../services.ts";
import { measure, type Place, type StoreFigures } from "./measure.ts";
import { pageOf, type StoresResult } from "./page.ts";

// Measures every store, and writes results/stores.json and docs/benchmarks-stores.md.
const seconds = Number(process.argv[2] ?? "5");
/** Some stores only, such as "redis nats": printed, not kept. */
const some = process.argv.slice(3);
const folder = mkdtempSync(join(tmpdir(), "sse-stores-"));
let files = 0;
const places: readonly (() => Promise<Place>)[] = [
  async () => ({ store: { kind: "memory" }, service: undefined }),
  async () => ({ store: { kind: "sqlite", file: join(folder, `${files++}.db`) }, service: undefined }),
  async () => {
    const service = await Service.redis(false);
    return { store: { kind: "redis", port: service.port }, service };
  },
  async () => {
    const service = await Service.nats();
    return { store: { kind: "nats", port: service.port }, service };
  },
];

const stores: StoreFigures[] = [];
for (const [index, open] of places.entries()) {
  if (some.length > 0 && !some.includes(["memory", "sqlite", "redis", "nats"][index] ?? "")) continue;
  stores.push(await measure(open, seconds));
  console.log(JSON.stringify(stores.at(-1), undefined, 1));
}
rmSync(folder, { recursive: true, force: true });
if (some.length === 0) keep();

function keep(): void {
  const result: StoresResult = {
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus()[0]?.model ?? "?"}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB`,
    node: process.version,
    seconds,
    stores,
  };
  const root = join(import.meta.dirname, "..", "..", "..", "..");
  const json = join(root, "apps", "cluster", "results", "stores.json");
  writeFileSync(json, `${JSON.stringify(result, undefined, 2)}\n`);
  writeFileSync(join(root, "docs", "benchmarks-stores.md"), pageOf(result));
}
