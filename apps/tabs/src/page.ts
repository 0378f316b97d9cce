import { connect } from "@sse/client";
import { share } from "@sse/client/share";
import { type Entry, numbers, type Report, STOLE } from "./contract.ts";

// One tab. Its address names it: a page that was reloaded is another one, one that comes back is the same.
const { searchParams } = new URL(location.href);
const tab = `${searchParams.get("tab")}.${Math.random().toString(36).slice(2, 8)}`;
const key = searchParams.get("key") ?? "";
const entries: Entry[] = [];
let taken = 0;

const note = (what: number | string) => entries.push([what, performance.timeOrigin + performance.now()]);

// Who takes the lock by force did not hear that the leader let go.
const { request } = LockManager.prototype;
LockManager.prototype.request = function (this: LockManager, ...all: unknown[]) {
  if ((all[1] as LockOptions).steal === true) note(STOLE);
  return Reflect.apply(request, this, all);
} as typeof request;

const subscription = connect(numbers, "/events", {
  headers: { "x-tab": tab },
  transport: share({ key }),
  reconnect: { minDelayMs: 50, maxDelayMs: 50 },
});
subscription.on("n", ({ data }) => note(data));
subscription.on("sse.gap", ({ data }) => note(`gap ${data.from} ${data.reason}`));
subscription.onStateChange(({ status }) => note(status));
addEventListener("pagehide", ({ persisted }) => note(persisted ? "kept" : "gone"));
addEventListener("pageshow", ({ persisted }) => persisted && note("back"));
document.addEventListener("freeze", () => note("frozen"));
document.addEventListener("resume", () => note("thawed"));

async function report(): Promise<void> {
  const until = entries.length;
  if (until === taken) return;
  const body: Report = { tab, from: taken, entries: entries.slice(taken) };
  const { ok } = await fetch("/report", { method: "POST", body: JSON.stringify(body), keepalive: true });
  if (ok) taken = Math.max(taken, until);
}
const send = () => void report().catch(() => {});
setInterval(send, 50);
addEventListener("pagehide", send);
