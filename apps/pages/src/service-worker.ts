// A service worker between the page and the stream. `?answers` makes it answer streams itself.

interface WorkerEvent extends Event {
  readonly request: Request;
  respondWith(response: Response | Promise<Response>): void;
  waitUntil(done: Promise<unknown>): void;
}
interface ServiceWorkerGlobal {
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: string, listener: (event: WorkerEvent) => void): void;
}

// The script of a service worker: its global is one. (Its library of types does not go with that of pages.)
const worker = globalThis as unknown as ServiceWorkerGlobal;
const answers = new URL(location.href).searchParams.has("answers");
const START = 1_000_000;

/** Numbers that the worker makes up, from the one after the last that the page has. */
function invented(lastEventId: string | null): Response {
  let next = lastEventId === null ? START : Number(lastEventId) + 1;
  const encoder = new TextEncoder();
  const until = next + 50;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.enqueue(encoder.encode(`event: n\nid: ${next}\ndata: ${next}\n\n`));
      next++;
      if (next === until) controller.close(); // the page comes back
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

worker.addEventListener("install", () => void worker.skipWaiting());
worker.addEventListener("activate", (event) => event.waitUntil(worker.clients.claim()));
worker.addEventListener("fetch", (event) => {
  const { request } = event;
  if (!new URL(request.url).pathname.startsWith("/events")) return;
  event.respondWith(answers ? invented(request.headers.get("last-event-id")) : fetch(request));
});
