import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { barChart } from "../src/docs/chart.ts";
import { charts } from "../src/docs/charts.ts";
import { CHARTS, PAGE, withFigures } from "../src/docs/page.ts";
import type { RunResult } from "../src/result.ts";
import { loadResults } from "../src/results.ts";

const page = readFileSync(PAGE, "utf8");
const sample = (cpuNs: number) => ({ cpuNs, wallNs: cpuNs });
const made: RunResult = {
  runtime: "node24",
  date: "2026-01-02",
  machine: { cpu: "a processor", cores: 4, memoryGb: 8, platform: "linux x64" },
  versions: { node24: "24.0.0", "eventsource-parser": "9.9.9" },
  settings: { processes: 1, rounds: 1, sampleMs: 1, warmupMs: 1 },
  cells: [
    {
      ...{ id: "callback/llm/64k", corpus: "llm", chunking: "64k", runtime: "node24", target: { ratio: 1 } },
      ...{ bytes: 1_000_000, events: 4000 },
      adapters: {
        ours: { status: "ok", samples: [sample(250_000)] },
        "eventsource-parser": { status: "ok", samples: [sample(500_000)] },
        undici: { status: "wrong", reason: "3 of 4 events", samples: [] },
      },
    },
  ],
};

describe("The page of benchmarks", () => {
  it("shows what the kept results say, in its tables and in its pictures", () => {
    const results = loadResults();
    expect(page).toBe(withFigures(page, results));
    const [main] = results;
    if (main === undefined) throw new Error("No result is kept.");
    for (const [file, svg] of charts(main))
      expect(readFileSync(new URL(file, CHARTS), "utf8"), file).toBe(svg);
  });

  it("has a figure for everybody who was timed, and none for who was not", () => {
    const written = withFigures(page, [made]);
    expect(written).toContain(
      "| LLM tokens, `data: {~250 B}`; 64 KB | 4,000 | 2,000 | – | **2.00×** (2.00 to 2.00) eventsource-parser |",
    );
    expect(written).toContain("Node 24.0.0 (2026-01-02, 1 × 1 samples of 1 ms)");
    expect(written).toContain("eventsource-parser 9.9.9");
    expect(written.startsWith(page.slice(0, 40))).toBe(true);
  });

  it("without its markers is left alone", () => {
    expect(() => withFigures("# Benchmarks", [made])).toThrow("lost the markers");
  });
});

describe("A chart", () => {
  const bars = [
    { label: "<a> & b", value: 2, kind: "ours" },
    { label: "c", value: 1, kind: "peer" },
  ] as const;

  it("has a bar as long as its figure, and says the figures in words", () => {
    const svg = barChart({ title: "T", subtitle: "S", bars, show: String });
    const widths = [...svg.matchAll(/<rect class="\w+" [^>]*width="([\d.]+)"/g)].map(([, width]) =>
      Number(width),
    );
    expect(widths[0]).toBe(2 * (widths[1] ?? 0));
    expect(svg).toContain("<desc>S. &lt;a&gt; &amp; b: 2; c: 1.</desc>");
    expect(svg).toContain("prefers-color-scheme: dark");
    expect(svg).not.toContain("<line");
  });

  it("has a line at its mark", () => {
    expect(barChart({ title: "T", subtitle: "S", bars, show: String, mark: 1 })).toContain(
      '<line class="mark"',
    );
  });
});
