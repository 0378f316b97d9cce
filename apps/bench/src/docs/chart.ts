/** One bar: a library and its figure. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  /** `ours` stands out, `floor` is pale: it does less than the others. */
  readonly kind: "ours" | "peer" | "floor";
}

export interface Chart {
  readonly title: string;
  /** What the figures are and which way is better. */
  readonly subtitle: string;
  readonly bars: readonly Bar[];
  readonly show: (value: number) => string;
  /** A line across all bars at this value. */
  readonly mark?: number;
}

const WIDTH = 760;
const LEFT = 250;
const RIGHT = 90;
const TOP = 62;
const ROW = 26;

/** Follows the reader's light or dark setting, also as an image in a page. */
const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .title { font-size: 16px; font-weight: 600; }
  .subtitle { fill: #59636e; }
  .ours { fill: #0969da; } .peer { fill: #9aa4af; } .floor { fill: #d8dee4; }
  .mark { stroke: #cf222e; stroke-dasharray: 4 3; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; } .subtitle { fill: #9198a1; }
    .ours { fill: #4493f8; } .peer { fill: #6e7681; } .floor { fill: #3d444d; } .mark { stroke: #f85149; }
  }`;

/** Horizontal bars as SVG, in the order given. */
export function barChart({ title, subtitle, bars, show, mark }: Chart): string {
  const height = TOP + bars.length * ROW + 12;
  const greatest = Math.max(mark ?? 0, ...bars.map((bar) => bar.value));
  const scale = (value: number): number => Math.round((value / greatest) * (WIDTH - LEFT - RIGHT) * 10) / 10;
  const rows = bars.map((bar, i) => barRow(bar, TOP + i * ROW, scale(bar.value), show(bar.value)));
  const line =
    mark === undefined
      ? ""
      : `<line class="mark" x1="${LEFT + scale(mark)}" x2="${LEFT + scale(mark)}" y1="${TOP - 6}" y2="${height - 8}"/>\n`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" role="img">
<title>${escapeXml(title)}</title>
<desc>${escapeXml(`${subtitle}. ${bars.map((bar) => `${bar.label}: ${show(bar.value)}`).join("; ")}.`)}</desc>
<style>${STYLE}
</style>
<text class="title" x="12" y="26">${escapeXml(title)}</text>
<text class="subtitle" x="12" y="46">${escapeXml(subtitle)}</text>
${rows.join("\n")}
${line}</svg>
`;
}

function barRow({ label, kind }: Bar, y: number, width: number, shown: string): string {
  const middle = y + 14;
  return (
    `<text x="${LEFT - 10}" y="${middle}" text-anchor="end">${escapeXml(label)}</text>` +
    `<rect class="${kind}" x="${LEFT}" y="${y}" width="${Math.max(1, width)}" height="18" rx="3"/>` +
    `<text x="${LEFT + Math.max(1, width) + 8}" y="${middle}">${escapeXml(shown)}</text>`
  );
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
