import { InvalidOptionError } from "@sse/protocol";

/** Who has a channel must not speak to all, nor hear all. */
export const NO_CHANNELS = "This hub has no channels; createChannelHub makes one that has.";

/** @throws InvalidOptionError */
export function checkTable(what: string, given: unknown): asserts given is object {
  if (typeof given === "object" && given !== null) return;
  throw new InvalidOptionError(`${what} takes an object of options, not ${String(given)}.`);
}

/** For each name that means nothing, an error that has the names there are. */
export function unknownNames(what: string, given: unknown, names: object): InvalidOptionError[] {
  checkTable(what, given);
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(names, name));
  return unknown
    .filter((name) => (given as Readonly<Record<string, unknown>>)[name] !== undefined) // one of its own keys
    .map(
      (name) =>
        new InvalidOptionError(`${what} has no option ${name}; it has ${Object.keys(names).join(", ")}.`),
    );
}

export function checkFunction(name: string, value: unknown): void {
  if (value === undefined || typeof value === "function") return;
  throw new InvalidOptionError(`${name} is a function, not ${String(value)}.`);
}
