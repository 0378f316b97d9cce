import type { Sample } from "../contract.ts";
import { part } from "./dom.ts";
import type { LiveConnection } from "./live-connection.ts";
import type { Palette } from "./palette.ts";

/** `silent`: nothing was sent then, so nothing is missing. */
type Delivery = "live" | "replayed" | "missing" | "gap" | "silent";

/** One sample's place on the tape. */
interface Slot {
  readonly run: number;
  readonly n: number;
  readonly at: number;
  delivery: Delivery;
  /** Events of all kinds that came with it. */
  events: number;
}

const SLOT_MS = 100;
const SLOTS = 600;
/** What arrives later than this after it happened was not live. */
const LIVE_WITHIN_MS = 600;
const FRAME_MS = 66;
const CALM_FRAME_MS = 500;

/**
 * The last minute of deliveries, a mark for each sample: a cut leaves a hole at the right edge, and the replay
 * fills it before one's eyes. Heights are the number of events, on a logarithmic scale.
 */
export class Tape {
  readonly #canvas: HTMLCanvasElement;
  readonly #palette: Palette;
  readonly #slots: Slot[] = [];
  #pending = 0;
  #gap = false;
  #painted = 0;
  #width = 0;
  #height = 0;

  constructor(root: HTMLElement, connection: LiveConnection, palette: Palette, history: readonly Sample[]) {
    this.#canvas = part(root, "strip", HTMLCanvasElement);
    this.#palette = palette;
    for (const sample of history) this.#add(sample, "live", 1);
    connection.listen({
      onEvent: (event) => {
        this.#pending++;
        if (event.type === "sample") this.#onSample(event.data);
      },
      onGap: () => {
        this.#gap = true;
      },
    });
    new ResizeObserver(() => this.#resize()).observe(this.#canvas);
    this.#resize();
    this.#loop();
  }

  #onSample(sample: Sample): void {
    const last = this.#slots.at(-1);
    if (last !== undefined && sample.run === last.run && sample.n <= last.n) this.#late(sample);
    else {
      if (last !== undefined) this.#fill(last, sample);
      this.#add(sample, Date.now() - sample.at < LIVE_WITHIN_MS ? "live" : "replayed", this.#pending);
    }
    this.#pending = 0;
    this.#gap = false;
  }

  /** What should stand between two samples, by their numbers or, over a restart, by their times. */
  #fill(last: Slot, next: Sample): void {
    const byTime = Math.round((next.at - last.at) / SLOT_MS) - 1;
    const byNumber = next.run === last.run ? next.n - last.n - 1 : byTime;
    const between = Math.min(SLOTS, Math.max(byTime > 3 ? byTime : 0, byNumber));
    for (let i = 1; i <= between; i++) {
      const at = last.at + (i * (next.at - last.at)) / (between + 1);
      const delivery = i > byNumber ? "silent" : this.#gap ? "gap" : "missing";
      this.#add({ run: last.run, n: last.n + Math.min(i, byNumber), at }, delivery, 0);
    }
  }

  #late({ run, n }: Sample): void {
    const slot = this.#slots.find((each) => each.run === run && each.n === n && each.delivery === "missing");
    if (slot !== undefined) slot.delivery = "replayed";
  }

  #add({ run, n, at }: { run: number; n: number; at: number }, delivery: Delivery, events: number): void {
    this.#slots.push({ run, n, at, delivery, events });
    if (this.#slots.length > SLOTS) this.#slots.shift();
  }

  #resize(): void {
    const { clientWidth, clientHeight } = this.#canvas;
    this.#width = clientWidth;
    this.#height = clientHeight;
    this.#canvas.width = Math.round(clientWidth * devicePixelRatio);
    this.#canvas.height = Math.round(clientHeight * devicePixelRatio);
    this.#paint(Date.now());
  }

  #loop(): void {
    const calm = matchMedia("(prefers-reduced-motion: reduce)");
    const frame = (now: number): void => {
      requestAnimationFrame(frame); // stands still while the page is hidden
      if (now - this.#painted < (calm.matches ? CALM_FRAME_MS : FRAME_MS)) return;
      this.#painted = now;
      this.#paint(Date.now());
    };
    requestAnimationFrame(frame);
  }

  #paint(now: number): void {
    const context = this.#canvas.getContext("2d");
    const last = this.#slots.at(-1);
    if (context === null || last === undefined) return;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, this.#width, this.#height);
    const step = this.#width / SLOTS;
    // How far the newest mark is from the right edge. A little lateness is no news, so it does not wobble.
    const overdue = Math.max(0, Math.floor((now - last.at) / SLOT_MS) - 3);
    const edge = this.#width - overdue * step;
    this.#paintOverdue(context, edge);
    for (const [index, slot] of this.#slots.entries()) {
      const behind = this.#slots.length - index;
      // Whole pixels, so that neighbours meet without a seam.
      const from = Math.round(edge - behind * step);
      const to = Math.round(edge - (behind - 1) * step);
      if (to > 0) this.#paintSlot(context, slot, from, to - from);
    }
  }

  #paintOverdue(context: CanvasRenderingContext2D, from: number): void {
    if (from >= this.#width) return;
    context.fillStyle = this.#palette.get("--line-strong");
    context.fillRect(from, this.#height - 1, this.#width - from, 1);
  }

  #paintSlot(context: CanvasRenderingContext2D, slot: Slot, x: number, width: number): void {
    if (slot.delivery === "silent") return;
    const full = this.#height;
    const share = Math.min(1, 0.36 + Math.log10(Math.max(1, slot.events)) / 7);
    const height = slot.delivery === "gap" || slot.delivery === "missing" ? full : Math.round(full * share);
    context.fillStyle = this.#palette.get(`--${slot.delivery}`);
    context.globalAlpha = slot.delivery === "gap" ? 0.35 : 1;
    context.fillRect(x, full - height, width, height);
    context.globalAlpha = 1;
  }
}
