import type { BackplaneMessage } from "../../src/backplane/message.ts";

export function message(data: string, channel = "a", more: Partial<BackplaneMessage> = {}): BackplaneMessage {
  return { channel, payload: `data: ${data}\n\n`, key: undefined, end: false, ...more };
}
