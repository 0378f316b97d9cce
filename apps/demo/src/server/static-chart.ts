interface Point {
  readonly at: number;
  readonly value: number;
}

const WINDOW_MS = 60_000;
const WIDTH = 600;
const HEIGHT = 100;

/** One minute of lines as SVG, for the moment before the page's own charts are there. */
export function lines(series: readonly (readonly Point[])[], most: number): string {
  const end = Math.max(...series.map((points) => points.at(-1)?.at ?? 0));
  const paths = series.map((points, index) => {
    const path = points
      .map(({ at, value }) => {
        const x = WIDTH * (1 - (end - at) / WINDOW_MS);
        const y = HEIGHT * (1 - value / most);
        return `${x.toFixed(1)},${y.toFixed(1)}`;
      })
      .join(" ");
    return `<polyline class="line line-${index % 8}" points="${path}"/>`;
  });
  return `<svg class="still" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">${paths.join("")}</svg>`;
}
