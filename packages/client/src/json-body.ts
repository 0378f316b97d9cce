import { InvalidOptionError } from "@sse/protocol";
import { shown } from "./option-rules.ts";

/** The option `json` as a body. @throws InvalidOptionError for what JSON cannot say, and where `body` is given, too. */
export function jsonBody(json: unknown, body: unknown): string {
  if (body !== undefined && body !== null) throw new InvalidOptionError("json and body are both given.");
  let text: string | undefined;
  let cause: unknown;
  try {
    text = JSON.stringify(json);
  } catch (thrown) {
    cause = thrown;
  }
  if (text !== undefined) return text;
  throw new InvalidOptionError(`json is a value that JSON can say, not ${shown(json)}.`, { cause });
}
