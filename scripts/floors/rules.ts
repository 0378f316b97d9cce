import { posix } from "node:path";
import { type ImportSite, importSites } from "./imports.ts";
import type { PackagePlan } from "./plan.ts";

/** A package's files: paths below its folder (`src/index.ts`), and their text. */
export type Sources = ReadonlyMap<string, string>;

const TEST = /(^test\/|\.(test|test-d|bench)\.ts$|\.node-test\.ts$)/;
const OWN = /^@sse\/[^/]+/;

/** Whether a file is a test or serves tests only: it stands on no floor. */
function isTest(path: string): boolean {
  return TEST.test(path);
}

/** Everything in one package that its plan does not allow, each in a line that says where and why. */
export function violations(folder: string, plan: PackagePlan, sources: Sources): readonly string[] {
  const floorOf = new Map<string, number>();
  const found: string[] = [];
  for (const [index, floor] of plan.floors.entries()) {
    for (const name of floor) {
      if (floorOf.has(name)) found.push(`${folder}: ${name} stands on more than one floor`);
      if (!sources.has(`src/${name}.ts`))
        found.push(`${folder}: ${name} is planned, but there is no such file`);
      floorOf.set(name, index);
    }
  }

  for (const [path, text] of sources) {
    const rules = new FileRules({ folder, plan, floorOf, sources }, path);
    const sites = importSites(path, text);
    found.push(...rules.placement(sites), ...sites.flatMap((site) => rules.judge(site)));
  }
  return found;
}

interface Building {
  readonly folder: string;
  readonly plan: PackagePlan;
  readonly floorOf: ReadonlyMap<string, number>;
  readonly sources: Sources;
}

/** What the plan says to the imports of one file. */
class FileRules {
  readonly #folder: string;
  readonly #plan: PackagePlan;
  readonly #floorOf: ReadonlyMap<string, number>;
  readonly #sources: Sources;
  readonly #path: string;
  readonly #name: string;

  constructor(building: Building, path: string) {
    this.#folder = building.folder;
    this.#plan = building.plan;
    this.#floorOf = building.floorOf;
    this.#sources = building.sources;
    this.#path = path;
    this.#name = sourceName(path);
  }

  placement(sites: readonly ImportSite[]): readonly string[] {
    if (isTest(this.#path) || this.#floorOf.has(this.#name)) return [];
    const below = sites.map(
      ({ specifier }) => this.#floorOf.get(sourceName(this.#target(specifier ?? ""))) ?? -1,
    );
    const lowest = Math.max(-1, ...below) + 1;
    return [
      `packages/${this.#folder}/${this.#path}: stands on no floor in floors.json; ${lowest} is the lowest it fits`,
    ];
  }

  judge({ specifier, line }: ImportSite): readonly string[] {
    const reason = specifier === undefined ? "imports something computed" : this.#refusal(specifier);
    return reason === undefined ? [] : [`packages/${this.#folder}/${this.#path}:${line}: ${reason}`];
  }

  #refusal(specifier: string): string | undefined {
    const own = OWN.exec(specifier)?.[0];
    if (own !== undefined) {
      const itself = isTest(this.#path) && own === `@sse/${this.#folder}`;
      return itself || this.#plan.imports.includes(own) ? undefined : `may not import ${own}`;
    }
    if (isTest(this.#path)) return undefined;
    if (specifier.startsWith("node:")) {
      return this.#plan.node.includes(this.#name) ? undefined : `may not import ${specifier}: no node: here`;
    }
    if (/^\.\.?\//.test(specifier)) return this.#relative(specifier);
    return this.#plan.imports.includes(specifier) ? undefined : `may not import ${specifier}`;
  }

  #target(specifier: string): string {
    return posix.join(posix.dirname(this.#path), specifier);
  }

  #relative(specifier: string): string | undefined {
    const target = this.#target(specifier);
    if (!target.startsWith("src/")) return `leaves its package with ${specifier}`;
    if (isTest(target)) return `imports a test, ${specifier}`;
    if (!this.#sources.has(target)) return `imports ${specifier}, which is no source file`;
    const there = this.#floorOf.get(sourceName(target));
    const here = this.#floorOf.get(this.#name);
    // A file without a floor is a violation of its own already.
    if (here === undefined || there === undefined || there < here) return undefined;
    return `imports ${there === here ? "sideways" : "upwards"}: floor ${here} → ${specifier} on floor ${there}`;
  }
}

/** A source file as the plan names it. */
function sourceName(path: string): string {
  return path.replace(/^src\//, "").replace(/\.ts$/, "");
}
