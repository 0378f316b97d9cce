import { expect, test } from "vitest";
import { watchPage } from "./page-life.ts";

const inPage = typeof document !== "undefined";
const tell = (target: EventTarget, type: string) => target.dispatchEvent(new Event(type));

test("where there is no page there is nothing to watch, and a page is not watched for longer than asked", () => {
  const heard: string[] = [];
  const stop = watchPage({ suspend: () => heard.push("suspend"), wake: () => heard.push("wake") });
  if (inPage) {
    for (const [target, type] of [
      [globalThis, "pagehide"],
      [globalThis, "pageshow"],
      [document, "freeze"],
      [document, "resume"],
      [globalThis, "online"],
    ] as const) {
      tell(target as EventTarget, type);
    }
    expect(heard).toEqual(["suspend", "wake", "suspend", "wake", "wake"]);
    stop();
    tell(globalThis as unknown as EventTarget, "online");
  }
  stop();
  expect(heard).toHaveLength(inPage ? 5 : 0);
});
