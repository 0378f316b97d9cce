/** How one package is built up. */
export interface PackagePlan {
  /** The other packages that it may import, by name. Its own files are free to import from lower floors only. */
  readonly imports: readonly string[];
  /** The files that may import `node:` modules, as in `floors`. */
  readonly node: readonly string[];
  /** Its source files by floor, the lowest first: paths below `src`, without `.ts`. A floor does not see itself. */
  readonly floors: readonly (readonly string[])[];
}

/** The building plan of `floors.json`: a package's folder below `packages/`, and its plan. */
export type Plan = Readonly<Record<string, PackagePlan>>;

/** Reads a plan as far as it must be sound for the check to mean anything; throws where it is not. */
export function readPlan(text: string): Plan {
  const { packages } = record(JSON.parse(text), "floors.json");
  return Object.fromEntries(
    Object.entries(record(packages, "packages")).map(([folder, value]) => {
      const { imports, node, floors } = record(value, folder);
      if (!Array.isArray(floors)) throw new TypeError(`floors.json: ${folder}.floors is not a list.`);
      const plan: PackagePlan = {
        imports: names(imports, `${folder}.imports`),
        node: names(node, `${folder}.node`),
        floors: floors.map((floor, index) => names(floor, `${folder}.floors[${index}]`)),
      };
      return [folder, plan];
    }),
  );
}

function record(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError(`floors.json: ${where} is not an object.`);
  }
  return Object.fromEntries(Object.entries(value));
}

function names(value: unknown, where: string): readonly string[] {
  if (!Array.isArray(value) || !value.every((name) => typeof name === "string")) {
    throw new TypeError(`floors.json: ${where} is not a list of names.`);
  }
  return value;
}
