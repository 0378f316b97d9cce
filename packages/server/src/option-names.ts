import { InvalidOptionError } from "@sse/protocol";

/** Who has a channel must not speak to all, nor hear all. */
export const NO_CHANNELS = "This hub has no channels; createChannelHub makes one that has.";

/**
 * Refuses what is no object, and names that mean nothing: a misspelled `authorize` must not let everybody in.
 *
 * @throws InvalidOptionError that has the names there are
 */
export function checkNames(what: string, given: unknown, names: object): void {
  if (typeof given !== "object" || given === null) {
    throw new InvalidOptionError(`${what} takes an object of options, not ${String(given)}.`);
  }
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || Object.hasOwn(names, name)) continue;
    throw new InvalidOptionError(`${what} has no option ${name}; it has ${Object.keys(names).join(", ")}.`);
  }
}

export function checkFunction(name: string, value: unknown): void {
  if (value === undefined || typeof value === "function") return;
  throw new InvalidOptionError(`${name} is a function, not ${String(value)}.`);
}
