import uPlot from "uplot";
import type { Palette } from "./palette.ts";

export interface MinutePlotOptions {
  /** A line each, by the name of its colour. */
  readonly colours: readonly string[];
  /** Fills the area under the line. */
  readonly filled: boolean;
  /** The greatest value on the axis, given the greatest that is shown. */
  readonly most: (shown: number) => number;
  readonly format: (value: number) => string;
  readonly palette: Palette;
  /** The pointer is over this index; null when it has left. */
  readonly onPoint: (index: number | null) => void;
}

const WINDOW_SECONDS = 60;
const AXIS_WIDTH = 52;

/** A minute of lines that moves on. It takes the place of the still picture in its element, at the same size. */
export class MinutePlot {
  readonly #plot: uPlot;
  #end = 0;

  constructor(element: HTMLElement, options: MinutePlotOptions) {
    element.textContent = "";
    this.#plot = new uPlot(this.#options(element, options), [[], ...options.colours.map(() => [])], element);
    new ResizeObserver(() => this.#plot.setSize(sizeOf(element))).observe(element);
  }

  /** The first column is times in seconds; null is no value, and a break in the line. */
  set(data: uPlot.AlignedData): void {
    this.#end = data[0].at(-1) ?? 0;
    this.#plot.setData(data);
  }

  redraw(): void {
    this.#plot.redraw(false, true);
  }

  #options(element: HTMLElement, options: MinutePlotOptions): uPlot.Options {
    const { palette, most, colours, filled } = options;
    return {
      ...sizeOf(element),
      pxAlign: false,
      legend: { show: false },
      padding: [8, 0, 4, 0],
      cursor: {
        sync: { key: "machine" },
        y: false,
        points: { show: false },
        drag: { x: false, y: false },
      },
      hooks: { setCursor: [(plot) => options.onPoint(plot.cursor.idx ?? null)] },
      scales: {
        x: { time: false, range: () => [this.#end - WINDOW_SECONDS, this.#end] },
        y: { range: (_, __, shown) => [0, most(shown ?? 0)] },
      },
      axes: [
        {
          size: 0,
          grid: { stroke: () => palette.get("--line"), width: 1 },
          ticks: { show: false },
          splits: () => [45, 30, 15].map((ago) => this.#end - ago),
          values: () => [],
        },
        {
          size: AXIS_WIDTH,
          gap: 6,
          stroke: () => palette.get("--muted"),
          font: `11px ${getComputedStyle(document.body).fontFamily}`,
          grid: { stroke: () => palette.get("--line"), width: 1 },
          ticks: { show: false },
          splits: (_, __, ___, top) => [0, top / 2, top],
          values: (_, splits) => splits.map(options.format),
        },
      ],
      series: [
        {},
        ...colours.map((colour): uPlot.Series => {
          const stroke = () => palette.get(colour);
          const series: uPlot.Series = { stroke, width: 1.5, points: { show: false } };
          return filled
            ? { ...series, fill: () => `color-mix(in srgb, ${palette.get(colour)} 14%, transparent)` }
            : series;
        }),
      ],
    };
  }
}

function sizeOf({ clientWidth, clientHeight }: HTMLElement): { width: number; height: number } {
  return { width: clientWidth, height: clientHeight };
}
