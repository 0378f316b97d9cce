import type { Sample, Snapshot } from "../contract.ts";
import { delayAxis, jobTexts, machineTexts, memoryAxis, serverTexts } from "../view.ts";
import { lines } from "./static-chart.ts";

const HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  // Nothing from anywhere else, and no script but our own file.
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/** The page with what is known right now, so that its first paint is true. The page's own code goes on from it. */
export function renderPage(template: string, snapshot: Snapshot, request: Request): Response {
  const { samples, job, server } = snapshot;
  const newest = samples.at(-1);
  const values: Readonly<Record<string, string>> = {
    ...(newest === undefined ? {} : machineTexts(newest)),
    ...jobTexts(job),
    ...serverTexts(server),
    theme: themeOf(request),
  };
  // "<" as an escape, so that no text in it can end the script element.
  const json = JSON.stringify(snapshot).replaceAll("<", "\\u003c");
  const markup: Readonly<Record<string, string>> = {
    ...charts(samples),
    snapshot: `<script type="application/json" id="snapshot">${json}</script>`,
  };
  const html = template.replace(
    /\{\{([\w-]+)\}\}/g,
    (_, name: string) => markup[name] ?? escapeHtml(values[name] ?? ""),
  );
  return new Response(html, { headers: HEADERS });
}

function charts(samples: readonly Sample[]): Record<string, string> {
  const line = (pick: (sample: Sample) => number) =>
    samples.map((sample) => ({ at: sample.at, value: pick(sample) }));
  const cores = samples.at(-1)?.cores.map((_, core) => line((sample) => sample.cores[core] ?? 0)) ?? [];
  const used = line(({ memory }) => memory.usedBytes);
  const delay = line(({ loopDelayMs }) => loopDelayMs);
  const greatest = (points: typeof used): number => Math.max(0, ...points.map(({ value }) => value));
  const total = samples.at(-1)?.memory.totalBytes ?? 1;
  return {
    "chart-cpu": lines(cores, 1),
    "chart-memory": lines([used], memoryAxis(greatest(used), total)),
    "chart-loop": lines([delay], delayAxis(greatest(delay))),
  };
}

function themeOf(request: Request): string {
  return /(?:^|;\s*)theme=(light|dark)(?:;|$)/.exec(request.headers.get("cookie") ?? "")?.[1] ?? "auto";
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
