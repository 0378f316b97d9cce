import { BackplaneError } from "@sse/protocol";
import { Frame } from "../frame.ts";
import { type BackplaneMessage, CONTROL_CHANNEL, type Position } from "./message.ts";

/**
 * One entry of the log. What cannot be read was written by somebody else, and must not hold up what follows: it keeps
 * its place, as a word between hubs that says nothing, and no client gets it.
 */
export function readEntry(
  position: Position,
  parse: () => BackplaneMessage,
  onError: (error: unknown) => void = () => {},
): Frame {
  try {
    return new Frame(position, parse());
  } catch (cause) {
    const { epoch, offset } = position;
    const message = `The log has at ${epoch}.${offset} what no hub wrote; it is passed over: ${cause}.`;
    onError(new BackplaneError("read", message, { cause }));
    return new Frame(position, { channel: CONTROL_CHANNEL, payload: ":\n\n", key: undefined, end: false });
  }
}
