import type { PageGlobals, ReaderName, Reading } from "./page.ts";
import "./page.ts";

// The script of dedicated and shared workers: reads where it is told to, and tells what it has when it is asked.

type Order = { readonly read: ReaderName; readonly url: string } | "close" | "tell";
interface Port {
  onmessage: ((event: MessageEvent<Order>) => void) | null;
  postMessage(message: unknown): void;
}

const here = globalThis as unknown as PageGlobals & Port & { onconnect: unknown };
let reading: Reading | undefined;

/** Where there are several pages, they share what is read. */
function serve(port: Port): void {
  port.onmessage = ({ data: order }) => {
    try {
      if (order === "close") reading?.close();
      else if (order !== "tell") reading ??= here.readers[order.read](order.url);
      const { got = [], states = [], gaps = [] } = reading ?? {};
      port.postMessage({ got, states, gaps });
    } catch (thrown) {
      port.postMessage({ thrown: (thrown as Error).name, code: (thrown as { code?: unknown }).code });
    }
  };
}

if ("onconnect" in globalThis) {
  here.onconnect = ({ ports: [port] }: MessageEvent) => serve(port as unknown as Port);
} else serve(here);
