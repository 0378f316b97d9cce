import { connect } from "@sse/client";
import { createElement, StrictMode, useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import { counting } from "../support/contract.ts";

// A component as one writes it without a binding. In development StrictMode mounts it, takes it away and mounts it.

interface Numbers {
  /** What was shown last, and what happened to the component. */
  shown: readonly number[];
  readonly mounts: string[];
  unmount(): void;
}

function Counter({ url, numbers }: { readonly url: string; readonly numbers: Numbers }) {
  const [shown, setShown] = useState<readonly number[]>([]);
  useEffect(() => {
    const subscription = connect(counting, url);
    numbers.mounts.push("mount");
    subscription.on("n", ({ data }) => setShown((before) => [...before, data]));
    return () => {
      numbers.mounts.push("unmount");
      subscription.close();
    };
  }, [url, numbers]);
  numbers.shown = shown;
  return createElement("p", null, shown.join(" "));
}

const root = createRoot(document.getElementById("root")!);
const numbers: Numbers = { shown: [], mounts: [], unmount: () => root.unmount() };
Object.assign(globalThis, { numbers });
root.render(createElement(StrictMode, null, createElement(Counter, { url: "/events", numbers })));
