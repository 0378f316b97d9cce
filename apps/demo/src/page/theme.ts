import { part } from "./dom.ts";

const YEAR_SECONDS = 31_536_000;

/** Light, dark or the system's, kept in a cookie so that the server renders the next page in it. */
export function bindTheme(root: ParentNode, onChange: () => void): void {
  const choices = part(root, "theme", HTMLFieldSetElement);
  const { dataset } = document.documentElement;
  for (const radio of choices.querySelectorAll("input")) {
    radio.checked = radio.value === dataset.theme;
    radio.addEventListener("change", () => {
      dataset.theme = radio.value;
      // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not everywhere yet
      document.cookie = `theme=${radio.value}; path=/; max-age=${YEAR_SECONDS}; samesite=strict`;
      onChange();
    });
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", onChange);
}
