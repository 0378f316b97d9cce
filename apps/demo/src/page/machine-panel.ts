import type { Sample } from "../contract.ts";
import { formatBytes, formatMs, formatPercent } from "../format.ts";
import { delayAxis, machineTexts, memoryAxis } from "../view.ts";
import { element, one, part, Texts } from "./dom.ts";
import { Frame } from "./frames.ts";
import type { LiveConnection } from "./live-connection.ts";
import { MinutePlot } from "./minute-plot.ts";
import type { Palette } from "./palette.ts";

const KEPT_SAMPLES = 620;
/** More time than this between two samples is a hole in the line. */
const HOLE_MS = 1000;
const COLOURS = 8;

/** This machine, ten times a second, with a minute of the past. */
export class MachinePanel {
  readonly #samples: Sample[] = [];
  readonly #texts: Texts;
  readonly #bars: HTMLElement[];
  readonly #plots: { readonly cpu: MinutePlot; readonly memory: MinutePlot; readonly loop: MinutePlot };
  readonly #frame = new Frame(() => this.#paint());
  /** The sample under the pointer, if it is over a chart. */
  #pointed: Sample | undefined;

  constructor(root: HTMLElement, connection: LiveConnection, palette: Palette, history: readonly Sample[]) {
    this.#texts = new Texts(root);
    const cores = history.at(-1)?.cores.length ?? 1;
    this.#bars = this.#makeBars(part(root, "cores", HTMLUListElement), cores);
    const total = history.at(-1)?.memory.totalBytes ?? 1;
    const plot = (
      name: string,
      own: Pick<ConstructorParameters<typeof MinutePlot>[1], "colours" | "most" | "format">,
    ) =>
      new MinutePlot(one(root, `[data-plot="${name}"]`, HTMLElement), {
        palette,
        filled: own.colours.length === 1,
        onPoint: (index) => this.#point(index),
        ...own,
      });
    this.#plots = {
      cpu: plot("cpu", {
        colours: Array.from({ length: cores }, (_, core) => `--core-${core % COLOURS}`),
        most: () => 1,
        format: formatPercent,
      }),
      memory: plot("memory", {
        colours: ["--core-2"],
        most: (shown) => memoryAxis(shown, total),
        format: formatBytes,
      }),
      loop: plot("loop", {
        colours: ["--core-3"],
        most: delayAxis,
        format: formatMs,
      }),
    };
    for (const sample of history) this.#add(sample);
    this.#paint();
    connection.listen({
      onEvent: (event) => {
        if (event.type !== "sample") return;
        this.#add(event.data);
        this.#frame.ask();
      },
    });
  }

  redraw(): void {
    for (const plot of Object.values(this.#plots)) plot.redraw();
  }

  #makeBars(list: HTMLUListElement, cores: number): HTMLElement[] {
    list.classList.toggle("many", cores > 16);
    return Array.from({ length: cores }, (_, core) => {
      const item = element("li", `core core-${core % COLOURS}`);
      const fill = element("span", "core-fill");
      item.append(fill, element("span", "core-share"));
      list.append(item);
      return item;
    });
  }

  #add(sample: Sample): void {
    const last = this.#samples.at(-1);
    if (last !== undefined && sample.at <= last.at) return;
    this.#samples.push(sample);
    if (this.#samples.length > KEPT_SAMPLES) this.#samples.shift();
  }

  #point(index: number | null): void {
    this.#pointed = index === null ? undefined : this.#columns().sampleAt[index];
    this.#frame.ask();
  }

  #paint(): void {
    const shown = this.#pointed ?? this.#samples.at(-1);
    if (shown === undefined) return;
    this.#texts.set(machineTexts(shown));
    for (const [core, bar] of this.#bars.entries()) paintBar(bar, shown.cores[core] ?? 0);
    const { times, column } = this.#columns();
    const cores = this.#bars.map((_, core) => column((sample) => sample.cores[core]));
    this.#plots.cpu.set([times, ...cores]);
    this.#plots.memory.set([times, column(({ memory }) => memory.usedBytes)]);
    this.#plots.loop.set([times, column(({ loopDelayMs }) => loopDelayMs)]);
  }

  /** The samples as columns, with an empty row where the line must break. */
  #columns(): {
    readonly times: number[];
    readonly sampleAt: readonly (Sample | undefined)[];
    readonly column: (of: (sample: Sample) => number | undefined) => (number | null)[];
  } {
    const sampleAt: (Sample | undefined)[] = [];
    const times: number[] = [];
    let before = this.#samples[0]?.at ?? 0;
    for (const sample of this.#samples) {
      if (sample.at - before > HOLE_MS) {
        sampleAt.push(undefined);
        times.push((before + 1) / 1000);
      }
      sampleAt.push(sample);
      times.push(sample.at / 1000);
      before = sample.at;
    }
    return {
      times,
      sampleAt,
      column: (of) => sampleAt.map((sample) => (sample === undefined ? null : (of(sample) ?? null))),
    };
  }
}

function paintBar(bar: HTMLElement, share: number): void {
  const [fill, text] = bar.children;
  if (fill instanceof HTMLElement) fill.style.transform = `scaleX(${share})`;
  if (text !== undefined) text.textContent = formatPercent(share);
}
