import { createElement, type ReactNode, StrictMode } from "react";
import { createRoot } from "react-dom/client";

/** What a page of the React tests starts from: elements shown in StrictMode, none to take them all away. */
export { createElement as h };

const root = createRoot(document.body.appendChild(document.createElement("main")));

export function render(...elements: ReactNode[]): void {
  root.render(createElement(StrictMode, null, ...elements));
}

// For what a test has the page do later.
Object.assign(globalThis, { render });
