/** What is measured, in words. */
const LABELS: { readonly [adapter: string]: string } = {
  raw: "node:http by hand",
  ours: "@sse/server on node:http",
  "ours-lean": "@sse/server, leanStreams",
  "ours-srvx": "@sse/server through srvx",
  "plain-srvx": "ReadableStream through srvx",
  "ours-hono-node": "@sse/server through @hono/node-server",
  "plain-hono-node": "ReadableStream through @hono/node-server",
  "ours-runtime": "@sse/server",
  "plain-runtime": "ReadableStream by hand",
  "fastify-sse": "@fastify/sse",
  hono: "hono, streamSSE",
  h3: "h3, createEventStream",
};

export function serverLabel(adapter: string): string {
  return LABELS[adapter] ?? adapter;
}

export function isOursToo(adapter: string): boolean {
  return adapter.startsWith("ours");
}
